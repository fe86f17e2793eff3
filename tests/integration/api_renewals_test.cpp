#include "core/id.hpp"
#include "db/repositories/certificate_repository.hpp"
#include "db/repositories/identity_repository.hpp"
#include "issuance/administration.hpp"
#include "issuance/renewal/renewal.hpp"
#include "pki/pem.hpp"
#include "tests/support/api_world.hpp"
#include "tests/support/overlap.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace chancery;
using namespace chancery::test;

namespace {

std::string path_of(const std::string& certificate_id)
{
    return "/api/v1/certificates/" + certificate_id;
}

std::string renewals_of(const std::string& certificate_id)
{
    return path_of(certificate_id) + "/renewals";
}

std::string changes(const std::string& members)
{
    return R"({"changes":)" + members + "}";
}

std::string csr_change(const std::string& pem)
{
    return json::Writer().begin_object().begin_object("changes").member("csr", pem).end_object().end_object().take();
}

std::string pem_of(const std::vector<std::string>& names, const pki::PrivateKey& key)
{
    return pki::to_pem(with_csr(names, key).csr->der, "CERTIFICATE REQUEST");
}

/// A world with a certificate of the automated pathway in it.
struct RenewalWorld : ApiWorld {
    explicit RenewalWorld(db::Dialect dialect, const std::string& more = {})
        : ApiWorld(dialect), old_id(certificate_of(order(admin, {"app.example.com", "www.example.com"}, more))),
          old(stored(old_id))
    {
    }

    Certificate stored(const std::string& id)
    {
        return test.read([&](db::Session& session) { return db::CertificateRepository(session).find(id).value(); });
    }

    ApiAnswer renew(const std::string& body = "{}") const { return admin.post(renewals_of(old_id), body); }

    void policy_for(PolicyAction action, const std::string& rule, const std::string& values)
    {
        const Policy wanted{.name = rule + " on one action",
                            .patterns = {"*.example.com"},
                            .actions = {action},
                            .rules = {{.action = rule, .fail = Severity::Hard, .values = values}}};
        REQUIRE(test.write([&](db::UnitOfWork& work) {
            return issuance::create_policy(test.core, work, issuance::system_caller(), wanted);
        }));
    }

    std::string old_id;
    Certificate old;
};

} // namespace

TEST_CASE("a renewal is a new certificate with a new key and the same parameters, linked both ways",
          "[integration][api][renewal]")
{
    RenewalWorld world(GENERATE(from_range(test_dialects())), R"(,"tags":["web"],"validity_days":60)");
    world.test.clock.advance(std::chrono::hours(24 * 40));
    const auto order = world.renew();
    REQUIRE(order.status == 201);
    CHECK(order.text("kind") == "renewal");
    CHECK(order.text("status") == "complete");
    CHECK(order.text("renews_certificate") == world.old_id);

    const auto fresh = world.stored(order.text("certificate_id"));
    CHECK(fresh.common_name == world.old.common_name);
    CHECK(fresh.names == world.old.names);
    CHECK(fresh.authority_id == world.old.authority_id);
    CHECK(fresh.provider_id == world.old.provider_id);
    CHECK(fresh.tags == world.old.tags);
    CHECK(fresh.spki_sha256 != world.old.spki_sha256);
    CHECK(fresh.key_id.has_value());
    CHECK(fresh.valid_to - fresh.valid_from == world.old.valid_to - world.old.valid_from);
    CHECK(fresh.valid_from > world.old.valid_from);
    CHECK(fresh.renewed_from == world.old_id);

    const auto renewed = world.stored(world.old_id);
    CHECK(renewed.renewed_to == fresh.id);
    CHECK(renewed.status(world.test.clock.now()) == CertificateStatus::Active);
    CHECK(world.recorded("certificate.renew.success") == 1);
    CHECK(world.test.audit_chain_holds());
}

TEST_CASE("a lineage shows every generation, whichever of them is asked", "[integration][api][renewal]")
{
    RenewalWorld world(GENERATE(from_range(test_dialects())));
    const auto second = world.renew().text("certificate_id");
    const auto third = world.admin.post(renewals_of(second)).text("certificate_id");
    for (const auto& id : {world.old_id, second, third}) {
        const auto answer = world.admin.get(renewals_of(id));
        CHECK(answer.status == 200);
        std::vector<std::string> ids;
        for (auto& item : answer.items()) {
            ids.push_back(item.string("id"));
        }
        CHECK(ids == std::vector{world.old_id, second, third});
        CHECK(answer.json().boolean("complete"));
        CHECK(answer.json().objects("under_way").empty());
    }
}

TEST_CASE("a renewal may be edited, and is renewed once", "[integration][api][renewal]")
{
    RenewalWorld world(GENERATE(from_range(test_dialects())));
    const auto order = world.renew(
        changes(R"({"subject_alternative_names":["app.example.com","new.example.com"],"validity_days":20,"tags":[]})"));
    REQUIRE(order.status == 201);
    const auto fresh = world.stored(order.text("certificate_id"));
    CHECK(fresh.names == std::vector<Name>{{NameType::Dns, "app.example.com"}, {NameType::Dns, "new.example.com"}});
    CHECK(fresh.valid_to - world.test.clock.now() < std::chrono::hours(24 * 20));

    const auto before = world.test.row_counts();
    const auto again = world.renew();
    CHECK(again.status == 409);
    CHECK(again.code() == "CONFLICT");
    CHECK(world.renew(changes(R"({"colour":"red"})")).status == 422);
    CHECK(world.admin.post(renewals_of(fresh.id), changes("7")).code() == "VALIDATION_ERROR");
    CHECK(world.admin.post(renewals_of(fresh.id), R"({"authority_id":null})").code() == "VALIDATION_ERROR");
    CHECK(world.test.row_counts() == before);
}

TEST_CASE("an explicit end is moved on by the lifetime, unless another validity is asked for",
          "[integration][api][renewal]")
{
    RenewalWorld world(GENERATE(from_range(test_dialects())), R"(,"valid_to":"2026-12-13T12:00:00Z")");
    SECTION("as it was")
    {
        const auto order = world.renew();
        CAPTURE(order.body);
        REQUIRE(order.status == 201);
        const auto fresh = world.stored(order.text("certificate_id"));
        CHECK(fresh.valid_to - fresh.valid_from == world.old.valid_to - world.old.valid_from);
    }
    SECTION("days")
    {
        const auto fresh = world.stored(world.renew(changes(R"({"validity_days":3})")).text("certificate_id"));
        CHECK(fresh.valid_to - world.test.clock.now() <= std::chrono::hours(72));
    }
    SECTION("another end")
    {
        const auto order = world.renew(changes(R"({"valid_to":"2026-12-01T00:00:00Z"})"));
        CHECK(to_rfc3339(world.stored(order.text("certificate_id")).valid_to) == "2026-12-01T00:00:00Z");
    }
}

TEST_CASE("a certificate from a CSR is renewed with a fresh CSR of a new key only", "[integration][api][renewal]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto key = pki::PrivateKey::generate(KeyAlgorithm::Ec256);
    const std::vector<std::string> names{"csr.example.com"};
    const auto body = json::Writer().begin_object().member("csr", pem_of(names, key)).end_object().take();
    const auto first = ApiWorld::certificate_of(world.admin.post("/api/v1/orders", body));
    auto rows = world.test.row_counts();
    ++rows.at("orders"); // of the key: a request without its CSR is none

    const auto without = world.admin.post(renewals_of(first));
    CHECK(without.status == 422);
    CHECK(without.json().objects("errors").front().string("pointer") == "/changes/csr");
    const auto same_key = world.admin.post(renewals_of(first), csr_change(pem_of(names, key)));
    CHECK(same_key.status == 422);
    CHECK(same_key.code() == "BAD_KEY");
    CHECK(world.test.row_counts() == rows);

    const auto fresh_key = pki::PrivateKey::generate(KeyAlgorithm::Ec256);
    const auto second = world.admin.post(renewals_of(first), csr_change(pem_of(names, fresh_key)));
    REQUIRE(second.status == 201);
    CHECK(second.text("pathway") == "csr");
    // Nor may a later generation go back to an earlier one's key.
    const auto back = world.admin.post(renewals_of(ApiWorld::certificate_of(second)), csr_change(pem_of(names, key)));
    CHECK(back.code() == "BAD_KEY");
}

TEST_CASE("a renewal may move the key to the caller by a CSR", "[integration][api][renewal]")
{
    RenewalWorld world(GENERATE(from_range(test_dialects())), R"(,"key_algorithm":"ec-384")");
    const auto order = world.renew(csr_change(csr_pem({"app.example.com", "www.example.com"})));
    REQUIRE(order.status == 201);
    CHECK_FALSE(world.stored(order.text("certificate_id")).key_id.has_value());
}

TEST_CASE("what cannot be renewed says why", "[integration][api][renewal]")
{
    RenewalWorld world(GENERATE(from_range(test_dialects())));
    SECTION("revoked")
    {
        const auto code = world.admin.post(path_of(world.old_id) + "/revocation-challenges").text("code");
        REQUIRE(world.admin.post(path_of(world.old_id) + "/revocation", R"({"code":")" + code + R"("})").status == 201);
        CHECK(world.renew().code() == "CONFLICT");
    }
    SECTION("discovered")
    {
        auto found = world.old;
        found.id = new_id(world.test.clock.now());
        found.fingerprint_sha256 = std::string(64, 'a');
        found.source = CertificateSource::Discovered;
        found.order_id.reset();
        world.test.write([&](db::UnitOfWork& work) { db::CertificateRepository(work).insert(found); });
        CHECK(world.admin.post(renewals_of(found.id)).code() == "CONFLICT");
    }
    SECTION("held by an ACME client")
    {
        auto request = by_acme({"acme.example.com"});
        request.acme_account_id = new_id(world.test.clock.now());
        const issuance::Caller client{.actor = {.type = ActorType::AcmeClient, .id = request.acme_account_id},
                                      .acme_account_id = request.acme_account_id};
        const auto certificate = world.test.certificate(client, request);
        CHECK(world.admin.post(renewals_of(certificate.id), csr_change(csr_pem({"acme.example.com"}))).code() ==
              "CONFLICT");
    }
    SECTION("the listener's own")
    {
        auto request = automated({"ca.example.com"});
        request.key_purpose = "listener";
        const auto certificate = world.test.certificate(issuance::system_caller(), request);
        CHECK(world.admin.post(renewals_of(certificate.id)).code() == "CONFLICT");
    }
    SECTION("unknown")
    {
        CHECK(world.admin.post(renewals_of(new_id(world.test.clock.now()))).status == 404);
    }
    CHECK(world.recorded("certificate.renew.success") == 0);
}

TEST_CASE("an expired certificate is renewed as well", "[integration][api][renewal]")
{
    RenewalWorld world(GENERATE(from_range(test_dialects())), R"(,"validity_days":3)");
    world.test.clock.advance(std::chrono::hours(24 * 5));
    CHECK(world.renew().status == 201);
    CHECK(world.stored(world.old_id).status(world.test.clock.now()) == CertificateStatus::Expired);
}

TEST_CASE("only the roles that renew may, and a certificate stays its requester's", "[integration][api][renewal]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto owner = world.somebody(Role::User, {"example.com"});
    const auto id = ApiWorld::certificate_of(world.order(owner, {"app.example.com"}));
    const auto before = world.test.row_counts();
    CHECK(owner.post(renewals_of(id)).status == 403);
    CHECK(world.somebody(Role::PolicyAdministrator).post(renewals_of(id)).status == 403);
    const auto stranger = world.somebody(Role::User, {"example.com"});
    CHECK(stranger.get(renewals_of(id)).status == 404);
    // Who renews is bound by the own domain assignments.
    const auto outside = world.somebody(Role::DeploymentAdministrator).post(renewals_of(id));
    CHECK(outside.status == 403);
    CHECK(outside.code() == "DOMAIN_NOT_ASSIGNED");
    CHECK(world.test.row_counts().at("orders") == before.at("orders") + 1); // of who may renew, but not this one

    const auto deployer = world.somebody(Role::DeploymentAdministrator, {"example.com"});
    const auto renewed = deployer.post(renewals_of(id));
    REQUIRE(renewed.status == 201);
    CHECK(owner.get(path_of(ApiWorld::certificate_of(renewed))).status == 200);
    CHECK(owner.get(renewals_of(id)).items().size() == 2);
}

TEST_CASE("policies judge a renewal by their action, and an edited one as a new certificate, too",
          "[integration][api][renewal]")
{
    RenewalWorld world(GENERATE(from_range(test_dialects())));
    SECTION("the renewal window")
    {
        world.policy_for(PolicyAction::Renew, "enforce_renewal_window", R"({"max_days_before_expiry":30})");
        CHECK(world.renew().code() == "POLICY_HARD_FAIL");
        world.test.clock.advance(std::chrono::hours(24 * 61));
        CHECK(world.renew().status == 201);
    }
    SECTION("a rule for new certificates only")
    {
        world.policy_for(PolicyAction::Generate, "enforce_max_san_count", R"({"max_count":1})");
        CHECK(world.renew(changes(R"({"subject_alternative_names":["a.example.com","b.example.com"]})")).code() ==
              "POLICY_HARD_FAIL");
        CHECK(world.renew(changes(R"({"key_algorithm":"ec-384"})")).code() == "POLICY_HARD_FAIL");
        CHECK(world.renew(changes(R"({"extended_key_usage":["codeSigning"]})")).code() == "POLICY_HARD_FAIL");
        CHECK(world.renew(changes(R"({"validity_days":200})")).code() == "POLICY_HARD_FAIL");
        CHECK(world.renew().status == 201); // unchanged: it is not a new certificate
    }
}

TEST_CASE("editing a renewal gives nothing that a new certificate would not get, by policies for both alike",
          "[integration][api][renewal]")
{
    RenewalWorld world(GENERATE(from_range(test_dialects())));
    const auto policy = [&](const std::string& rule, const std::string& values) {
        const Policy wanted{.name = rule,
                            .patterns = {"*.example.com"},
                            .actions = {PolicyAction::Generate, PolicyAction::Renew},
                            .rules = {{.action = rule, .fail = Severity::Hard, .values = values}}};
        REQUIRE(world.test.write([&](db::UnitOfWork& work) {
            return issuance::create_policy(world.test.core, work, issuance::system_caller(), wanted);
        }));
    };
    SECTION("an expression that looks at the action")
    {
        policy("expression",
               R"({"expression":"action == 'certificate.renew' || size(subject_alternative_names) <= 2"})");
        const auto more = changes(R"({"subject_alternative_names":["a.example.com","b.example.com","c.example.com"]})");
        CHECK(world.renew(more).code() == "POLICY_HARD_FAIL");
        CHECK(world.renew().status == 201);
    }
    SECTION("as many certificates of one set of names")
    {
        REQUIRE(world.order(world.admin, {"full.example.com"}).status == 201);
        policy("limit_active_certificates", R"({"max_certificates":1})");
        const auto taken =
            changes(R"({"common_name":"full.example.com","subject_alternative_names":["full.example.com"]})");
        CHECK(world.renew(taken).code() == "POLICY_HARD_FAIL");
        CHECK(world.renew(changes(R"({"key_algorithm":"ec-384"})")).status == 201); // in the place of the same names
    }
}

TEST_CASE("a renewal may go to another provider", "[integration][api][renewal]")
{
    RenewalWorld world(GENERATE(from_range(test_dialects())), R"(,"validity_days":60)");
    const auto manual = world.admin.post(
        "/api/v1/providers",
        R"({"name":"By hand","type":"external_ca","kind":"manual","configuration":{"validity_days":90}})");
    REQUIRE(manual.status == 201);
    const auto moved = world.renew(changes(R"({"provider_id":")" + manual.text("id") + R"("})"));
    REQUIRE(moved.status == 202);
    CHECK(moved.text("status") == "processing");
    CHECK(moved.text("order_type") == "external_ca");
}

TEST_CASE("names whose registration was disabled meanwhile are not renewed", "[integration][api][renewal]")
{
    RenewalWorld world(GENERATE(from_range(test_dialects())));
    const auto domain = world.admin.get("/api/v1/domains?q=example.com").items().front().string("id");
    const auto target = "/api/v1/domains/" + domain;
    REQUIRE(world.admin.patch(target, R"({"enabled":false})", world.etag(target)).status == 200);
    CHECK(world.renew().code() == "DOMAIN_NOT_ACTIVE");
}

TEST_CASE("a repeated renewal is the same renewal, and of two at once one is told of the other",
          "[integration][api][renewal]")
{
    RenewalWorld world(GENERATE(from_range(test_dialects())));
    const ApiClient::Headers key = {{"Idempotency-Key", "k"}};
    SECTION("repeated")
    {
        const auto first = world.admin.post(renewals_of(world.old_id), "{}", key);
        const auto again = world.admin.post(renewals_of(world.old_id), "{}", key);
        REQUIRE(first.status == 201);
        CHECK(again.body == first.body);
        CHECK(again.field("idempotency-replayed") == "true");
    }
    SECTION("at once")
    {
        auto& core = world.test.core;
        const auto caller = issuance::system_caller();
        const auto accept = [&](db::UnitOfWork& work) -> Result<issuance::Accepted> {
            CHANCERY_TRY(request, issuance::renewal_of(core, work, caller, world.old_id, "{}"));
            return issuance::accept_order(core, work, caller, request);
        };
        std::optional<Result<issuance::Accepted>> second;
        overlap(world.test.store(), accept, [&] { second = world.test.write(accept); });
        REQUIRE(second.has_value());
        CHECK_FALSE(second->has_value());
        CHECK(world.admin.get(renewals_of(world.old_id)).json().objects("under_way").size() == 1);
        CHECK(world.renew().code() == "CONFLICT");
        world.test.jobs.run_all(world.test.store());
        CHECK(world.recorded("certificate.renew.success") == 1);
        CHECK(world.admin.get(renewals_of(world.old_id)).items().size() == 2);
    }
}

TEST_CASE("an RSA renewal is finished by a job, and one that fails can be tried again", "[integration][api][renewal]")
{
    RenewalWorld world(GENERATE(from_range(test_dialects())));
    const auto pending = world.renew(changes(R"({"key_algorithm":"rsa-2048"})"));
    REQUIRE(pending.status == 202);
    CHECK(world.admin.get(renewals_of(world.old_id)).json().objects("under_way").size() == 1);
    const auto domain = world.admin.get("/api/v1/domains?q=example.com").items().front().string("id");
    const auto target = "/api/v1/domains/" + domain;
    REQUIRE(world.admin.patch(target, R"({"enabled":false})", world.etag(target)).status == 200);
    world.test.jobs.run_all(world.test.store());
    CHECK(world.admin.get("/api/v1/orders/" + pending.text("id")).text("status") == "failed");
    CHECK(world.recorded("certificate.renew.failure") == 1);
    const auto alerts = [&] { return world.admin.get("/api/v1/alerts?kind=renewal.failed").items(); };
    REQUIRE(alerts().size() == 1);
    CHECK(alerts().front().string("state") == "open");

    REQUIRE(world.admin.patch(target, R"({"enabled":true})", world.etag(target)).status == 200);
    const auto again = world.admin.post("/api/v1/orders/" + pending.text("id") + "/resubmissions");
    REQUIRE(again.status == 202);
    CHECK(again.text("kind") == "renewal");
    world.test.jobs.run_all(world.test.store());
    CHECK(world.stored(world.old_id).renewed_to.has_value());
    CHECK(alerts().front().string("state") == "resolved");
    // What was renewed is not renewed again by resubmitting the order that failed.
    CHECK(world.admin.post("/api/v1/orders/" + pending.text("id") + "/resubmissions").code() == "CONFLICT");
}

TEST_CASE("a failed renewal is resubmitted only by those who may renew", "[integration][api][renewal]")
{
    RenewalWorld world(GENERATE(from_range(test_dialects())));
    const auto deployer = world.test.user(Role::DeploymentAdministrator, {"example.com"});
    const ApiClient client(world.router, world.token_for(deployer, Scope::Write));
    const auto pending = client.post(renewals_of(world.old_id), changes(R"({"key_algorithm":"rsa-2048"})"));
    REQUIRE(pending.status == 202);
    world.test.write([&](db::UnitOfWork& work) {
        auto user = db::UserRepository(work).find(deployer.actor.id).value();
        user.role = Role::User;
        REQUIRE(db::UserRepository(work).update(user));
    });
    world.test.jobs.run_all(world.test.store());
    CHECK(client.get("/api/v1/orders/" + pending.text("id")).text("status") == "failed");
    const auto again = client.post("/api/v1/orders/" + pending.text("id") + "/resubmissions");
    CHECK(again.status == 403);
    CHECK_FALSE(world.stored(world.old_id).renewed_to.has_value());
}

TEST_CASE("where the CA can sign no more, another one signs the renewal", "[integration][api][renewal]")
{
    RenewalWorld world(GENERATE(from_range(test_dialects())));
    const auto root = world.admin.get("/api/v1/certificate-authorities").items();
    const auto parent = std::ranges::find_if(root, [](json::Reader each) { return each.string("kind") == "root"; });
    REQUIRE(parent != root.end());
    const auto body = R"({"name":"Second","kind":"intermediate","parent_id":")" + json::Reader(*parent).string("id") +
                      R"(","subject":{"common_name":"Second"}})";
    const auto second = world.admin.post("/api/v1/certificate-authorities", body);
    INFO(second.body);
    REQUIRE(second.status == 201);
    const auto first_target = "/api/v1/certificate-authorities/" + *world.old.authority_id;
    SECTION("its own CA while it can")
    {
        CHECK(world.stored(world.renew().text("certificate_id")).authority_id == world.old.authority_id);
    }
    SECTION("another once it is retired")
    {
        REQUIRE(world.admin.patch(first_target, R"({"retired":true})", world.etag(first_target)).status == 200);
        const auto order = world.renew();
        INFO(order.body);
        REQUIRE(order.status == 201);
        CHECK(world.stored(order.text("certificate_id")).authority_id == second.text("id"));
    }
}
