#include "core/json.hpp"
#include "tests/unit/issuance/policy/samples.hpp"

#include <catch2/catch.hpp>

using namespace chancery;
using namespace chancery::issuance::policy;
using namespace chancery::issuance::policy::samples;

TEST_CASE("a decision is written with all its members in a fixed order", "[unit][policy]")
{
    Decision decision{.id = "d-1"};
    decision.findings.push_back({.policy_id = "p-1",
                                 .policy_name = "Short \"lived\"",
                                 .policy_description = "Ask us",
                                 .policy_version = 7,
                                 .rule = "enforce_max_validity",
                                 .severity = Severity::Soft,
                                 .outcome = RuleOutcome::Warn,
                                 .input = "90 days",
                                 .required = "at most 30 days",
                                 .message = "too long"});
    decision.fills.push_back({.policy_id = "p-1", .field = "country", .value = "DE"});
    CHECK(decision.to_json() ==
          R"({"id":"d-1","blocked":false,"findings":[{"policy_id":"p-1","policy_name":"Short \"lived\"",)"
          R"("policy_description":"Ask us","policy_version":7,"rule":"enforce_max_validity","severity":"soft",)"
          R"("outcome":"warn","input":"90 days","required":"at most 30 days","message":"too long"}],)"
          R"("fills":[{"policy_id":"p-1","field":"country","value":"DE"}]})");
    CHECK(Decision{}.to_json() == R"({"id":"","blocked":false,"findings":[],"fills":[]})");
}

TEST_CASE("warnings are the soft failures and nothing else", "[unit][policy]")
{
    const std::vector<Policy> policies = {
        policy("p", {rule("require_san"), rule("enforce_max_validity", R"({"max_days":30})"),
                     rule("enforce_max_validity", R"({"max_days":60})", Severity::Soft)})};
    const auto decision = decide(policies, web_server());
    REQUIRE(decision.warnings().size() == 1);
    CHECK(decision.warnings()[0].required == "at most 60 days");
    const auto written = json::parse_array(Decision::findings_json(decision.warnings()));
    REQUIRE(written.size() == 1);
    json::Reader in(written[0]);
    CHECK(in.string("outcome") == "warn");
    CHECK(in.string("policy_id") == "p");
    CHECK(Decision::findings_json({}) == "[]");
    CHECK(decision.to_json().find(R"("blocked":true)") != std::string::npos);
}

TEST_CASE("long lists of names are shortened in findings", "[unit][policy]")
{
    std::vector<std::string> names;
    for (int i = 0; i < 500; ++i) {
        names.push_back("host-" + std::to_string(i) + ".example.com");
    }
    const auto decision =
        decide({policy("p", {rule("enforce_domain_suffix", R"({"suffixes":["example.org"]})")})}, for_names(names));
    REQUIRE(decision.findings.size() == 1);
    CHECK(decision.findings[0].input.size() < 400);
    CHECK(decision.findings[0].input.ends_with(" and 490 more"));
}
