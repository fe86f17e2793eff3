#include "db/repositories/configuration_repository.hpp"
#include "pki/certificate.hpp"
#include "pki/pem.hpp"
#include "tests/support/api_world.hpp"
#include "tests/support/est_server.hpp"

#include <catch2/catch.hpp>

using namespace chancery;
using namespace chancery::test;

namespace {

constexpr const char* kProviders = "/api/v1/providers";

std::string est_body(const std::string& more = {})
{
    return R"({"name":"Corporate","type":"external_ca","kind":"est","configuration":{"url":")" +
           std::string(EstServer::kUrl) + R"(","username":"chancery","password":"s3cret pass","validity_days":90)" +
           more + "}}";
}

std::string stored_secrets(ApiWorld& world, const std::string& id)
{
    return world.test.read([&](db::Session& session) {
        const auto provider = db::ProviderRepository(session).find(id).value();
        return provider.configuration + provider.sealed_secrets;
    });
}

std::string pointer_of(const ApiAnswer& answer)
{
    auto json = answer.json();
    auto errors = json.objects("errors");
    return errors.empty() ? "" : errors.front().string("pointer");
}

std::string certificate_body(const std::string& pem)
{
    return json::Writer().begin_object().member("certificate", pem).end_object().take();
}

std::string csr_of(const ApiAnswer& answer)
{
    return pki::from_pem(answer.body, "CERTIFICATE REQUEST").value().front();
}

} // namespace

TEST_CASE("a provider is made, shown with its capabilities, and changed", "[integration][api][providers]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto made = world.admin.post(kProviders, est_body());
    REQUIRE(made.status == 201);
    CHECK(made.text("type") == "external_ca");
    CHECK(made.text("kind") == "est");
    CHECK(made.text("configuration/username") == "chancery");
    CHECK(made.json().object("capabilities").boolean("sets_validity"));
    const auto target = made.field("location");
    CHECK(world.admin.post(kProviders, est_body()).code() == "ALREADY_EXISTS");
    const auto changed =
        world.admin.patch(target, R"({"active":false,"configuration":{"validity_days":30}})", made.etag());
    REQUIRE(changed.status == 200);
    CHECK(changed.json().object("configuration").integer("validity_days") == 30);
    CHECK(changed.text("configuration/username") == "chancery");
    CHECK(world.admin.patch(target, R"({"active":true})", made.etag()).code() == "PRECONDITION_FAILED");
    CHECK(world.admin.get(kProviders).items().size() == 2);
    CHECK(world.recorded("provider.create.success") == 2);
    CHECK(world.recorded("provider.update.success") == 1);
}

TEST_CASE("a provider's type never changes, and the local PKI is not made twice", "[integration][api][providers]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto made = world.admin.post(kProviders, est_body());
    const auto target = made.field("location");
    CHECK(pointer_of(world.admin.patch(target, R"({"type":"acme"})", made.etag())) == "/type");
    CHECK(pointer_of(world.admin.patch(target, R"({"kind":"manual"})", made.etag())) == "/kind");
    CHECK(world.admin.post(kProviders, R"({"name":"Second","type":"local_pki"})").code() == "CONFLICT");
    CHECK(pointer_of(world.admin.post(kProviders, R"({"name":"X","type":"external_ca"})")) == "/kind");
    CHECK(pointer_of(world.admin.post(kProviders, R"({"name":"X","type":"acme","kind":"est"})")) == "/kind");
    CHECK(world.admin.get(target).text("kind") == "est");
}

TEST_CASE("a provider's secrets are sealed, masked, kept by a round trip and cleared by null only",
          "[integration][api][providers]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto key = pki::PrivateKey::generate(KeyAlgorithm::Ec256);
    const auto made = world.admin.post(kProviders, est_body(), {{"Idempotency-Key", "make-it"}});
    REQUIRE(made.status == 201);
    const auto target = made.field("location");
    const auto id = made.text("id");
    CHECK(made.text("configuration/password") == "********");
    CHECK(made.json().object("configuration").is_null("client_key"));
    CHECK(world.admin.post(kProviders, est_body(), {{"Idempotency-Key", "make-it"}}).body == made.body);

    // What was read is written back as it is.
    const auto shown = world.admin.get(target);
    const auto before = stored_secrets(world, id);
    EstServer server(world.test.clock);
    world.test.core.outbound = &server;
    const auto same = world.admin.patch(target, shown.body, shown.etag());
    REQUIRE(same.status == 200);
    CHECK(world.admin.post(target + "/checks").json().boolean("succeeded"));

    const auto kept = world.admin.patch(target, R"({"configuration":{"username":"chancery"}})", same.etag());
    CHECK(kept.text("configuration/password") == "********");
    const auto other = world.admin.patch(target, R"({"configuration":{"password":"another one"}})", kept.etag());
    CHECK(other.text("configuration/password") == "********");
    CHECK_FALSE(world.admin.post(target + "/checks").json().boolean("succeeded"));
    CHECK(pointer_of(world.admin.patch(target, R"({"configuration":{"password":null}})", other.etag())) ==
          "/configuration/password");
    const auto cleared =
        world.admin.patch(target, R"({"configuration":{"password":null,"username":null}})", other.etag());
    REQUIRE(cleared.status == 200);
    CHECK(cleared.json().object("configuration").is_null("password"));
    CHECK(pointer_of(world.admin.patch(target, R"({"configuration":{"password":"********","username":"x"}})",
                                       cleared.etag())) == "/configuration/password");

    for (const auto* action : {"provider.create.success", "provider.update.success"}) {
        for (const auto& event : world.test.events(action)) {
            CHECK(event.details.find("s3cret") == std::string::npos);
            CHECK(event.details.find("another one") == std::string::npos);
        }
    }
    CHECK(before.find("s3cret") == std::string::npos);
    CHECK(world.admin.get(kProviders).body.find("s3cret") == std::string::npos);
}

TEST_CASE("a secret does not follow its provider to another server", "[integration][api][providers]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto made = world.admin.post(
        "/api/v1/providers",
        R"({"name":"EST","type":"external_ca","kind":"est","configuration":{"url":"https://est.example.net/.well-known/est","username":"chancery","password":"s3cret pass"}})");
    REQUIRE(made.status == 201);
    const auto target = "/api/v1/providers/" + made.text("id");
    const auto change = [&](const std::string& members) {
        return world.admin.patch(target, R"({"configuration":{)" + members + "}}", world.etag(target));
    };
    const std::string elsewhere = R"("url":"https://est.example.org/.well-known/est")";
    for (const auto* const kept : {"", R"(,"password":"********")"}) {
        const auto refused = change(elsewhere + kept);
        CHECK(refused.status == 422);
        CHECK(pointer_of(refused) == "/configuration/password");
    }
    CHECK(change(R"("url":"https://est.example.net:8443/.well-known/est")").status == 422);
    CHECK(world.admin.get(target).text("configuration/url") == "https://est.example.net/.well-known/est");
    CHECK(change(R"("url":"https://EST.example.net:443/.well-known/est/label")").status == 200);
    CHECK(change(elsewhere + R"(,"password":"s3cret pass")").status == 200); // given again, if the same
    CHECK(change(R"("url":"https://third.example.org/est","username":null,"password":null)").status == 200);
}

TEST_CASE("what a provider cannot be configured with is refused with its place", "[integration][api][providers]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto refused = [&](const std::string& kind, const std::string& configuration) {
        const auto answer = world.admin.post(kProviders, R"({"name":"X","type":"external_ca","kind":")" + kind +
                                                             R"(","configuration":)" + configuration + "}");
        CHECK(answer.code() == "VALIDATION_ERROR");
        return pointer_of(answer);
    };
    CHECK(refused("est", "{}") == "/configuration/url");
    CHECK(refused("est", R"({"url":"http://est.example.net/"})") == "/configuration/url");
    CHECK(refused("est", R"({"url":"https://user:word@est.example.net/"})") == "/configuration/url");
    CHECK(refused("est", R"({"url":"https://est.example.net/","nonsense":1})") == "/configuration/nonsense");
    CHECK(refused("est", R"({"url":"https://est.example.net/","username":"x"})") == "/configuration/password");
    CHECK(refused("est", R"({"url":"https://est.example.net/","validity_days":0})") == "/configuration/validity_days");
    CHECK(refused("est", R"({"url":"https://est.example.net/","trust_anchors":"none"})") ==
          "/configuration/trust_anchors");
    CHECK(refused("est", R"({"url":"https://est.example.net/","client_key":"none"})")
              .starts_with("/configuration/client_"));
    CHECK(refused("est", R"("text")") == "/configuration");
    CHECK(refused("digicert", R"({"organization_id":7})") == "/configuration/api_key");
    CHECK(refused("globalsign", R"({"api_key":"a","api_secret":"b","mtls_key":"x"})")
              .starts_with("/configuration/mtls_"));
}

TEST_CASE("a check of the local PKI and of a manual provider asks nobody outside", "[integration][api][providers]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto local = world.admin.get(kProviders).items().front().string("id");
    const auto checked = world.admin.post(std::string(kProviders) + '/' + local + "/checks");
    CHECK(checked.status == 200);
    CHECK(checked.json().boolean("succeeded"));
    CHECK(checked.json().objects("chain").size() == 2);
    CHECK(checked.text("chain_origin") == "authority");
    CHECK(world.recorded("provider.check.success") == 1);
    CHECK(world.admin.post(std::string(kProviders) + "/0192f0c4-8a51-7c3e-b0a4-5d2f6f1c9e11/checks").status == 404);
    const auto manual = world.admin.post(kProviders, R"({"name":"By hand","type":"external_ca","kind":"manual"})");
    REQUIRE(manual.status == 201);
    const auto nothing = world.admin.post(manual.field("location") + "/checks");
    CHECK(nothing.json().boolean("succeeded"));
    CHECK(nothing.json().objects("chain").empty());
    CHECK(nothing.json().is_null("chain_origin"));
}

TEST_CASE("a check of a CA that does not tell its chain shows the one known here, and says which",
          "[integration][api][providers]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const TestCa ca(world.test.clock);
    json::Writer wanted;
    wanted.begin_object().member("name", "By hand").member("type", "external_ca").member("kind", "manual");
    wanted.begin_object("configuration").member("trust_anchors", ca.anchors_pem()).end_object().end_object();
    const auto manual = world.admin.post(kProviders, wanted.take());
    REQUIRE(manual.status == 201);
    const auto configured = world.admin.post(manual.field("location") + "/checks");
    CHECK(configured.text("chain_origin") == "trust_anchors");
    REQUIRE(configured.json().objects("chain").size() == 1);
    CHECK(configured.json().objects("chain").front().string("certificate") == ca.anchors_pem());

    const auto ordered = world.admin.post(
        "/api/v1/orders", order_body({"a.example.com"}, R"(,"provider_id":")" + manual.text("id") + '"'));
    REQUIRE(ordered.status == 202);
    const auto order = ordered.field("location");
    const auto issued = ca.issue(csr_of(world.admin.get(order + "/csr")));
    REQUIRE(world.admin.post(order + "/certificate", certificate_body(ca.bundle_pem(issued))).status == 200);
    const auto known = world.admin.post(manual.field("location") + "/checks");
    CHECK(known.text("chain_origin") == "issued");
    REQUIRE_FALSE(known.json().objects("chain").empty());
    const auto above = pki::from_pem(known.json().objects("chain").front().string("certificate"), "CERTIFICATE");
    CHECK(pki::is_issued_by(issued, above->front()));
}

TEST_CASE("an operator carries a CSR to a CA outside and brings the certificate back", "[integration][api][providers]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const TestCa ca(world.test.clock);
    const auto manual = world.admin.post(
        kProviders, R"({"name":"By hand","type":"external_ca","kind":"manual","configuration":{"validity_days":90}})");
    const auto user = world.somebody(Role::User, {"example.com"});
    const auto ordered =
        user.post("/api/v1/orders", order_body({"a.example.com"}, R"(,"provider_id":")" + manual.text("id") + '"'));
    REQUIRE(ordered.status == 202);
    CHECK(ordered.text("order_type") == "external_ca");
    const auto order = ordered.field("location");
    const auto csr = user.get(order + "/csr");
    REQUIRE(csr.status == 200);
    CHECK(world.somebody(Role::User, {"example.com"}).get(order + "/csr").status == 404);

    const auto wrong = certificate_body(ca.bundle_pem(ca.issue(
        csr_of(csr), [](pki::CertificatePlan& plan) { plan.names.push_back({NameType::Dns, "more.example.com"}); })));
    CHECK(pointer_of(world.admin.post(order + "/certificate", wrong)) == "/certificate");
    CHECK(pointer_of(world.admin.post(order + "/certificate", certificate_body("nonsense"))) == "/certificate");
    CHECK(world.recorded("order.upload.failure") == 1);
    CHECK(user.get(order).text("status") == "processing");

    const auto right = certificate_body(ca.bundle_pem(ca.issue(csr_of(csr))));
    CHECK(user.post(order + "/certificate", right).status == 403);
    const auto done = world.admin.post(order + "/certificate", right);
    REQUIRE(done.status == 200);
    CHECK(done.text("status") == "complete");
    CHECK(world.recorded("order.upload.success") == 1);
    CHECK(world.admin.post(order + "/certificate", right).code() == "CONFLICT");
    CHECK(user.get(order + "/csr").code() == "CONFLICT");

    const auto certificate = "/api/v1/certificates/" + done.text("certificate_id");
    CHECK(user.get(certificate).text("provider_id") == manual.text("id"));
    const auto chain = user.get(certificate + "/chain");
    CHECK(pki::from_pem(chain.body, "CERTIFICATE").value().size() == 2);
}

TEST_CASE("an operator ends an order that will get no certificate, and says why", "[integration][api][providers]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const TestCa ca(world.test.clock);
    const auto manual = world.admin.post(
        kProviders, R"({"name":"By hand","type":"external_ca","kind":"manual","configuration":{"validity_days":90}})");
    const auto ordered = world.admin.post(
        "/api/v1/orders", order_body({"a.example.com"}, R"(,"provider_id":")" + manual.text("id") + '"'));
    const auto order = ordered.field("location");
    const auto csr = world.admin.get(order + "/csr");
    CHECK(pointer_of(world.admin.post(order + "/cancellation", R"({"reason":""})")) == "/reason");
    const auto user = world.somebody(Role::User, {"example.com"});
    CHECK(user.post(order + "/cancellation", R"({"reason":"no"})").status == 403);

    const auto ended = world.admin.post(order + "/cancellation", R"({"reason":"The CA refused the organization."})");
    REQUIRE(ended.status == 200);
    CHECK(ended.text("status") == "failed");
    CHECK(ended.text("error/detail").ends_with("The CA refused the organization."));
    CHECK(world.recorded("order.cancel.success") == 1);
    CHECK(world.admin.post(order + "/cancellation", R"({"reason":"again"})").code() == "CONFLICT");
    const auto late = certificate_body(ca.bundle_pem(ca.issue(csr_of(csr))));
    CHECK(world.admin.post(order + "/certificate", late).code() == "CONFLICT");
    CHECK(world.admin.get("/api/v1/certificates").items().empty());
    CHECK(world.admin.post(order + "/resubmissions").status == 202);
}

TEST_CASE("a certificate that a CA outside issues for a key that was blocked meanwhile is revoked at once",
          "[integration][api][providers]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const TestCa ca(world.test.clock);
    const auto manual = world.admin.post(
        kProviders, R"({"name":"By hand","type":"external_ca","kind":"manual","configuration":{"validity_days":90}})");
    const auto ordered = world.admin.post(
        "/api/v1/orders", order_body({"a.example.com"}, R"(,"provider_id":")" + manual.text("id") + '"'));
    const auto order = ordered.field("location");
    const auto csr = world.admin.get(order + "/csr");
    const auto block =
        json::Writer().begin_object().member("csr", csr.body).member("note", "Seen elsewhere.").end_object().take();
    REQUIRE(world.admin.post("/api/v1/blocked-keys", block).status == 201);
    const auto done = world.admin.post(order + "/certificate", certificate_body(ca.bundle_pem(ca.issue(csr_of(csr)))));
    REQUIRE(done.status == 200);
    const auto certificate = world.admin.get("/api/v1/certificates/" + done.text("certificate_id"));
    CHECK(certificate.text("status") == "revoked");
    CHECK(certificate.text("revocation/reason") == "keyCompromise");
}

TEST_CASE("an order of the local PKI takes no certificate by hand", "[integration][api][providers]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const TestCa ca(world.test.clock);
    const auto ordered = world.order(world.admin, {"a.example.com"});
    const auto order = "/api/v1/orders/" + ordered.text("id");
    CHECK(world.admin.get(order + "/csr").status == 404);
    CHECK(world.admin.post(order + "/certificate", certificate_body(ca.anchors_pem())).code() == "CONFLICT");
}
