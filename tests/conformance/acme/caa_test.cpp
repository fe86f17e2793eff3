// CAA at issuance: RFC 8659, RFC 8657, and what the ACME client is told (RFC 8555 sections 6.7 and 7.4).
#include "tests/support/acme_world.hpp"

#include <catch2/catch.hpp>

using namespace chancery;
using namespace chancery::test;

namespace {

acme::CaaRecord issue(const std::string& value)
{
    return {.tag = "issue", .value = value};
}

/// An order whose names are proven, for a CA known as ca.example.
struct Ready {
    AcmeWorld world{GENERATE(from_range(test_dialects()))};
    AcmeClient client{world.registered()};

    Ready()
    {
        world.configure_server([](AcmeServer& server) { server.caa_identities = {"ca.example"}; });
    }

    Reply finalize(const std::vector<std::string>& names)
    {
        order = world.ready_order(client, names);
        return client.finalize(order, make_csr(names));
    }

    std::string status() { return client.post_as_get(order.header("Location")).text("status"); }

    Reply order{};
};

} // namespace

TEST_CASE("records that name the CA, or none at all, let a certificate pass", "[acme-088]")
{
    Ready at;
    CHECK(at.finalize({"www.example.net"}).text("status") == "valid");
    at.world.dns.caa_records["example.org"] = {issue("ca.example")};
    CHECK(at.finalize({"www.example.org", "*.example.org"}).text("status") == "valid");
    CHECK(at.world.audited("acme_order.check_caa.success") == 1); // of the order whose names have records
    CHECK(at.world.audited("acme_order.check_caa.failure") == 0);
}

TEST_CASE("records that forbid the CA refuse finalize with caa, and the order stays ready", "[acme-088]")
{
    Ready at;
    at.world.dns.caa_records["example.org"] = {issue("stranger.example")};
    const auto refused = at.finalize({"www.example.org"});
    CHECK(refused.status == 403);
    CHECK(refused.problem() == "caa");
    CHECK(refused.text("detail").find("example.org") != std::string::npos);
    CHECK_FALSE(refused.json().has("subproblems"));
    CHECK(at.status() == "ready");
    CHECK(at.world.audited("acme_order.check_caa.failure") == 1);

    at.world.dns.caa_records["example.org"] = {issue("ca.example")};
    CHECK(at.client.finalize(at.order, make_csr({"www.example.org"})).text("status") == "valid");
}

TEST_CASE("each name that CAA forbids has its subproblem", "[acme-088][acme-040]")
{
    Ready at;
    at.world.dns.caa_records["a.example.org"] = {issue("stranger.example")};
    at.world.dns.caa_broken = {"b.example.org"};
    const auto refused = at.finalize({"a.example.org", "b.example.org", "c.example.org"});
    CHECK(refused.status == 403);
    CHECK(refused.problem() == "caa");
    auto subproblems = refused.json().objects("subproblems");
    REQUIRE(subproblems.size() == 2);
    CHECK(subproblems[0].string("type") == "urn:ietf:params:acme:error:caa");
    CHECK(subproblems[1].string("type") == "urn:ietf:params:acme:error:dns");
    CHECK(subproblems[1].object("identifier").string("value") == "b.example.org");
}

TEST_CASE("a lookup that fails refuses with dns", "[acme-088]")
{
    Ready at;
    (GENERATE(true, false) ? at.world.dns.caa_broken : at.world.dns.bogus) = {"org"};
    const auto refused = at.finalize({"www.example.org"});
    CHECK(refused.status == 403);
    CHECK(refused.problem() == "dns");
    CHECK(at.status() == "ready");
}

TEST_CASE("a wildcard goes by issuewild", "[acme-088]")
{
    Ready at;
    at.world.dns.caa_records["example.org"] = {issue("ca.example"), {.tag = "issuewild", .value = ";"}};
    CHECK(at.finalize({"example.org"}).text("status") == "valid");
    CHECK(at.finalize({"*.example.org"}).problem() == "caa");
}

TEST_CASE("accounturi and validationmethods are held against this account and the challenge that was used",
          "[acme-088]")
{
    Ready at;
    at.world.dns.caa_records["example.org"] = {
        issue("ca.example; accounturi=" + at.client.kid() + "; validationmethods=http-01")};
    CHECK(at.finalize({"www.example.org"}).text("status") == "valid");

    at.world.dns.caa_records["example.org"] = {issue("ca.example; validationmethods=dns-01")};
    CHECK(at.finalize({"b.example.org"}).problem() == "caa");

    at.world.dns.caa_records["example.org"] = {issue("ca.example; accounturi=" + at.client.kid() + "0")};
    CHECK(at.finalize({"c.example.org"}).problem() == "caa");
}

TEST_CASE("records are read at each finalize, whatever was read before", "[acme-088]")
{
    Ready at;
    CHECK(at.finalize({"www.example.org"}).text("status") == "valid");
    at.world.dns.caa_records["www.example.org"] = {issue(";")};
    CHECK(at.finalize({"www.example.org"}).problem() == "caa"); // its authorization was still valid
}

TEST_CASE("a CSR that is not the order's is refused whatever the records say", "[acme-088]")
{
    Ready at;
    at.world.dns.caa_records["example.org"] = {issue("stranger.example")};
    const auto order = at.world.ready_order(at.client, {"www.example.org"});
    CHECK(at.client.finalize(order, make_csr({"other.example.org"})).problem() == "badCSR");
}

TEST_CASE("a server that does not obey CAA asks for no records", "[acme-088]")
{
    Ready at;
    at.world.dns.caa_records["example.org"] = {issue("stranger.example")};
    at.world.configure_server([](AcmeServer& server) { server.check_caa = false; });
    CHECK(at.finalize({"www.example.org"}).text("status") == "valid");
    CHECK(at.world.dns.caa_asked.empty());
}

TEST_CASE("addresses have no CAA records", "[acme-088]")
{
    Ready at;
    CHECK(at.finalize({"198.51.100.7"}).text("status") == "valid");
    CHECK(at.world.dns.caa_asked.empty());
}
