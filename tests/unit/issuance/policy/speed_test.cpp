#include "tests/unit/issuance/policy/samples.hpp"

#include <catch2/catch.hpp>

#include <chrono>

using namespace chancery;
using namespace chancery::issuance::policy;
using namespace chancery::issuance::policy::samples;

// Hidden: a number of an optimised build, for a person to read. Run with the tag.
TEST_CASE("twenty policies that do not match cost less than five microseconds", "[.speed][policy]")
{
    std::vector<Policy> policies;
    for (int i = 0; i < 20; ++i) {
        auto each = policy("p" + std::to_string(i), {rule("require_san")});
        each.patterns = {"*.team-" + std::to_string(i) + ".example.org", "example-" + std::to_string(i) + ".net"};
        policies.push_back(each);
    }
    const auto set = PolicySet::compile(policies);
    auto facts = for_names({"www.shop.example.com", "api.shop.example.com"});
    constexpr int kRounds = 100'000;
    std::size_t findings = 0;
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < kRounds; ++i) {
        findings += set.evaluate(facts, "0190e1c8-0000-7000-8000-000000000000").findings.size();
    }
    const std::chrono::duration<double, std::micro> spent = std::chrono::steady_clock::now() - start;
    CHECK(findings == 0);
    WARN("one evaluation: " << spent.count() / kRounds << " us");
    CHECK(spent.count() / kRounds < 5.0);
}
