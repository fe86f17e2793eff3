// Renewal information (RFC 9773), profiles (draft-ietf-acme-profiles), and what a renewal replaces.
#include "core/encoding.hpp"
#include "core/json.hpp"
#include "db/repositories/authority_repository.hpp"
#include "db/repositories/certificate_repository.hpp"
#include "issuance/authorities.hpp"
#include "pki/certificate.hpp"
#include "pki/digest.hpp"
#include "tests/conformance/acme/administration.hpp"
#include "tests/support/run.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <thread>

using namespace chancery;
using namespace chancery::test;
using namespace std::chrono_literals;

namespace {

/// As a client makes it of the certificate alone (section 4.1).
std::string cert_id(const std::string& der)
{
    const auto info = pki::parse_certificate(der).value();
    auto serial = from_hex(info.serial_number).value();
    if ((static_cast<unsigned char>(serial.front()) & 0x80U) != 0) {
        serial.insert(serial.begin(), '\0');
    }
    return to_base64url(from_hex(info.authority_key_id).value()) + '.' + to_base64url(serial);
}

Reply renewal_info(AcmeClient& client, const std::string& id)
{
    return client.send("GET", client.url("/renewal-info/" + id), {}, {});
}

struct Window {
    Time start{};
    Time end{};
};

Window window_of(const Reply& reply)
{
    auto window = reply.json().object("suggestedWindow");
    return {from_rfc3339(window.string("start")).value(), from_rfc3339(window.string("end")).value()};
}

Certificate stored(AcmeWorld& world, const std::string& der)
{
    return world.database.store().read_now([&](db::Session& session) {
        return db::CertificateRepository(session).find_by_fingerprint(pki::sha256_hex(der)).value();
    });
}

std::string replacing(const std::string& id)
{
    return R"(,"replaces":")" + id + '"';
}

AcmeProfile short_lived()
{
    return {.name = "shortlived",
            .description = "https://ca.example/profiles#shortlived",
            .default_validity_days = 6,
            .max_validity_days = 7,
            .key_algorithms = {KeyAlgorithm::Ec256},
            .extended_key_usage = {ExtendedKeyUsage::ClientAuth},
            .revocation_information = false};
}

} // namespace

TEST_CASE("renewal information is a window in the last third, for everybody", "[acme-111]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto der = world.issue(client, {"www.example.org"});
    const auto info = pki::parse_certificate(der).value();
    CHECK(client.send("GET", client.url("/directory"), {}, {}).json().string("renewalInfo") ==
          client.url("/renewal-info"));
    auto stranger = world.client();
    const auto reply = renewal_info(stranger, cert_id(der));
    CHECK(reply.status == 200);
    CHECK(reply.header("Retry-After") == "21600");
    CHECK(reply.header("Content-Type") == "application/json");
    const auto window = window_of(reply);
    CHECK(window.start < window.end);
    CHECK(window.start > info.valid_from + (info.valid_to - info.valid_from) / 2);
    CHECK(window.end < info.valid_to);
    CHECK_FALSE(reply.json().has("explanationURL"));
}

TEST_CASE("a certificate identifier is exact: no padding, no other serial, no missing sign octet", "[acme-111]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto id = cert_id(world.issue(client, {"www.example.org"}));
    const auto dot = id.find('.');
    const auto key = id.substr(0, dot);
    const auto serial = id.substr(dot + 1);
    for (const auto& wrong :
         {key + "=." + serial, key + '.' + serial + "=", key + '.', '.' + serial, key, key + '.' + serial + ".x",
          key + '.' + to_base64url(std::string("\0", 1) + from_base64url(serial).value()),
          key + '.' + to_base64url("\x87\x65\x43\x21")}) {
        CAPTURE(wrong);
        const auto reply = renewal_info(client, wrong);
        CHECK(reply.status == 400);
        CHECK(reply.problem() == "malformed");
    }
    const auto unknown = renewal_info(client, key + '.' + to_base64url(std::string("\0\x87\x65\x43\x21", 5)));
    CHECK(unknown.status == 404);
    CHECK(unknown.problem() == "malformed");
    CHECK(renewal_info(client, to_base64url("other") + '.' + serial).status == 404);
    CHECK(client.send("POST", client.url("/renewal-info/" + id), "{}").status == 405);
}

TEST_CASE("the window lies in the past once the certificate is revoked", "[acme-113]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    world.configure_server([](AcmeServer& server) { server.explanation_url = "https://ca.example/incident"; });
    auto client = world.registered();
    const auto der = world.issue(client, {"www.example.org"});
    CHECK(window_of(renewal_info(client, cert_id(der))).start > world.clock.now());
    client.revoke(der, 4);
    const auto reply = renewal_info(client, cert_id(der));
    const auto window = window_of(reply);
    CHECK(window.start < window.end);
    CHECK(window.end < world.clock.now());
    CHECK(reply.text("explanationURL") == "https://ca.example/incident");
}

TEST_CASE("the window lies in the past for a blocked key, and when the CA signs no more or was replaced", "[acme-113]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto der = world.issue(client, {"www.example.org"});
    const auto certificate = stored(world, der);
    const auto is_past = [&] { return window_of(renewal_info(client, cert_id(der))).end < world.clock.now(); };
    auto& store = world.database.store();
    SECTION("blocked key")
    {
        store.write_now([&](db::UnitOfWork& work) {
            db::BlockedKeyRepository(work).insert(certificate.spki_sha256, "keyCompromise", world.clock.now());
        });
        CHECK(is_past());
    }
    SECTION("retired CA")
    {
        store.write_now([&](db::UnitOfWork& work) {
            auto authority = db::AuthorityRepository(work).find(*certificate.authority_id).value();
            authority.stored_status = AuthorityStatus::Invalid;
            db::AuthorityRepository(work).update(authority);
            issuance::ConfigurationCache::bump(work);
        });
        CHECK(is_past());
    }
    SECTION("another CA signs now")
    {
        store.write_now([&](db::UnitOfWork& work) {
            auto authority = db::AuthorityRepository(work).find(*certificate.authority_id).value();
            authority.id = "0192f0c1-0000-7000-8000-00000000000a";
            authority.name = "next";
            authority.fingerprint_sha256 = "next";
            REQUIRE(db::AuthorityRepository(work).insert(authority));
            issuance::ConfigurationCache::bump(work);
        });
        CHECK_FALSE(is_past());
        world.configure_server(
            [](AcmeServer& server) { server.authority_id = "0192f0c1-0000-7000-8000-00000000000a"; });
        CHECK(is_past());
    }
}

TEST_CASE("an order replaces a certificate once, and the inventory links the two", "[acme-112]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto old_der = world.issue(client, {"www.example.org", "b.example.org"});
    const auto id = cert_id(old_der);
    const auto order = world.ready_order(client, {"www.example.org", "c.example.org"}, replacing(id));
    CHECK(order.text("replaces") == id);
    const auto second = client.order({"www.example.org"}, replacing(id));
    CHECK(second.status == 409);
    CHECK(second.problem() == "alreadyReplaced");
    const auto valid = client.finalize(order, make_csr({"www.example.org", "c.example.org"}));
    CHECK(valid.text("replaces") == id);
    const auto new_der = chain_of(client.post_as_get(valid.text("certificate"))).front();
    CHECK(stored(world, new_der).renewed_from == stored(world, old_der).id);
    CHECK(stored(world, old_der).renewed_to == stored(world, new_der).id);
    CHECK(client.order({"www.example.org"}, replacing(id)).problem() == "alreadyReplaced");
    CHECK(client.order({"www.example.org"}, replacing(cert_id(new_der))).status == 201);
}

TEST_CASE("of orders at the same time that replace one certificate one is accepted", "[acme-112]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto id = cert_id(world.issue(client, {"www.example.org"}));
    std::atomic<int> created{0};
    std::atomic<int> refused{0};
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 8; ++i) {
            threads.emplace_back([&] {
                const auto reply = client.order({"www.example.org"}, replacing(id));
                created += reply.status == 201 ? 1 : 0;
                refused += reply.problem() == "alreadyReplaced" ? 1 : 0;
            });
        }
    }
    CHECK(created == 1);
    CHECK(refused == 7);
}

TEST_CASE("a replacement that failed leaves the certificate to be replaced", "[acme-112]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto id = cert_id(world.issue(client, {"www.example.org"}));
    const auto first = client.order({"www.example.org"}, replacing(id));
    CHECK(client.order({"www.example.org"}, replacing(id)).status == 409);
    client.post(first.json().strings("authorizations").front(), R"({"status":"deactivated"})");
    CHECK(client.order({"www.example.org"}, replacing(id)).status == 201);
    world.clock.advance(24h * 8);
    CHECK(client.order({"www.example.org"}, replacing(id)).status == 201);
}

TEST_CASE("only one's own certificate with a shared name can be replaced", "[acme-112]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    auto other = world.registered();
    const auto id = cert_id(world.issue(client, {"www.example.org"}));
    CHECK(other.order({"www.example.org"}, replacing(id)).status == 403);
    CHECK(client.order({"c.example.org"}, replacing(id)).problem() == "malformed");
    CHECK(client.order({"www.example.org"}, replacing("nonsense")).problem() == "malformed");
    CHECK(client.order({"www.example.org"}, replacing(id + "AA")).problem() == "malformed");
    CHECK(client.order({"www.example.org"}, replacing(id)).status == 201);
}

TEST_CASE("a profile decides validity, usages and keys, and is echoed", "[acme-114]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    world.core.settings.http_url = "http://crl.example";
    world.configure_server([](AcmeServer& server) { server.profiles = {short_lived()}; });
    auto client = world.registered();
    auto meta = client.send("GET", client.url("/directory"), {}, {}).json().object("meta");
    CHECK(meta.object("profiles").string("shortlived") == "https://ca.example/profiles#shortlived");

    const auto order = world.ready_order(client, {"www.example.org"}, R"(,"profile":"shortlived")");
    CHECK(order.text("profile") == "shortlived");
    const auto rsa = make_csr({"www.example.org"}, {}, pki::PrivateKey::generate(KeyAlgorithm::Ec384));
    CHECK(client.finalize(order, rsa).problem() == "badCSR");
    const auto valid = client.finalize(order, make_csr({"www.example.org"}));
    CHECK(valid.text("profile") == "shortlived");
    const auto short_info =
        pki::parse_certificate(chain_of(client.post_as_get(valid.text("certificate"))).front()).value();
    CHECK(short_info.valid_to - short_info.valid_from < 24h * 7);
    CHECK(short_info.crl_urls.empty());
    CHECK(short_info.extended_key_usage == std::vector{ExtendedKeyUsage::ClientAuth});

    const auto plain = pki::parse_certificate(world.issue(client, {"www.example.org"})).value();
    CHECK(plain.crl_urls.size() == 1);
    CHECK(plain.valid_to - plain.valid_from > 24h * 80);
}

TEST_CASE("an unknown profile is invalidProfile, and so is one that is gone by the time of finalize", "[acme-114]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto unknown = client.order({"www.example.org"}, R"(,"profile":"nonsense")");
    CHECK(unknown.status == 400);
    CHECK(unknown.problem() == "invalidProfile");
    world.configure_server([](AcmeServer& server) { server.profiles = {short_lived()}; });
    const auto long_one =
        client.order({"www.example.org"}, R"(,"profile":"shortlived","notAfter":"2026-12-23T12:00:00Z")");
    CHECK(long_one.problem() == "malformed");
    const auto order = world.ready_order(client, {"www.example.org"}, R"(,"profile":"shortlived")");
    world.configure_server([](AcmeServer& server) { server.profiles.clear(); });
    CHECK(client.finalize(order, make_csr({"www.example.org"})).problem() == "invalidProfile");
}

TEST_CASE("the server made at set-up offers short-lived certificates", "[acme-114]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    const auto server = server_of(world);
    REQUIRE(server.profile("shortlived") != nullptr);
    CHECK(server.profile("shortlived")->max_validity_days <= 7);
    CHECK_FALSE(server.profile("shortlived")->revocation_information);
}
