// Rate limits and pauses: RFC 8555 section 6.6.
#include "acme/limits.hpp"
#include "db/repositories/acme_client_repository.hpp"
#include "pki/certificate.hpp"
#include "tests/conformance/acme/administration.hpp"

#include <catch2/catch.hpp>

using namespace chancery;
using namespace chancery::test;
using namespace std::chrono_literals;

namespace {

void limit(AcmeWorld& world, const std::function<void(AcmeLimits&)>& change)
{
    world.configure_server([&](AcmeServer& server) { change(server.limits); });
}

void check_limited(AcmeClient& client, const Reply& reply, int least_seconds)
{
    CHECK(reply.status == 429);
    CHECK(reply.problem() == "rateLimited");
    const auto wait = reply.header("Retry-After");
    REQUIRE_FALSE(wait.empty());
    CHECK(wait.find_first_not_of("0123456789") == std::string::npos);
    CHECK(std::stoi(wait) >= least_seconds);
    REQUIRE(reply.links("help").size() == 1);
    const auto page = client.send("GET", reply.links("help").front(), {}, {});
    CHECK(page.status == 200);
    CHECK(page.header("Content-Type").starts_with("text/html"));
}

void fail_validation(AcmeWorld& world, AcmeClient& client, const std::string& name)
{
    const auto order = client.order({name});
    REQUIRE(order.status == 201);
    auto challenge = client.challenge(order.json().strings("authorizations").front(), "http-01");
    client.post(challenge.string("url"), "{}");
    world.jobs.run_all();
}

} // namespace

TEST_CASE("a limit lets its count through at once and then one by one", "[unit][acme]")
{
    const AcmeLimit limit{.count = 4, .period_seconds = 40};
    const auto start = from_rfc3339("2026-11-23T12:00:00Z").value();
    std::optional<Time> stored;
    for (int i = 0; i < 4; ++i) {
        const auto arrival = acme::arrive(limit, stored, start);
        REQUIRE_FALSE(arrival.wait);
        stored = arrival.next;
    }
    CHECK(acme::arrive(limit, stored, start).wait == 10s);
    CHECK(acme::arrive(limit, stored, start + 4s).wait == 6s);
    const auto later = acme::arrive(limit, stored, start + 10s);
    CHECK_FALSE(later.wait);
    CHECK(acme::arrive(limit, later.next, start + 10s).wait == 10s);
    CHECK_FALSE(acme::arrive(limit, stored, start + 1h).wait);
}

TEST_CASE("an address is counted alone, an IPv6 one by its network", "[unit][acme]")
{
    CHECK(acme::counted_address("192.0.2.1") == "192.0.2.1");
    CHECK(acme::counted_address("2001:db8::1") == acme::counted_address("2001:db8::ffff:1"));
    CHECK(acme::counted_address("2001:db8::1") != acme::counted_address("2001:db8:0:1::1"));
    acme::AddressLimiter limiter(2);
    const AcmeLimit limit{.count = 1, .period_seconds = 60};
    const auto now = from_rfc3339("2026-11-23T12:00:00Z").value();
    CHECK_FALSE(limiter.take(limit, "a", now));
    CHECK(limiter.take(limit, "a", now));
    CHECK_FALSE(limiter.take(limit, "b", now));
    CHECK_FALSE(limiter.take(limit, "c", now + 61s)); // the others are within their limits again, and forgotten
    CHECK_FALSE(limiter.take(limit, "a", now + 61s));
}

TEST_CASE("requests of one address are limited", "[acme-042]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    limit(world, [](AcmeLimits& limits) { limits.requests_per_address = {.count = 3, .period_seconds = 300}; });
    // The door learns of a change with the next look at the database.
    client.send("GET", client.url("/directory"), {}, {});
    CHECK(client.order({"www.example.org"}).status == 201);
    CHECK(world.client().register_account().status == 201);
    CHECK(client.order({"www.example.org"}).status == 201);
    check_limited(client, client.order({"www.example.org"}), 90);
    check_limited(client, world.client().register_account(), 90);
    CHECK(client.post_as_get(client.kid()).status == 200); // only what makes something counts
    world.clock.advance(101s);
    CHECK(client.order({"www.example.org"}).status == 201);
}

TEST_CASE("orders are limited by account, by domain and by exact set of names", "[acme-042]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    auto other = world.registered();
    const AcmeLimit two{.count = 2, .period_seconds = 7200};
    SECTION("account")
    {
        limit(world, [&](AcmeLimits& limits) { limits.orders_per_account = two; });
        CHECK(client.order({"a.example.org"}).status == 201);
        CHECK(client.order({"www.elsewhere.example"}).status == 403); // refused for another reason: does not count
        CHECK(client.order({"b.example.org"}).status == 201);
        check_limited(client, client.order({"c.example.net"}), 3500);
        CHECK(other.order({"c.example.net"}).status == 201);
    }
    SECTION("domain")
    {
        limit(world, [&](AcmeLimits& limits) { limits.orders_per_domain = two; });
        CHECK(client.order({"a.example.org", "b.example.org"}).status == 201);
        CHECK(other.order({"c.example.org", "d.example.net"}).status == 201);
        check_limited(client, client.order({"d.example.org"}), 3500);
        CHECK(client.order({"d.example.net"}).status == 201);
        check_limited(client, client.order({"e.example.net"}), 3500);
    }
    SECTION("exact set of names")
    {
        limit(world, [&](AcmeLimits& limits) { limits.orders_per_name_set = two; });
        CHECK(client.order({"a.example.org", "b.example.org"}).status == 201);
        CHECK(other.order({"b.example.org", "a.example.org"}).status == 201);
        check_limited(client, client.order({"a.example.org", "b.example.org"}), 3500);
        CHECK(client.order({"a.example.org"}).status == 201);
    }
    world.clock.advance(2h);
    CHECK(client.order({"a.example.org", "b.example.org"}).status == 201);
    const auto swept = world.database.store().write_now(
        [&](db::UnitOfWork& work) { return db::AcmeLimitRepository(work).sweep(world.clock.now() + 3h, 100); });
    CHECK(swept > 0);
}

TEST_CASE("bound accounts have no limits where the server says so", "[acme-042]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    const auto made = new_credentials(world);
    limit(world, [](AcmeLimits& limits) {
        limits.orders_per_account = {.count = 1, .period_seconds = 3600};
        limits.exempt_bound_accounts = true;
    });
    auto bound = world.client();
    const auto header =
        R"({"alg":"HS256","kid":")" + made.account.key_id + R"(","url":")" + bound.url("/new-account") + "\"}";
    const Secret raw(from_base64url(made.mac_key.reveal()).value());
    const auto external = pki::sign_jws_mac(header, bound.jwk().canonical, pki::MacAlgorithm::Hs256, raw);
    REQUIRE(bound.register_account(R"({"externalAccountBinding":)" + external + "}").status == 201);
    auto plain = world.registered();
    for (int i = 0; i < 3; ++i) {
        CHECK(bound.order({"www.example.org"}).status == 201);
        CHECK(plain.order({"www.example.org"}).status == (i == 0 ? 201 : 429));
    }
}

TEST_CASE("a name whose validation keeps failing is paused for that account", "[acme-042]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    limit(world, [](AcmeLimits& limits) {
        limits.failures_per_name = {.count = 3, .period_seconds = 86'400};
        limits.pause_seconds = 3 * 86'400;
    });
    auto client = world.registered();
    auto other = world.registered();
    fail_validation(world, client, "bad.example.org");
    fail_validation(world, client, "bad.example.org");
    world.ready_order(client, {"bad.example.org"}); // a success forgets
    client.post(client.order({"bad.example.org"}).json().strings("authorizations").front(),
                R"({"status":"deactivated"})");
    for (int i = 0; i < 3; ++i) {
        fail_validation(world, client, "dead.example.org");
    }
    CHECK(world.audited("acme_account.pause.success") == 1);
    check_limited(client, client.order({"dead.example.org"}), 3 * 86'400 - 60);
    CHECK(client.order({"www.example.org", "*.dead.example.org"}).status == 429);
    CHECK(client.order({"bad.example.org"}).status == 201);
    CHECK(other.order({"dead.example.org"}).status == 201);
    world.database.store().write_now([&](db::UnitOfWork& work) {
        return issuance::resume_acme_account(world.core, work, issuance::system_caller(), id_of(client));
    });
    CHECK(client.order({"dead.example.org"}).status == 201);
    for (int i = 0; i < 3; ++i) {
        fail_validation(world, client, "dead.example.org");
    }
    CHECK(client.order({"dead.example.org"}).status == 429);
    world.clock.advance(72h + 1s);
    CHECK(client.order({"dead.example.org"}).status == 201);
}

TEST_CASE("a renewal in its window is not limited", "[acme-112]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto der = world.issue(client, {"www.example.org"});
    limit(world, [](AcmeLimits& limits) { limits.orders_per_account = {.count = 1, .period_seconds = 86'400 * 30}; });
    const auto info = pki::parse_certificate(der).value();
    const auto id = to_base64url(from_hex(info.authority_key_id).value()) + '.' +
                    to_base64url(from_hex(info.serial_number).value());
    CHECK(client.order({"www.example.org"}).status == 201);
    CHECK(client.order({"www.example.org"}, R"(,"replaces":")" + id + '"').status == 429); // too early
    world.clock.advance(24h * 61);
    CHECK(client.order({"www.example.org"}).status == 201);
    CHECK(client.order({"www.example.org"}).status == 429);
    CHECK(client.order({"www.example.org"}, R"(,"replaces":")" + id + '"').status == 201);
}
