// Identifiers: RFC 8555 sections 6.7.1 and 7.1.4, RFC 8738, IDNA (RFC 5890) and the public suffix list.
#include "pki/certificate.hpp"
#include "tests/support/acme_world.hpp"

#include <catch2/catch.hpp>

using namespace chancery;
using namespace chancery::test;

namespace {

std::string problem_of_refused(const Reply& reply)
{
    CHECK(reply.status == 403);
    return reply.problem();
}

} // namespace

TEST_CASE("an IPv4 address is issued as iPAddress and proven at the address itself", "[acme-063]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto info = pki::parse_certificate(world.issue(client, {"198.51.100.7", "www.example.org"})).value();
    CHECK(std::ranges::find(info.names, Name{NameType::Ip, "198.51.100.7"}) != info.names.end());
    CHECK(std::ranges::find(info.names, Name{NameType::Dns, "www.example.org"}) != info.names.end());
    const bool at_the_address = std::ranges::any_of(world.web.fetched, [](const http::Fetch& fetch) {
        return fetch.address == "198.51.100.7" && fetch.host == "198.51.100.7";
    });
    CHECK(at_the_address);
}

TEST_CASE("addresses outside the registered ranges are refused, each by itself", "[acme-063][acme-040]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    CHECK(problem_of_refused(client.order({"203.0.113.9"})) == "rejectedIdentifier");
    CHECK(problem_of_refused(client.order({"2001:db8::7"})) == "rejectedIdentifier");
    const auto refused = client.order({"203.0.113.9", "198.51.100.7", "a.example.com"});
    CHECK(problem_of_refused(refused) == "rejectedIdentifier");
    auto subproblems = refused.json().objects("subproblems");
    REQUIRE(subproblems.size() == 2);
    CHECK(subproblems[0].object("identifier").string("type") == "ip");
    CHECK(subproblems[0].object("identifier").string("value") == "203.0.113.9");
    CHECK(subproblems[1].object("identifier").string("type") == "dns");
}

TEST_CASE("a policy that blocks addresses blocks them on this path too", "[acme-063]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    Policy policy{.name = "no addresses",
                  .description = "names only",
                  .enabled = true,
                  .patterns = {"*.example.org"},
                  .actions = {PolicyAction::Generate}};
    policy.rules = {{.action = "block_ip_in_san", .fail = Severity::Hard, .values = "{}"}};
    world.add_policy(policy);
    const auto order = world.ready_order(client, {"198.51.100.7", "www.example.org"});
    const auto refused = client.finalize(order, make_csr({"198.51.100.7", "www.example.org"}));
    CHECK(refused.status >= 400);
    CHECK(refused.text("detail").find("names only") != std::string::npos);
}

TEST_CASE("an internationalised name is taken as A-labels that are valid, and no other way", "[acme-062]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto order = client.order({"xn--bcher-kva.example.org"});
    REQUIRE(order.status == 201);
    CHECK(order.json().objects("identifiers")[0].string("value") == "xn--bcher-kva.example.org");
    for (const auto* name :
         {"xn--a.example.org", "xn--.example.org", "xn--80ak6aa92e-.example.org", "ab--cd.xn--0.org"}) {
        CAPTURE(name);
        CHECK(problem_of_refused(client.order({name})) == "rejectedIdentifier");
    }
}

TEST_CASE("a name that is not in A-labels is refused, not converted", "[acme-062]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    CHECK(problem_of_refused(client.order({"b\xc3\xbc"
                                           "cher.example.org"})) == "rejectedIdentifier");
}

TEST_CASE("public suffixes are refused, with and without a wildcard", "[acme-062]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    for (const auto* name : {"co.uk", "*.co.uk", "com", "*.org", "k12.ca.us"}) {
        CAPTURE(name);
        CHECK(problem_of_refused(client.order({name})) == "rejectedIdentifier");
    }
}

TEST_CASE("an identifier of another type comes back in its subproblem as it was sent", "[acme-040][acme-061]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto reply = client.post(client.url("/new-order"),
                                   R"({"identifiers":[{"type":"email","value":"x@example.org"},)"
                                   R"({"type":"dns","value":"co.uk"},{"type":"dns","value":"a.example.org"}]})");
    CHECK(reply.status == 400);
    auto subproblems = reply.json().objects("subproblems");
    REQUIRE(subproblems.size() == 2);
    auto unsupported = subproblems[0].object("identifier");
    CHECK(subproblems[0].string("type") == "urn:ietf:params:acme:error:unsupportedIdentifier");
    CHECK(unsupported.string("type") == "email");
    CHECK(unsupported.string("value") == "x@example.org");
}

TEST_CASE("each refused identifier of one order has its subproblem, with the reason", "[acme-040]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto refused = client.order({"co.uk", "a_b.example.org", "www.example.org", "xn--a.example.org"});
    CHECK(problem_of_refused(refused) == "rejectedIdentifier");
    auto subproblems = refused.json().objects("subproblems");
    REQUIRE(subproblems.size() == 3);
    for (auto& subproblem : subproblems) {
        CHECK(subproblem.string("type") == "urn:ietf:params:acme:error:rejectedIdentifier");
        CHECK_FALSE(subproblem.string("detail").empty());
    }
    CHECK(subproblems[0].object("identifier").string("value") == "co.uk");
}

TEST_CASE("an answer that fails DNSSEC validation is a dns error", "[acme-084]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto* type = GENERATE("http-01", "dns-01", "tls-alpn-01");
    const auto authorization = client.order({"www.example.org"}).json().strings("authorizations").front();
    world.dns.bogus = {"www.example.org", "_acme-challenge.www.example.org"};
    auto challenge = client.challenge(authorization, type);
    const auto url = challenge.string("url");
    client.post(url, "{}");
    world.jobs.run_all();
    CHECK(client.post_as_get(url).json().object("error").string("type") == "urn:ietf:params:acme:error:dns");
}
