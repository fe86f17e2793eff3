// Finalize: RFC 8555 section 7.4.
#include "core/encoding.hpp"
#include "db/repositories/acme_repository.hpp"
#include "db/repositories/authority_repository.hpp"
#include "db/repositories/certificate_repository.hpp"
#include "db/repositories/order_repository.hpp"
#include "issuance/authorities.hpp"
#include "pki/certificate.hpp"
#include "pki/csr.hpp"
#include "pki/digest.hpp"
#include "pki/pem.hpp"
#include "tests/conformance/acme/ca_certificates.hpp"
#include "tests/conformance/acme/odd_csrs.hpp"
#include "tests/support/acme_world.hpp"

#include <catch2/catch.hpp>

#include <thread>

using namespace chancery;
using namespace chancery::test;

namespace {

std::string status_of(AcmeClient& client, const Reply& order)
{
    return client.post_as_get(order.header("Location")).text("status");
}

long long certificates_in(AcmeWorld& world)
{
    return world.database.store().read_now([&](db::Session& session) {
        return db::CertificateRepository(session).count(
            {.requester_id = {}, .name_exact = "www.example.org", .now = world.clock.now()});
    });
}

Certificate stored(AcmeWorld& world, const std::string& der)
{
    return world.database.store().read_now([&](db::Session& session) {
        return db::CertificateRepository(session).find_by_fingerprint(pki::sha256_hex(der)).value();
    });
}

} // namespace

TEST_CASE("the whole flow ends in a certificate for the names", "[acme-060][acme-099]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto order = world.ready_order(client, {"www.example.org", "example.net"});
    const auto valid = client.finalize(order, make_csr({"example.net", "www.example.org"}));
    REQUIRE(valid.status == 200);
    CHECK(valid.text("status") == "valid");
    CHECK(valid.header("Location") == order.header("Location"));
    CHECK(client.post_as_get(order.header("Location")).body == valid.body);
    const auto reply = client.post_as_get(valid.text("certificate"));
    CHECK(reply.status == 200);
    CHECK(reply.header("Content-Type") == "application/pem-certificate-chain");
    CHECK(reply.body.starts_with("-----BEGIN CERTIFICATE-----\n"));
    CHECK(reply.body.ends_with("-----END CERTIFICATE-----\n"));
    const auto chain = chain_of(reply);
    REQUIRE(chain.size() == 2);
    CHECK(pki::is_issued_by(chain[0], chain[1]));
    const auto leaf = pki::parse_certificate(chain[0]).value();
    CHECK(leaf.names.size() == 2);
    CHECK_FALSE(leaf.is_ca);
    CHECK_FALSE(pki::parse_certificate(chain[1]).value().self_signed);
    CHECK(world.audited("certificate.request_acme.submitted") == 1);
    CHECK(world.audited("certificate.issue.success") == 1);
}

TEST_CASE("the inventory has certificate and order of an ACME client")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto certificate = stored(world, world.issue(client, {"www.example.org"}));
    CHECK(certificate.source == CertificateSource::Managed);
    CHECK(certificate.requester_type == "acme_client");
    CHECK(client.kid().ends_with(certificate.acme_account_id.value_or("?")));
    const auto order = world.database.store().read_now(
        [&](db::Session& session) { return db::OrderRepository(session).find(certificate.order_id.value()).value(); });
    CHECK(order.status == OrderStatus::Complete);
    CHECK(order.pathway == Pathway::Acme);
    CHECK(order.request.find("www.example.org") != std::string::npos);
}

TEST_CASE("an order that is not ready is orderNotReady, and stays as it is", "[acme-089]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto order = client.order({"www.example.org"});
    const auto reply = client.finalize(order, make_csr({"www.example.org"}));
    CHECK(reply.status == 403);
    CHECK(reply.problem() == "orderNotReady");
    CHECK(status_of(client, order) == "pending");
}

TEST_CASE("a bad CSR is badCSR and leaves the order ready", "[acme-090]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto order = world.ready_order(client, {"www.example.org"});
    const auto good = make_csr({"www.example.org"});
    auto tampered = good;
    tampered.back() = static_cast<char>(tampered.back() ^ 1);
    const std::string pem =
        "-----BEGIN CERTIFICATE REQUEST-----\n" + to_base64(good) + "\n-----END CERTIFICATE REQUEST-----\n";
    for (const auto& csr : {std::string("nonsense"), std::string(), std::string("0"), good + "x", tampered, pem,
                            good.substr(0, good.size() / 2), std::string("0") + std::string(25'000, 'x')}) {
        const auto reply = client.finalize(order, csr);
        CHECK(reply.status == 400);
        CHECK(reply.problem() == "badCSR");
        CHECK(status_of(client, order) == "ready");
    }
    CHECK(client.post(order.text("finalize"), "{}").problem() == "malformed");
    CHECK(client.post(order.text("finalize"), R"({"csr":7})").problem() == "malformed");
    CHECK(client.post_as_get(order.text("finalize")).problem() == "malformed");
    CHECK(client.finalize(order, good).text("status") == "valid");
}

TEST_CASE("the CSR's names are the order's, as sets; a CN alone will do", "[acme-091]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto order = world.ready_order(client, {"www.example.org", "b.example.org"});
    for (const auto& csr :
         {make_csr({"www.example.org"}), make_csr({"www.example.org", "b.example.org", "c.example.org"}),
          make_csr({}, "www.example.org"), make_csr({"www.example.org", "b.example.org"}, "c.example.org"),
          make_csr({"www.example.org", "b.example.org"}, "Example Inc"), make_csr({})}) {
        CHECK(client.finalize(order, csr).problem() == "badCSR");
    }
    CHECK(client.finalize(order, make_csr({"B.example.ORG"}, "www.example.org")).text("status") == "valid");

    const auto single = world.ready_order(client, {"www.example.org"});
    const auto valid = client.finalize(single, make_csr({}, "WWW.example.org"));
    REQUIRE(valid.text("status") == "valid");
    const auto leaf = pki::parse_certificate(chain_of(client.post_as_get(valid.text("certificate"))).front()).value();
    CHECK(leaf.subject.common_name == "www.example.org");
    CHECK(leaf.names == std::vector{Name{NameType::Dns, "www.example.org"}});
}

TEST_CASE("a name too long for a common name stays among the SANs", "[acme-091]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto name = std::string(40, 'a') + '.' + std::string(40, 'b') + ".example.org";
    const auto order = world.ready_order(client, {name});
    const auto valid = client.finalize(order, make_csr({name}));
    REQUIRE(valid.text("status") == "valid");
    const auto leaf = pki::parse_certificate(chain_of(client.post_as_get(valid.text("certificate"))).front()).value();
    CHECK(leaf.subject.common_name.empty());
    CHECK(leaf.names.size() == 1);
}

TEST_CASE("weak and blocked keys are badCSR", "[acme-092]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto order = world.ready_order(client, {"www.example.org"});
    const auto key = pki::PrivateKey::generate(KeyAlgorithm::Ec256);
    world.database.store().write_now([&](db::UnitOfWork& work) {
        db::BlockedKeyRepository(work).insert(key.public_key().spki_sha256(), "keyCompromise", world.clock.now());
    });
    CHECK(client.finalize(order, make_csr({"www.example.org"}, {}, key)).problem() == "badCSR");
    CHECK(status_of(client, order) == "ready");
}

TEST_CASE("weak keys, SHA-1, CA certificates and odd names in a CSR are badCSR", "[acme-092][acme-094]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto order = world.ready_order(client, {"www.example.org"});
    for (const auto* csr :
         {csrs::kForCa, csrs::kSignedWithSha1, csrs::kSignedWithMd5, csrs::kWithOtherName, csrs::kOfRsa1024}) {
        const auto reply = client.finalize(order, from_base64(csr).value());
        CHECK(reply.status == 400);
        CHECK(reply.problem() == "badCSR");
    }
    const auto valid = client.finalize(order, from_base64(csrs::kWithOddUsages).value());
    REQUIRE(valid.text("status") == "valid");
    const auto leaf = pki::parse_certificate(chain_of(client.post_as_get(valid.text("certificate"))).front()).value();
    CHECK(leaf.key_usage == std::vector{KeyUsage::DigitalSignature});
    CHECK(leaf.extended_key_usage == std::vector{ExtendedKeyUsage::ServerAuth});
}

TEST_CASE("a common name longer than one may be stays among the alternative names", "[acme-091]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto name = std::string(60, 'a') + ".example.org";
    const auto valid = client.finalize(world.ready_order(client, {name}), from_base64(csrs::kOfLongCommonName).value());
    REQUIRE(valid.text("status") == "valid");
    const auto leaf = pki::parse_certificate(chain_of(client.post_as_get(valid.text("certificate"))).front()).value();
    CHECK(leaf.subject.common_name.empty());
    CHECK(leaf.names == std::vector<Name>{{NameType::Dns, name}});
}

TEST_CASE("nobody's CAA records are looked up for an order that is not one's own, or not ready", "[acme-088]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    world.configure_server([](AcmeServer& server) { server.check_caa = true; });
    auto client = world.registered();
    auto stranger = world.registered();
    const auto pending = client.order({"www.example.org"});
    const auto ready = world.ready_order(client, {"a.example.org"});
    const auto asked_before = world.dns.caa_asked;
    CHECK(client.finalize(pending, make_csr({"www.example.org"})).problem() == "orderNotReady");
    CHECK(stranger.finalize(ready, make_csr({"a.example.org"})).status == 404);
    CHECK(client.finalize(ready, make_csr({"foreign.example"})).problem() == "badCSR");
    CHECK(world.dns.caa_asked == asked_before);
    CHECK(client.finalize(ready, make_csr({"a.example.org"})).text("status") == "valid");
    CHECK(world.dns.caa_asked.size() > asked_before.size());
}

TEST_CASE("what fails inside is serverInternal without a word of it, and busy is 503 with Retry-After", "[acme-043]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    world.configure_server([](AcmeServer& server) { server.check_caa = true; });
    auto client = world.registered();
    const auto order = world.ready_order(client, {"www.example.org"});
    world.dns.fails = [] { throw std::runtime_error("password=hunter2 at 10.0.0.7"); };
    const auto failed = client.finalize(order, make_csr({"www.example.org"}));
    CHECK(failed.status == 500);
    CHECK(failed.problem() == "serverInternal");
    CHECK(failed.body.find("hunter2") == std::string::npos);
    CHECK(failed.body.find("10.0.0.7") == std::string::npos);
    world.dns.fails = [] { throw db::StoreBusy(); };
    const auto busy = client.finalize(order, make_csr({"www.example.org"}));
    CHECK(busy.status == 503);
    CHECK(busy.problem() == "serverInternal");
    CHECK(busy.header("Retry-After") == "5");
    world.dns.fails = nullptr;
    CHECK(client.finalize(order, make_csr({"www.example.org"})).text("status") == "valid");
}

TEST_CASE("any account's key in a CSR is badCSR", "[acme-093]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto other = world.registered();
    const auto order = world.ready_order(client, {"www.example.org"});
    CHECK(client.finalize(order, make_csr({"www.example.org"}, {}, client.key())).problem() == "badCSR");
    CHECK(client.finalize(order, make_csr({"www.example.org"}, {}, other.key())).problem() == "badCSR");
    CHECK(client.finalize(order, make_csr({"www.example.org"})).text("status") == "valid");
}

TEST_CASE("a CA's key is neither certified nor an account's, whether we have it or not", "[acme-092][acme-110]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    const auto elsewhere = pki::PrivateKey::generate(KeyAlgorithm::Ec256);
    world.database.store().write_now([&](db::UnitOfWork& work) {
        const auto root = root_certificate("Elsewhere", elsewhere, world.clock.now());
        const issuance::ImportedAuthority wanted{.name = "Elsewhere", .certificate = pki::to_pem(root, "CERTIFICATE")};
        return issuance::import_authority(world.core, work, issuance::system_caller(),
                                          issuance::prepare_import(wanted).value())
            .value();
    });
    const auto own = world.database.store().read_now([&](db::Session& session) {
        const auto configuration = world.core.configuration.current(session);
        return configuration->issuers.begin()->second->key();
    });
    auto client = world.registered();
    const auto order = world.ready_order(client, {"www.example.org"});
    for (const auto& key : {elsewhere, own}) {
        CHECK(client.finalize(order, make_csr({"www.example.org"}, {}, key)).problem() == "badCSR");
    }
    auto thief = world.client();
    thief.set_key(elsewhere);
    CHECK(thief.register_account().problem() == "badPublicKey");
    CHECK(status_of(client, order) == "ready");
}

TEST_CASE("nothing but the order's names gets from a CSR into the certificate", "[acme-094]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto order = world.ready_order(client, {"www.example.org"});
    const auto key = pki::PrivateKey::generate(KeyAlgorithm::Ec256);
    for (const auto& extra : {Name{NameType::Email, "a@example.org"}, Name{NameType::Uri, "https://www.example.org/"},
                              Name{NameType::Ip, "198.51.100.7"}}) {
        const auto csr = pki::build_csr(key, {}, {{NameType::Dns, "www.example.org"}, extra});
        CHECK(client.finalize(order, csr).problem() == "badCSR");
    }
    const Subject subject{.common_name = "www.example.org", .organization = "Somebody Else", .country = "CH"};
    const auto valid = client.finalize(order, pki::build_csr(key, subject, {{NameType::Dns, "www.example.org"}}));
    REQUIRE(valid.text("status") == "valid");
    const auto leaf = pki::parse_certificate(chain_of(client.post_as_get(valid.text("certificate"))).front()).value();
    CHECK(leaf.subject == Subject{.common_name = "www.example.org"});
    CHECK(leaf.extended_key_usage == std::vector{ExtendedKeyUsage::ServerAuth});
}

TEST_CASE("parallel finalizes make one certificate", "[acme-095]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto order = world.ready_order(client, {"www.example.org"});
    const auto csr = make_csr({"www.example.org"});
    std::atomic<int> valid{0};
    std::atomic<int> refused{0};
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 8; ++i) {
            threads.emplace_back([&] {
                const auto reply = client.finalize(order, csr);
                valid += reply.status == 200 ? 1 : 0;
                refused += reply.problem() == "orderNotReady" ? 1 : 0;
            });
        }
    }
    CHECK(valid == 1);
    CHECK(refused == 7);
    CHECK(certificates_in(world) == 1);
    CHECK(status_of(client, order) == "valid");
}

TEST_CASE("a finalize that is repeated issues nothing more", "[acme-096]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto order = world.ready_order(client, {"www.example.org"});
    const auto csr = make_csr({"www.example.org"});
    CHECK(client.finalize(order, csr).status == 200);
    CHECK(client.finalize(order, csr).problem() == "orderNotReady");
    CHECK(certificates_in(world) == 1);
}

TEST_CASE("an order that fails after its finalize was accepted is invalid, with an error of RFC 8555", "[acme-098]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto order = world.ready_order(client, {"www.example.org"});
    // Between the two halves the CA expires.
    world.jobs.when_owned = [&] { world.clock.advance(std::chrono::hours(24) * 366 * 30); };
    const auto reply = client.finalize(order, make_csr({"www.example.org"}));
    CHECK(reply.status == 200);
    for (const auto& shown : {reply, client.post_as_get(order.header("Location"))}) {
        CHECK(shown.text("status") == "invalid");
        CHECK_FALSE(shown.json().has("certificate"));
        auto error = shown.json().object("error");
        CHECK(error.string("type") == "urn:ietf:params:acme:error:serverInternal");
        CHECK(error.string("detail").contains("The issuing CA can no longer sign"));
        CHECK_FALSE(error.has("code"));
    }
    const auto stored = world.database.store().read_now([&](db::Session& session) {
        const auto url = order.header("Location");
        return db::AcmeOrderRepository(session).find(url.substr(url.rfind('/') + 1)).value();
    });
    CHECK(json::Reader(stored.error.value()).string("type") == "urn:ietf:params:acme:error:serverInternal");
    CHECK(certificates_in(world) == 0);
}

TEST_CASE("only the server's permitted key algorithms are certified")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    world.configure_server([](AcmeServer& server) { server.key_algorithms = {KeyAlgorithm::Ec384}; });
    auto client = world.registered();
    const auto order = world.ready_order(client, {"www.example.org"});
    CHECK(client.finalize(order, make_csr({"www.example.org"})).problem() == "badCSR");
    const auto key = pki::PrivateKey::generate(KeyAlgorithm::Ec384);
    CHECK(client.finalize(order, make_csr({"www.example.org"}, {}, key)).text("status") == "valid");
}

TEST_CASE("a hard policy refuses the certificate and leaves the order ready; a soft one does not")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto order = world.ready_order(client, {"www.example.org"});
    Policy policy{.name = "short lives",
                  .description = "ten days are enough",
                  .patterns = {"www.example.org"},
                  .actions = {PolicyAction::Generate}};
    policy.rules = {{.action = "enforce_max_validity", .fail = Severity::Hard, .values = R"({"max_days":10})"}};
    world.add_policy(policy);
    policy.name = "a warning";
    policy.rules.front().fail = Severity::Soft;
    policy.patterns = {"b.example.org"};
    world.add_policy(policy);
    const auto refused = client.finalize(order, make_csr({"www.example.org"}));
    CHECK(refused.problem() == "badCSR");
    CHECK(refused.text("detail").find("ten days are enough") != std::string::npos);
    CHECK(status_of(client, order) == "ready");
    CHECK(world.audited("certificate.policy_hard_fail") == 1);
    world.issue(client, {"b.example.org"});
    CHECK(world.audited("certificate.policy_soft_fail") == 1);
}

TEST_CASE("the order's URL comes with finalize and with the order itself", "[acme-037]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto order = world.ready_order(client, {"www.example.org"});
    CHECK(order.header("Location").starts_with(client.url("/order/")));
    const auto valid = client.finalize(order, make_csr({"www.example.org"}));
    CHECK(valid.header("Location") == order.header("Location"));
    CHECK(client.post_as_get(order.header("Location")).header("Location") == order.header("Location"));
}
