#include "acme/validation/resolver.hpp"
#include "tests/support/dns_server.hpp"
#include "tests/support/run.hpp"
#include "tests/support/signed_zone.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace chancery;
using namespace chancery::acme;
using chancery::test::DnsServer;
using chancery::test::run;
using Texts = std::vector<std::string>;
using Kind = DnsFailure::Kind;

namespace {

Deadline soon()
{
    return std::chrono::steady_clock::now() + std::chrono::seconds(60);
}

struct Fixture {
    DnsServer server;
    UnboundResolver resolver{settings(server)};

    static AcmeSettings settings(const DnsServer& server)
    {
        AcmeSettings settings;
        settings.resolvers = {server.address()};
        settings.hosts_file.clear();
        settings.resolver_timeout = std::chrono::seconds(30); // a busy machine may stand still for a while
        return settings;
    }

    Texts texts(const std::string& name) { return run(resolver.texts(name, soon())).value(); }

    Texts v4(const std::string& name) { return run(resolver.addresses(name, AddressFamily::V4, soon())).value(); }

    Texts v6(const std::string& name) { return run(resolver.addresses(name, AddressFamily::V6, soon())).value(); }
};

} // namespace

TEST_CASE("addresses come as canonical text")
{
    Fixture f;
    f.server.add_a("www.example.org", "198.51.100.1");
    f.server.add_aaaa("www.example.org", "2001:0db8:0::0001");
    CHECK(f.v4("www.example.org") == Texts{"198.51.100.1"});
    CHECK(f.v6("www.example.org") == Texts{"2001:db8::1"});
}

TEST_CASE("several TXT records come, the strings of each joined", "[acme-084]")
{
    Fixture f;
    f.server.add_txt("_acme-challenge.example.org", {"one"});
    f.server.add_txt("_acme-challenge.example.org", {std::string(255, 'a'), std::string(45, 'b')});
    auto texts = f.texts("_acme-challenge.example.org");
    std::ranges::sort(texts);
    CHECK(texts == Texts{std::string(255, 'a') + std::string(45, 'b'), "one"});
}

TEST_CASE("aliases are followed", "[acme-084]")
{
    Fixture f;
    f.server.add_cname("_acme-challenge.example.org", "validation.example.net");
    f.server.add_txt("validation.example.net", {"value"});
    CHECK(f.texts("_acme-challenge.example.org") == Texts{"value"});
}

TEST_CASE("a truncated answer is asked for again over TCP", "[acme-084]")
{
    Fixture f;
    f.server.add_txt("big.example.org", {"value"});
    f.server.require_tcp("big.example.org");
    CHECK(f.texts("big.example.org") == Texts{"value"});
    CHECK(f.server.tcp_queries() > 0);
}

TEST_CASE("names that do not exist, have no such record, or whose servers fail are told apart", "[acme-084]")
{
    Fixture f;
    f.server.add_a("www.example.org", "198.51.100.1");
    f.server.fail("broken.example.org", DnsServer::ServFail);
    f.server.fail("refused.example.org", DnsServer::Refused);
    CHECK(run(f.resolver.texts("nothing.example.org", soon())).error().kind == Kind::NoSuchName);
    CHECK(f.texts("www.example.org").empty());
    CHECK(run(f.resolver.texts("broken.example.org", soon())).error().kind == Kind::ServerFailure);
    CHECK(run(f.resolver.texts("refused.example.org", soon())).error().kind == Kind::ServerFailure);
}

TEST_CASE("servers that do not answer are given up on in time")
{
    DnsServer server;
    auto settings = Fixture::settings(server);
    settings.resolver_timeout = std::chrono::seconds(1);
    UnboundResolver resolver(settings);
    server.silence("silent.example.org");
    const auto start = std::chrono::steady_clock::now();
    CHECK(run(resolver.texts("silent.example.org", soon())).error().kind == Kind::Timeout);
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(45));
}

TEST_CASE("a record that changes is seen at once")
{
    Fixture f;
    CHECK(run(f.resolver.texts("later.example.org", soon())).error().kind == Kind::NoSuchName);
    f.server.add_txt("later.example.org", {"first"});
    CHECK(f.texts("later.example.org") == Texts{"first"});
    f.server.remove("later.example.org", DnsServer::Txt);
    f.server.add_txt("later.example.org", {"second"});
    CHECK(f.texts("later.example.org") == Texts{"second"});
}

TEST_CASE("names under localhost are loopback without a question")
{
    Fixture f;
    CHECK(f.v4("localhost") == Texts{"127.0.0.1"});
    CHECK(f.v4("demo.LOCALHOST") == Texts{"127.0.0.1"});
    CHECK(f.v6("demo.localhost") == Texts{"::1"});
    CHECK(f.server.queries("demo.localhost", DnsServer::A) == 0);
}

TEST_CASE("names of private networks are asked for, not answered by the library")
{
    Fixture f;
    f.server.add_a("www.lab.test", "198.51.100.9");
    f.server.add_a("printer.home.arpa", "198.51.100.10");
    CHECK(f.v4("www.lab.test") == Texts{"198.51.100.9"});
    CHECK(f.v4("printer.home.arpa") == Texts{"198.51.100.10"});
}

TEST_CASE("a resolver that is no address is refused by name")
{
    AcmeSettings settings;
    settings.resolvers = {"not-an-address:53"};
    CHECK_THROWS_WITH(UnboundResolver(settings), Catch::Contains("not-an-address:53"));
}

TEST_CASE("CAA records come with flag, tag and value, broken ones as critical and without a tag", "[acme-088]")
{
    Fixture f;
    f.server.add_caa("example.org", 0, "issue", "ca.example; a=b");
    f.server.add_caa("example.org", 128, "IssueWild", ";");
    f.server.add_record("broken.example.org", DnsServer::Caa, std::string("\0\x09issue", 7));
    auto records = run(f.resolver.caa("example.org", soon())).value();
    std::ranges::sort(records, {}, &CaaRecord::tag);
    CHECK(records == std::vector<CaaRecord>{{false, "issue", "ca.example; a=b"}, {true, "issuewild", ";"}});
    CHECK(run(f.resolver.caa("broken.example.org", soon())).value() == std::vector<CaaRecord>{{.critical = true}});
    CHECK(run(f.resolver.caa("nothing.example.org", soon())).error().kind == Kind::NoSuchName);
    CHECK(run(f.resolver.caa("x.localhost", soon())).value().empty());
}

TEST_CASE("a lookup ends at the deadline of its validation, before its own limit")
{
    DnsServer server;
    auto settings = Fixture::settings(server);
    settings.resolver_timeout = std::chrono::seconds(60);
    UnboundResolver resolver(settings);
    server.silence("silent.example.org");
    const auto start = std::chrono::steady_clock::now();
    CHECK(run(resolver.texts("silent.example.org", start + std::chrono::milliseconds(200))).error().kind ==
          Kind::Timeout);
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(45));
    CHECK(run(resolver.texts("other.example.org", start)).error().kind == Kind::Timeout);
    CHECK(server.queries("other.example.org", DnsServer::Txt) == 0);
}

namespace {

/// A zone that is signed, as a trust anchor knows it.
struct SignedFixture {
    DnsServer server;
    chancery::test::SignedZone zone{server, "signed.example"};

    AcmeSettings settings() const
    {
        auto settings = Fixture::settings(server);
        settings.trust_anchors = {zone.anchor()};
        return settings;
    }

    DnsAnswer<Texts> ask(const std::string& name) const
    {
        UnboundResolver resolver(settings());
        return run(resolver.texts(name, soon()));
    }
};

} // namespace

TEST_CASE("records that their zone signed are taken")
{
    SignedFixture f;
    f.zone.add_txt("_acme-challenge.signed.example", "value");
    CHECK(f.ask("_acme-challenge.signed.example").value() == Texts{"value"});
}

TEST_CASE("records that were changed, are not signed or whose signature has run out are refused as bogus")
{
    SignedFixture f;
    const std::string name = "_acme-challenge.signed.example";
    SECTION("changed")
    {
        f.zone.add_txt(name, "value");
        f.server.remove(name, DnsServer::Txt);
        f.server.add_txt(name, {"other"});
    }
    SECTION("not signed")
    {
        f.server.add_txt(name, {"value"});
    }
    SECTION("signed until yesterday")
    {
        f.zone.add_txt(name, "value", -std::chrono::hours(24));
    }
    SECTION("signed by another key")
    {
        chancery::test::SignedZone impostor(f.server, "signed.example", false);
        impostor.add_txt(name, "value");
    }
    const auto answer = f.ask(name);
    REQUIRE_FALSE(answer);
    CHECK(answer.error().kind == Kind::Bogus);
}

TEST_CASE("that a name in a signed zone does not exist has to be proven")
{
    SignedFixture f;
    const auto answer = f.ask("missing.signed.example");
    REQUIRE_FALSE(answer);
    CHECK(answer.error().kind == Kind::Bogus);
}

TEST_CASE("domains that are listed as unsigned are taken as they come, others need an anchor to be refused")
{
    SignedFixture f;
    f.server.add_txt("_acme-challenge.inside.signed.example", {"value"});
    f.server.add_txt("_acme-challenge.example.org", {"value"});
    auto settings = f.settings();
    settings.insecure_domains = {"inside.signed.example"};
    UnboundResolver resolver(settings);
    CHECK(run(resolver.texts("_acme-challenge.inside.signed.example", soon())).value() == Texts{"value"});
    CHECK(run(resolver.texts("_acme-challenge.example.org", soon())).value() == Texts{"value"});
}

TEST_CASE("the public root's anchors are built in, and those that are none are refused by name")
{
    AcmeSettings settings;
    settings.trust_anchors = {"root"};
    CHECK_NOTHROW(UnboundResolver(settings));
    settings.trust_anchors = {"/no/such/file"};
    CHECK_THROWS_WITH(UnboundResolver(settings), Catch::Contains("/no/such/file"));
}
