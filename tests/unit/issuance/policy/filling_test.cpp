#include "tests/unit/issuance/policy/samples.hpp"

#include <catch2/catch.hpp>

using namespace chancery;
using namespace chancery::issuance::policy;
using namespace chancery::issuance::policy::samples;

namespace {

std::vector<std::string> filled(const Decision& decision)
{
    std::vector<std::string> fills;
    for (const auto& fill : decision.fills) {
        fills.push_back(fill.policy_id + ' ' + fill.field + '=' + fill.value);
    }
    return fills;
}

std::vector<Finding> failures(const Decision& decision)
{
    std::vector<Finding> failed;
    for (const auto& finding : decision.findings) {
        if (finding.outcome == RuleOutcome::Fail) {
            failed.push_back(finding);
        }
    }
    return failed;
}

} // namespace

TEST_CASE("empty attributes are filled in policy order and in a fixed order of fields", "[unit][policy]")
{
    const std::vector<Policy> policies = {
        policy("b", {rule("enforce_values", R"({"locality":"Ulm","organization":"Acme","country":"DE"})")}),
        policy("a", {rule("enforce_values", R"({"state":"BW","organizational_unit":"IT"})", Severity::Soft)})};
    auto facts = web_server();
    facts.subject.country = "DE";
    const auto decision = PolicySet::compile(policies).evaluate(facts, "d");
    CHECK(filled(decision) ==
          std::vector<std::string>{"b organization=Acme", "b locality=Ulm", "a organizational_unit=IT", "a state=BW"});
    CHECK(facts.subject == Subject{.common_name = "www.example.com",
                                   .organization = "Acme",
                                   .organizational_unit = "IT",
                                   .country = "DE",
                                   .state = "BW",
                                   .locality = "Ulm"});
    CHECK_FALSE(decision.blocked());
    CHECK(decision.warnings().empty());
}

TEST_CASE("a value that was filled in counts when other policies judge", "[unit][policy]")
{
    // The strict policy comes first and the one that fills comes second: filling is done before anyone judges.
    const std::vector<Policy> policies = {
        policy("strict", {rule("enforce_values", R"({"country":"DE"})"), rule("require_san")}),
        policy("fills", {rule("enforce_values", R"({"country":"DE","organization":"Acme"})")})};
    CHECK_FALSE(decide(policies, web_server()).blocked());
}

TEST_CASE("policies that fill the same value agree", "[unit][policy]")
{
    const std::vector<Policy> policies = {policy("one", {rule("enforce_values", R"({"organization":"Acme"})")}),
                                          policy("two", {rule("enforce_values", R"({"organization":"Acme"})")})};
    const auto decision = decide(policies, web_server());
    CHECK(filled(decision) == std::vector<std::string>{"one organization=Acme"});
    CHECK_FALSE(decision.blocked());
}

TEST_CASE("policies that fill different values are a hard failure that names both", "[unit][policy]")
{
    const std::vector<Policy> policies = {
        policy("one", {rule("enforce_values", R"({"organization":"Acme"})", Severity::Soft)}),
        policy("two", {rule("enforce_values", R"({"organization":"Bolt"})", Severity::Soft)})};

    SECTION("even when both are soft")
    {
        auto facts = web_server();
        const auto decision = PolicySet::compile(policies).evaluate(facts, "d");
        CHECK(decision.blocked());
        const auto failed = failures(decision);
        REQUIRE(failed.size() == 1);
        CHECK(failed[0].rule == "enforce_values");
        CHECK(failed[0].severity == Severity::Hard);
        CHECK(failed[0].policy_id == "two");
        CHECK(failed[0].message.find("'Policy one'") != std::string::npos);
        CHECK(failed[0].message.find("'Policy two'") != std::string::npos);
        CHECK(failed[0].message.find("'Acme'") != std::string::npos);
        CHECK(failed[0].message.find("'Bolt'") != std::string::npos);
        CHECK(facts.subject.organization == "Acme");
    }
    SECTION("but not when the request names a value itself")
    {
        auto facts = web_server();
        facts.subject.organization = "Acme";
        const auto decision = PolicySet::compile(policies).evaluate(facts, "d");
        CHECK(filled(decision).empty());
        CHECK_FALSE(decision.blocked());
        REQUIRE(decision.warnings().size() == 1);
        CHECK(decision.warnings()[0].policy_id == "two");
    }
    SECTION("and not when only one of them matches")
    {
        auto elsewhere = policies;
        elsewhere[1].patterns = {"*.example.org"};
        CHECK_FALSE(decide(elsewhere, web_server()).blocked());
    }
    SECTION("every one that differs from the first is named")
    {
        auto three = policies;
        three.push_back(policy("three", {rule("enforce_values", R"({"organization":"Cord"})", Severity::Soft)}));
        CHECK(failures(decide(three, web_server())).size() == 2);
    }
}

TEST_CASE("filling is the same every time", "[unit][policy]")
{
    const std::vector<Policy> policies = {
        policy("one", {rule("enforce_values", R"({"organization":"Acme","state":"BW"})")}),
        policy("two", {rule("enforce_values", R"({"organization":"Bolt","locality":"Ulm"})")})};
    const auto first = decide(policies, web_server()).to_json();
    for (int i = 0; i < 20; ++i) {
        CHECK(decide(policies, web_server()).to_json() == first);
    }
}
