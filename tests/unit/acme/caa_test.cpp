// RFC 8659, with the parameters of RFC 8657.
#include "acme/validation/caa.hpp"
#include "tests/support/acme_world.hpp"
#include "tests/support/run.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace chancery;
using namespace chancery::acme;
using chancery::test::ScriptedDns;

namespace {

const CaaIssuer kIssuer{.identities = {"ca.example", "other-ca.example"},
                        .account_url = "https://ca.example/account/1"};

CaaName caa_name(const std::string& name, const std::string& method = "http-01")
{
    return {.identifier = {NameType::Dns, name}, .method = method};
}

CaaRecord issue(const std::string& value)
{
    return {.tag = "issue", .value = value};
}

CaaRecord issue_wild(const std::string& value)
{
    return {.tag = "issuewild", .value = value};
}

bool allows(const std::vector<CaaRecord>& records, const CaaName& name = caa_name("www.example.org"))
{
    return !caa_objection(records, kIssuer, name);
}

std::vector<CaaFinding> check(ScriptedDns& dns, std::vector<CaaName> names)
{
    std::vector<Name> wanted;
    for (const auto& name : names) {
        wanted.push_back(name.identifier);
    }
    const auto found =
        test::run(find_caa(dns, std::move(wanted), std::chrono::steady_clock::now() + std::chrono::seconds(10)));
    REQUIRE(found.size() == names.size());
    std::vector<CaaFinding> findings;
    for (std::size_t i = 0; i < names.size(); ++i) {
        findings.push_back(judge(found[i], kIssuer, names[i]));
    }
    return findings;
}

} // namespace

TEST_CASE("one issue property that names the CA is enough", "[acme-088]")
{
    CHECK(allows({issue("ca.example")}));
    CHECK(allows({issue("CA.Example; unknown=x")}));
    CHECK(allows({issue("stranger.example"), issue("other-ca.example")}));
    CHECK_FALSE(allows({issue("stranger.example")}));
    CHECK_FALSE(allows({issue(";")}));
    CHECK_FALSE(allows({issue("")}));
    CHECK_FALSE(allows({issue("%%%%%")}));
    CHECK_FALSE(allows({issue("ca.example; bad")}));
    CHECK_FALSE(allows({issue("sub.ca.example")}));
}

TEST_CASE("sets without an issue property forbid nothing", "[acme-088]")
{
    CHECK(allows({{.tag = "iodef", .value = "mailto:security@example.org"}}));
    CHECK(allows({{.tag = "unheard-of", .value = "x"}}));
    CHECK(allows({{.tag = "iodef", .value = "mailto:security@example.org"}}, caa_name("*.example.org")));
}

TEST_CASE("wildcards go by issuewild where there is one, other names never do", "[acme-088]")
{
    const auto wildcard = caa_name("*.example.org", "dns-01");
    CHECK(allows({issue("ca.example")}, wildcard));
    CHECK(allows({issue(";"), issue_wild("ca.example")}, wildcard));
    CHECK_FALSE(allows({issue("ca.example"), issue_wild(";")}, wildcard));
    CHECK(allows({issue("ca.example"), issue_wild(";")}));
    CHECK(allows({issue_wild(";")}));
    CHECK_FALSE(allows({issue(";"), issue_wild("ca.example")}));
}

TEST_CASE("a critical property that is not understood forbids, whatever else is there", "[acme-088]")
{
    CHECK_FALSE(allows({issue("ca.example"), {.critical = true, .tag = "unheard-of", .value = "x"}}));
    CHECK_FALSE(allows({issue("ca.example"), {.critical = true}})); // could not be decoded
    CHECK(allows({{.critical = true, .tag = "issue", .value = "ca.example"}}));
    CHECK(allows({issue("ca.example"), {.critical = true, .tag = "iodef", .value = "x"}}));
}

TEST_CASE("accounturi binds to the account, validationmethods to the method", "[acme-088]")
{
    CHECK(allows({issue("ca.example; accounturi=https://ca.example/account/1")}));
    CHECK_FALSE(allows({issue("ca.example; accounturi=https://ca.example/account/2")}));
    CHECK_FALSE(allows({issue("ca.example; accounturi=HTTPS://ca.example/account/1")}));
    CHECK_FALSE(allows({issue("ca.example; accounturi=https://ca.example/account/1; "
                              "accounturi=https://ca.example/account/1")}));
    CHECK(allows({issue("ca.example; accounturi=https://ca.example/account/2"), issue("ca.example")}));

    CHECK(allows({issue("ca.example; validationmethods=dns-01,http-01")}));
    CHECK_FALSE(allows({issue("ca.example; validationmethods=dns-01")}));
    CHECK_FALSE(allows({issue("ca.example; validationmethods=")}));
    CHECK_FALSE(allows({issue("ca.example; validationmethods=http-01; validationmethods=http-01")}));
    CHECK_FALSE(allows({issue("ca.example; validationmethods=http-01")}, caa_name("www.example.org", "")));
}

TEST_CASE("records are looked for at the name, then at each parent up to the top", "[acme-088]")
{
    ScriptedDns dns;
    SECTION("nowhere")
    {
        const auto found = check(dns, {caa_name("a.b.example.org")});
        CHECK_FALSE(found[0].refusal);
        CHECK(found[0].found_at.empty());
        CHECK(dns.caa_asked == std::vector<std::string>{"a.b.example.org", "b.example.org", "example.org", "org"});
    }
    SECTION("at the apex")
    {
        dns.caa_records["example.org"] = {issue("stranger.example")};
        const auto found = check(dns, {caa_name("a.b.example.org")});
        REQUIRE(found[0].refusal);
        CHECK(found[0].refusal->type == ErrorType::Caa);
        CHECK(found[0].found_at == "example.org");
        CHECK(dns.caa_asked.back() == "example.org");
    }
    SECTION("the nearest set decides")
    {
        dns.caa_records["example.org"] = {issue("stranger.example")};
        dns.caa_records["b.example.org"] = {issue("ca.example")};
        CHECK_FALSE(check(dns, {caa_name("a.b.example.org")})[0].refusal);
    }
    SECTION("for a wildcard from its base name on")
    {
        check(dns, {caa_name("*.example.org", "dns-01")});
        CHECK(dns.caa_asked == std::vector<std::string>{"example.org", "org"});
    }
    SECTION("at a top-level domain")
    {
        dns.caa_records["org"] = {issue(";")};
        CHECK(check(dns, {caa_name("www.example.org")})[0].found_at == "org");
    }
}

TEST_CASE("what cannot be looked up forbids, and says that it is DNS", "[acme-088]")
{
    ScriptedDns dns;
    (GENERATE(true, false) ? dns.caa_broken : dns.bogus) = {"example.org"};
    const auto found = check(dns, {caa_name("www.example.org"), caa_name("www.example.net")});
    REQUIRE(found[0].refusal);
    CHECK(found[0].refusal->type == ErrorType::Dns);
    CHECK_FALSE(found[1].refusal);
}

TEST_CASE("many names of one domain ask for each domain once", "[acme-088]")
{
    ScriptedDns dns;
    std::vector<CaaName> names;
    for (int i = 0; i < 100; ++i) {
        names.push_back(caa_name("n" + std::to_string(i) + ".example.org"));
    }
    CHECK(check(dns, names).size() == 100);
    CHECK(dns.caa_asked.size() == 102);
    CHECK(std::ranges::count(dns.caa_asked, "example.org") == 1);
}
