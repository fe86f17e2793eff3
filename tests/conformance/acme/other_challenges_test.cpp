// tls-alpn-01 (RFC 8737, RFC 8738), dns-account-01 and dns-persist-01 (drafts of the ACME working group).
#include "acme/validation/dns01.hpp"
#include "acme/validation/dns_persist01.hpp"
#include "db/repositories/acme_repository.hpp"
#include "tests/support/acme_world.hpp"
#include "tests/support/alpn_certificate.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace chancery;
using namespace chancery::test;

namespace {

/// One authorization under validation, on a server that offers every challenge.
struct Attempt {
    AcmeWorld world;
    AcmeClient client;
    std::string authorization{};
    std::string token{};
    std::string detail{};

    explicit Attempt(const std::function<void(acme::AcmeSettings&)>& adjust = {})
        : world(GENERATE(from_range(test_dialects())), adjust), client(world.registered())
    {
        world.configure_server([](AcmeServer& server) {
            server.caa_identities = {"ca.example", "ca2.example"};
            server.challenge_types = {ChallengeType::Http01, ChallengeType::Dns01, ChallengeType::TlsAlpn01,
                                      ChallengeType::DnsAccount01, ChallengeType::DnsPersist01};
        });
    }

    json::Reader begin(const std::string& name, const std::string& type) { return begin(client.order({name}), type); }

    json::Reader begin(const Reply& order, const std::string& type)
    {
        authorization = order.json().strings("authorizations").front();
        auto challenge = client.challenge(authorization, type);
        url = challenge.string("url");
        token = challenge.has("token") ? challenge.string("token") : "";
        return challenge;
    }

    std::string key_authorization() const { return client.key_authorization(token); }

    /// "valid", or the type of the challenge's error.
    std::string run()
    {
        client.post(url, "{}");
        world.jobs.run_all();
        const auto reply = client.post_as_get(url);
        if (reply.text("status") == "valid") {
            return "valid";
        }
        auto error = reply.json().object("error");
        detail = error.string("detail");
        return error.string("type").substr(std::string("urn:ietf:params:acme:error:").size());
    }

    std::string url{};
};

constexpr const char* kName = "www.example.org";

struct AlpnAttempt : Attempt {
    using Attempt::Attempt;

    void show(const std::string& server_name, const AlpnCertificate& certificate, std::string protocol = "acme-tls/1")
    {
        world.tls.peers[server_name] = {.protocol = std::move(protocol),
                                        .certificate = make_alpn_certificate(certificate)};
    }

    void begin_name()
    {
        begin(kName, "tls-alpn-01");
        world.dns.a[kName] = {"198.51.100.80"};
    }

    AlpnCertificate good() const
    {
        return {.names = {{NameType::Dns, kName}}, .key_authorization = key_authorization()};
    }
};

struct PersistAttempt : Attempt {
    using Attempt::Attempt;

    std::string account_uri(const std::string& domain = kName) const
    {
        return acme::hashed_account_uri(acme::account_hash_prefix(client.kid()), client.kid(), domain,
                                        client.jwk().thumbprint);
    }

    void publish(const std::string& record, const std::string& domain = kName)
    {
        world.dns.txt["_validation-persist." + domain].push_back(record);
    }
};

} // namespace

TEST_CASE("tls-alpn-01 takes the right certificate behind acme-tls/1 at port 443", "[acme-085]")
{
    AlpnAttempt at;
    at.begin_name();
    at.show(kName, at.good());
    CHECK(at.run() == "valid");
    REQUIRE(at.world.tls.probed.size() == 1);
    const auto& probe = at.world.tls.probed.front();
    CHECK(probe.address == "198.51.100.80");
    CHECK(probe.port == 443);
    CHECK(probe.server_name == kName);
    CHECK(probe.protocol == "acme-tls/1");
    CHECK(probe.timeout <= std::chrono::seconds(10));
    CHECK(at.world.web.fetched.empty());
}

TEST_CASE("tls-alpn-01 can go to another port where the operator says so", "[acme-085]")
{
    AlpnAttempt at([](acme::AcmeSettings& settings) { settings.tls_alpn01_port = 5001; });
    at.begin_name();
    at.show(kName, at.good());
    CHECK(at.run() == "valid");
    CHECK(at.world.tls.probed.front().port == 5001);
}

TEST_CASE("tls-alpn-01 proves an address by the name of its reverse mapping", "[acme-085][acme-063]")
{
    AlpnAttempt at;
    at.begin("198.51.100.7", "tls-alpn-01");
    at.show("7.100.51.198.in-addr.arpa",
            {.names = {{NameType::Ip, "198.51.100.7"}}, .key_authorization = at.key_authorization()});
    CHECK(at.run() == "valid");
    CHECK(at.world.tls.probed.front().address == "198.51.100.7");
}

TEST_CASE("tls-alpn-01 without the protocol is a tls error, with a wrong certificate an incorrectResponse",
          "[acme-085]")
{
    AlpnAttempt at;
    at.begin_name();
    SECTION("another protocol")
    {
        at.show(kName, at.good(), "http/1.1");
        CHECK(at.run() == "tls");
    }
    SECTION("no protocol")
    {
        at.show(kName, at.good(), "");
        CHECK(at.run() == "tls");
    }
    SECTION("no handshake")
    {
        CHECK(at.run() == "tls");
    }
    SECTION("another certificate")
    {
        auto other = at.good();
        other.key_authorization += "x";
        at.show(kName, other);
        CHECK(at.run() == "incorrectResponse");
    }
    SECTION("no certificate")
    {
        at.world.tls.peers[kName] = {.protocol = "acme-tls/1"};
        CHECK(at.run() == "incorrectResponse");
    }
    SECTION("nobody listens")
    {
        at.world.tls.dead = {"198.51.100.80"};
        CHECK(at.run() == "connection");
    }
    SECTION("no such name")
    {
        at.world.dns.a.clear();
        CHECK(at.run() == "dns");
    }
}

TEST_CASE("tls-alpn-01 connects to no reserved address, and falls back from IPv6 to IPv4", "[acme-083][acme-082]")
{
    AlpnAttempt at;
    at.begin_name();
    at.show(kName, at.good());
    SECTION("reserved")
    {
        at.world.dns.a[kName] = {"127.0.0.1"};
        at.world.dns.aaaa[kName] = {"fe80::1"};
        CHECK(at.run() == "connection");
        CHECK(at.world.tls.probed.empty());
    }
    SECTION("IPv6 is dead")
    {
        at.world.dns.aaaa[kName] = {"2001:db8::80"};
        at.world.tls.dead = {"2001:db8::80"};
        CHECK(at.run() == "valid");
        CHECK(at.world.tls.probed.size() == 2);
    }
}

TEST_CASE("tls-alpn-01 is not offered for a wildcard", "[acme-064]")
{
    Attempt at;
    CHECK_THROWS(at.begin("*.example.org", "tls-alpn-01"));
}

TEST_CASE("dns-account-01 looks at the account's own label")
{
    Attempt at;
    at.begin("*.example.org", "dns-account-01");
    const auto name = acme::dns_account_label(at.client.kid()) + "._acme-challenge.example.org";
    SECTION("there")
    {
        at.world.dns.txt[name] = {acme::dns01_value(at.key_authorization())};
        CHECK(at.run() == "valid");
    }
    SECTION("at the place of dns-01")
    {
        at.world.dns.txt["_acme-challenge.example.org"] = {acme::dns01_value(at.key_authorization())};
        CHECK(at.run() == "dns");
    }
    SECTION("another value")
    {
        at.world.dns.txt[name] = {at.key_authorization()};
        CHECK(at.run() == "incorrectResponse");
    }
}

TEST_CASE("the challenges that are drafts are off unless the server is set to offer them", "[acme-117]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto authorization = client.order({kName}).json().strings("authorizations").front();
    CHECK_THROWS(client.challenge(authorization, "dns-account-01"));
    CHECK_THROWS(client.challenge(authorization, "dns-persist-01"));
    const auto directory = client.send("GET", client.url("/directory"));
    CHECK_FALSE(directory.json().object("meta").has("issuerDomainNames"));
}

TEST_CASE("dns-persist-01 has issuer domain names and no token, and the directory says them before", "[acme-117]")
{
    PersistAttempt at;
    auto challenge = at.begin(kName, "dns-persist-01");
    CHECK_FALSE(challenge.has("token"));
    const std::vector<std::string> names{"ca.example", "ca2.example"};
    CHECK(challenge.strings("issuerDomainNames") == names);
    auto meta = at.client.send("GET", at.client.url("/directory")).json().object("meta");
    CHECK(meta.strings("issuerDomainNames") == names);
    CHECK(meta.strings("caaIdentities") == names);
    CHECK(meta.string("accountHashPrefix") == at.client.url("/account-hash/"));
}

TEST_CASE("dns-persist-01 takes a record that names the CA and the account", "[acme-117]")
{
    PersistAttempt at;
    at.begin(kName, "dns-persist-01");
    at.publish("something else");
    at.publish("stranger.example; accounturi=" + at.account_uri());
    SECTION("for this domain")
    {
        at.publish("ca2.example; accounturi=" + at.account_uri() + "; unheardOf=x; policy=other");
    }
    SECTION("for any domain of the account")
    {
        at.publish("CA.Example; accounturi=" + at.account_uri("*"));
    }
    SECTION("under the key that the account had before")
    {
        at.publish("ca.example; accounturi=" + at.account_uri());
        const auto fresh = pki::PrivateKey::generate(KeyAlgorithm::Ec256);
        at.world.database.store().write_now([&](db::UnitOfWork& work) {
            const auto jwk = pki::jwk_of(fresh.public_key());
            const auto id = at.client.kid().substr(at.client.kid().rfind('/') + 1);
            CHECK(db::AcmeAccountRepository(work).change_key(id, jwk.canonical, jwk.thumbprint, "spki"));
        });
        at.world.restart_door();
        at.client.set_key(fresh);
    }
    CHECK(at.run() == "valid");
}

TEST_CASE("dns-persist-01 refuses records of others, past records and malformed ones", "[acme-117]")
{
    PersistAttempt at;
    at.begin(kName, "dns-persist-01");
    SECTION("another account")
    {
        at.publish("ca.example; accounturi=" + at.client.kid());
    }
    SECTION("another domain's")
    {
        at.publish("ca.example; accounturi=" + at.account_uri("example.org"));
    }
    SECTION("no account")
    {
        at.publish("ca.example");
    }
    SECTION("the account twice")
    {
        at.publish("ca.example; accounturi=" + at.account_uri() + "; accounturi=" + at.account_uri());
    }
    SECTION("another CA")
    {
        at.publish("stranger.example; accounturi=" + at.account_uri());
    }
    SECTION("over since this second")
    {
        at.publish("ca.example; accounturi=" + at.account_uri() + "; persistUntil=1795435200"); // 2026-11-23T12:00:00Z
    }
    SECTION("an end that is no number")
    {
        at.publish("ca.example; accounturi=" + at.account_uri() + "; persistUntil=soon");
    }
    SECTION("an end that is a fraction")
    {
        at.publish("ca.example; accounturi=" + at.account_uri() + "; persistUntil=1e10");
    }
    SECTION("no issue-value")
    {
        at.publish("ca.example accounturi=" + at.account_uri());
    }
    CHECK(at.run() == "incorrectResponse");
}

TEST_CASE("dns-persist-01 says dns when there is no such name", "[acme-117]")
{
    PersistAttempt at;
    at.begin(kName, "dns-persist-01");
    CHECK(at.run() == "dns");
}

TEST_CASE("dns-persist-01 proves a wildcard only with policy=wildcard", "[acme-117]")
{
    PersistAttempt at;
    at.begin("*.example.org", "dns-persist-01");
    const auto record = "ca.example; accounturi=" + at.account_uri("example.org");
    SECTION("without")
    {
        at.publish(record, "example.org");
        CHECK(at.run() == "incorrectResponse");
    }
    SECTION("with it, in any case of letters")
    {
        at.publish(record + "; policy=WildCard", "example.org");
        CHECK(at.run() == "valid");
    }
}

TEST_CASE("an authorization by dns-persist-01 ends with persistUntil, and its order with it", "[acme-117][acme-069]")
{
    PersistAttempt at;
    const auto order = at.client.order({kName});
    at.begin(order, "dns-persist-01");
    at.publish("ca.example; accounturi=" + at.account_uri() + "; persistUntil=1795438800");
    CHECK(at.run() == "valid");
    CHECK(at.client.post_as_get(at.authorization).text("expires") == "2026-11-23T13:00:00Z");
    const auto ready = at.client.post_as_get(order.header("Location"));
    CHECK(ready.text("status") == "ready");
    CHECK(ready.text("expires") == "2026-11-23T13:00:00Z");
    at.world.clock.advance(std::chrono::hours(1));
    CHECK(at.client.post_as_get(order.header("Location")).text("status") == "invalid");
    CHECK(at.client.finalize(ready, make_csr({kName})).problem() == "orderNotReady");
}
