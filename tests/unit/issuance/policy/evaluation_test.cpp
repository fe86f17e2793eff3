#include "issuance/policy/compiled_policy.hpp"
#include "issuance/policy/rules/rules.hpp"
#include "tests/unit/issuance/policy/samples.hpp"

#include <catch2/catch.hpp>

#include <stdexcept>

using namespace chancery;
using namespace chancery::issuance::policy;
using namespace chancery::issuance::policy::samples;

namespace {

std::vector<std::string> outcomes(const Decision& decision)
{
    std::vector<std::string> texts;
    for (const auto& finding : decision.findings) {
        texts.push_back(finding.policy_id + ' ' + finding.rule + ' ' + std::string(name_of(finding.outcome)));
    }
    return texts;
}

} // namespace

TEST_CASE("every rule of every matching policy is judged, in order, whatever was found before", "[unit][policy]")
{
    const std::vector<Policy> policies = {
        policy("b", {rule("enforce_max_validity", R"({"max_days":30})"), rule("require_san")}),
        policy("a", {rule("enforce_max_validity", R"({"max_days":397})"),
                     rule("enforce_algorithm", R"({"algorithms":["rsa"]})", Severity::Soft)})};
    CHECK(outcomes(decide(policies, web_server())) ==
          std::vector<std::string>{"b enforce_max_validity fail", "b require_san pass", "a enforce_max_validity pass",
                                   "a enforce_algorithm warn"});
}

TEST_CASE("of several limits on one thing the most restrictive wins", "[unit][policy]")
{
    struct Row {
        std::string title;
        PolicyRule loose;
        PolicyRule strict;
    };

    const std::vector<Row> rows = {
        {"maximum validity", rule("enforce_max_validity", R"({"max_days":397})"),
         rule("enforce_max_validity", R"({"max_days":89})")},
        {"minimum validity", rule("enforce_min_validity", R"({"min_days":1})"),
         rule("enforce_min_validity", R"({"min_days":91})")},
        {"key size", rule("enforce_minimum_key_size", R"({"minimum_bits":2048})"),
         rule("enforce_minimum_key_size", R"({"minimum_bits":7680})")},
        {"algorithms", rule("enforce_algorithm", R"({"algorithms":["rsa","ecdsa"]})"),
         rule("enforce_algorithm", R"({"algorithms":["rsa"]})")},
        {"names", rule("enforce_max_san_count", R"({"max_count":5})"),
         rule("enforce_domain_suffix", R"({"suffixes":["intern.example.com"]})")},
    };
    for (const auto& row : rows) {
        DYNAMIC_SECTION(row.title)
        {
            const auto loose = policy("loose", {row.loose});
            const auto strict = policy("strict", {row.strict});
            CHECK_FALSE(decide({loose}, web_server()).blocked());
            CHECK(decide({loose, strict}, web_server()).blocked());
            CHECK(decide({strict, loose}, web_server()).blocked());
            CHECK(decide({policy("one", {row.strict, row.loose})}, web_server()).blocked());
        }
    }
}

TEST_CASE("hard beats soft and soft alone does not block", "[unit][policy]")
{
    const auto hard = policy("hard", {rule("enforce_max_validity", R"({"max_days":30})", Severity::Hard)});
    const auto soft = policy("soft", {rule("enforce_max_validity", R"({"max_days":30})", Severity::Soft)});
    CHECK_FALSE(decide({soft}, web_server()).blocked());
    CHECK(decide({soft}, web_server()).warnings().size() == 1);
    for (const auto& decision : {decide({soft, hard}, web_server()), decide({hard, soft}, web_server())}) {
        CHECK(decision.blocked());
        CHECK(decision.warnings().size() == 1);
    }
}

TEST_CASE("a finding carries what the requester, the audit log and an alert show", "[unit][policy]")
{
    const auto decision = decide({policy("p", {rule("enforce_max_validity", R"({"max_days":30})")})}, web_server());
    REQUIRE(decision.findings.size() == 1);
    const auto& finding = decision.findings[0];
    CHECK(decision.id == "decision-1");
    CHECK(finding.policy_id == "p");
    CHECK(finding.policy_name == "Policy p");
    CHECK(finding.policy_description == "Ask the PKI team about p");
    CHECK(finding.policy_version == 3);
    CHECK(finding.severity == Severity::Hard);
    CHECK(finding.input == "90 days");
    CHECK(finding.required == "at most 30 days");
    CHECK_FALSE(finding.message.empty());
}

TEST_CASE("a stored policy that cannot be used blocks what it matches", "[unit][policy]")
{
    auto broken = policy("broken", {rule("require_san", "{}", Severity::Soft)});
    SECTION("because a rule is unknown")
    {
        broken.rules.push_back(rule("require_moon", "{}", Severity::Soft));
    }
    SECTION("because values are unusable")
    {
        broken.rules.push_back(rule("enforce_max_validity", R"({"max_days":"many"})", Severity::Soft));
    }
    SECTION("because values are no JSON")
    {
        broken.rules.push_back(rule("require_san", "{", Severity::Soft));
    }
    SECTION("because it has no rules")
    {
        broken.rules.clear();
    }
    SECTION("because it has no actions")
    {
        broken.actions.clear();
    }
    SECTION("because one pattern is unusable")
    {
        broken.patterns.emplace_back("Example..Com");
    }

    const auto decision = decide({broken}, web_server());
    CHECK(decision.blocked());
    REQUIRE(decision.findings.size() == 1);
    CHECK(decision.findings[0].rule == "policy_engine");
    CHECK(decision.findings[0].severity == Severity::Hard);
    CHECK(decision.findings[0].policy_id == "broken");
    CHECK(decision.findings[0].message.find("Policy broken") != std::string::npos);

    broken.enabled = false;
    CHECK_FALSE(decide({broken}, web_server()).blocked());
}

TEST_CASE("a broken policy blocks only what it is about, as far as that can be known", "[unit][policy]")
{
    const auto elsewhere = for_names({"www.example.org"});
    auto broken = policy("broken", {rule("require_moon")});
    CHECK_FALSE(decide({broken}, elsewhere).blocked());
    broken.patterns.emplace_back("not a name");
    CHECK(decide({broken}, elsewhere).blocked());
    broken.patterns.clear();
    CHECK(decide({broken}, elsewhere).blocked());
    broken.actions = {PolicyAction::Renew};
    CHECK_FALSE(decide({broken}, elsewhere).blocked());
}

TEST_CASE("a broken policy fills nothing and leaves the others judging", "[unit][policy]")
{
    const std::vector<Policy> policies = {
        policy("broken", {rule("enforce_values", R"({"organization":"Acme"})"), rule("require_moon")}),
        policy("sound", {rule("require_san")})};
    auto facts = web_server();
    const auto decision = PolicySet::compile(policies).evaluate(facts, "d");
    CHECK(outcomes(decision) == std::vector<std::string>{"broken policy_engine fail", "sound require_san pass"});
    CHECK(decision.fills.empty());
    CHECK(facts.subject.organization.empty());
}

TEST_CASE("an exception inside a soft rule is a hard failure of the engine", "[unit][policy]")
{
    const BoundRule throws{
        .kind = &rules::kRequireSan, .severity = Severity::Soft, .compiled = {.judge = [](const Facts&) -> Verdict {
                                                                     throw std::runtime_error("out of luck");
                                                                 }}};
    const auto finding = judge_rule(policy("p", {}), throws, web_server());
    CHECK(finding.rule == "policy_engine");
    CHECK(finding.outcome == RuleOutcome::Fail);
    CHECK(finding.severity == Severity::Hard);
    CHECK(finding.input == "require_san");
    CHECK(finding.message.find("out of luck") == std::string::npos);

    const BoundRule empty{.kind = &rules::kRequireSan, .severity = Severity::Soft};
    CHECK(judge_rule(policy("p", {}), empty, web_server()).outcome == RuleOutcome::Fail);
}

TEST_CASE("the inventory is counted only where an enabled policy asks for it", "[unit][policy]")
{
    auto reuse = policy("reuse", {rule("require_san"), rule("block_key_reuse")});
    auto limit = policy("limit", {rule("limit_active_certificates", R"({"max_certificates":2})")});
    CHECK(PolicySet::compile({reuse}).needs_key_reuse_count());
    CHECK_FALSE(PolicySet::compile({reuse}).needs_name_set_count());
    CHECK(PolicySet::compile({limit}).needs_name_set_count());
    CHECK_FALSE(PolicySet::compile({limit}).needs_key_reuse_count());
    reuse.enabled = false;
    limit.enabled = false;
    CHECK_FALSE(PolicySet::compile({reuse, limit}).needs_key_reuse_count());
    CHECK_FALSE(PolicySet::compile({reuse, limit}).needs_name_set_count());
}

TEST_CASE("a copy of a set outlives the set it was copied from", "[unit][policy]")
{
    auto set = std::make_unique<PolicySet>(PolicySet::compile({policy("p", {rule("block_ca_flag")})}));
    const PolicySet copy = *set;
    set.reset();
    auto facts = web_server();
    facts.asks_for_ca = true;
    CHECK(copy.evaluate(facts, "d").blocked());
}
