#include "tests/unit/issuance/policy/samples.hpp"

#include <catch2/catch.hpp>

using namespace chancery;
using namespace chancery::issuance::policy;
using namespace chancery::issuance::policy::samples;

namespace {

std::vector<std::string> matching_ids(const std::vector<Policy>& policies, const Facts& facts)
{
    const auto set = PolicySet::compile(policies);
    std::vector<std::string> ids;
    for (const auto* each : set.matching(facts)) {
        ids.push_back(each->id);
    }
    return ids;
}

bool matches(const std::vector<std::string>& patterns, const Facts& facts)
{
    auto written = policy("p", {rule("require_san")});
    written.patterns = patterns;
    return matching_ids({written}, facts).size() == 1;
}

} // namespace

TEST_CASE("patterns match requested names on label boundaries", "[unit][policy]")
{
    struct Row {
        std::vector<std::string> patterns;
        std::string name;
        bool matches;
    };

    const std::vector<Row> rows = {
        {{"example.com"}, "example.com", true},
        {{"example.com"}, "www.example.com", false},
        {{"example.com"}, "badexample.com", false},
        {{"example.com"}, "example.com.evil.org", false},
        {{"example.com"}, "com", false},
        {{"example.com"}, "*.example.com", true},
        {{"www.example.com"}, "*.example.com", false},
        {{"*.example.com"}, "example.com", true},
        {{"*.example.com"}, "www.example.com", true},
        {{"*.example.com"}, "a.b.c.example.com", true},
        {{"*.example.com"}, "*.example.com", true},
        {{"*.example.com"}, "*.a.example.com", true},
        {{"a.example.com"}, "*.a.example.com", true},
        {{"*.a.example.com"}, "*.a.example.com", true},
        {{"*.a.example.com"}, "*.example.com", false},
        {{"*.example.com"}, "badexample.com", false},
        {{"*.example.com"}, "xexample.com", false},
        {{"*.example.com"}, "example.com.evil.org", false},
        {{"*.example.com"}, "example.org", false},
        {{"*.example.com"}, "com", false},
        {{"*.example.com"}, "WWW.Example.COM", true},
        {{"*.example.com"}, "www.example.com.", true},
        {{"*.com"}, "www.example.com", true},
        {{"*.xn--mller-kva.example"}, "www.xn--mller-kva.example", true},
        {{"example.net", "*.example.com"}, "www.example.com", true},
        {{"*"}, "www.example.org", true},
        {{"*.example.com"}, "", false},
        {{"*.example.com"}, "*.", false},
        {{"*.example.com"}, "...", false},
    };
    for (const auto& row : rows) {
        DYNAMIC_SECTION(row.patterns.back() << " and '" << row.name << "'")
        {
            auto by_san = for_names({row.name});
            by_san.subject.common_name.clear();
            CHECK(matches(row.patterns, by_san) == row.matches);
            auto by_common_name = for_names({row.name});
            by_common_name.names.clear();
            CHECK(matches(row.patterns, by_common_name) == row.matches);
        }
    }
}

TEST_CASE("one requested name among many is enough", "[unit][policy]")
{
    CHECK(matches({"*.example.com"}, for_names({"a.org", "b.org", "www.example.com"})));
    CHECK_FALSE(matches({"*.example.com"}, for_names({"a.org", "b.org"})));
}

TEST_CASE("names longer than DNS allows still match what they lie under", "[unit][policy]")
{
    std::string name = "example.com";
    for (int i = 0; i < 400; ++i) {
        name = "a." + name;
    }
    CHECK(matches({"*.example.com"}, for_names({name})));
    CHECK_FALSE(matches({"*.example.org"}, for_names({name})));
}

TEST_CASE("only DNS names match a domain, and the wildcard alone matches every request", "[unit][policy]")
{
    Facts facts = web_server();
    facts.subject.common_name = "Build Robot";
    facts.names = {{NameType::Ip, "192.0.2.1"},
                   {NameType::Email, "robot@example.com"},
                   {NameType::Uri, "https://www.example.com"}};
    CHECK_FALSE(matches({"*.example.com"}, facts));
    CHECK(matches({"*"}, facts));
    facts.names.clear();
    facts.subject.common_name.clear();
    CHECK(matches({"*"}, facts));
}

TEST_CASE("disabled policies and those for another action are left alone", "[unit][policy]")
{
    auto disabled = policy("disabled", {rule("block_ca_flag")});
    disabled.enabled = false;
    auto renewals = policy("renewals", {rule("block_ca_flag")});
    renewals.actions = {PolicyAction::Renew};
    auto requests = policy("requests", {rule("block_ca_flag")});
    requests.actions = {PolicyAction::Generate};
    const std::vector<Policy> all = {disabled, renewals, requests};

    auto facts = web_server();
    CHECK(matching_ids(all, facts) == std::vector<std::string>{"requests"});
    facts.action = PolicyAction::Renew;
    CHECK(matching_ids(all, facts) == std::vector<std::string>{"renewals"});
    facts.asks_for_ca = true;
    CHECK(decide({disabled}, facts).findings.empty());
}

TEST_CASE("policies match in the order given, each once", "[unit][policy]")
{
    auto second = policy("b", {rule("require_san")});
    second.patterns = {"*.example.com", "www.example.com", "*", "*.www.example.com", "*.example.com"};
    const std::vector<Policy> all = {policy("c", {rule("require_san")}), second, policy("a", {rule("require_san")})};
    CHECK(matching_ids(all, for_names({"www.example.com", "ftp.example.com"})) ==
          std::vector<std::string>{"c", "b", "a"});
}

TEST_CASE("a request that no policy matches has no findings", "[unit][policy]")
{
    CHECK(decide({}, web_server()).findings.empty());
    CHECK(decide({policy("p", {rule("block_ca_flag")})}, for_names({"www.example.org"})).findings.empty());
    Facts facts = web_server();
    CHECK_FALSE(PolicySet().evaluate(facts, "d").blocked());
}
