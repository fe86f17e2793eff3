// What the policy engine adds to an issuance: an evaluation of 20 policies of which none, or all, match.
#include "core/model/policy.hpp"
#include "issuance/policy/policy_set.hpp"

#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

namespace {

using namespace chancery;
namespace policy = chancery::issuance::policy;

policy::PolicySet twenty(const std::string& suffix)
{
    std::vector<Policy> policies;
    for (int i = 0; i < 20; ++i) {
        const auto number = std::to_string(i);
        policies.push_back(Policy{
            .id = "p" + number,
            .name = "p" + number,
            .patterns = {"*." + suffix, "*.team-" + number + ".example.org"},
            .actions = {PolicyAction::Generate},
            .rules = {{.action = "require_san", .fail = Severity::Hard},
                      {.action = "enforce_max_validity", .fail = Severity::Soft, .values = R"({"max_days":90})"}}});
    }
    return policy::PolicySet::compile(policies);
}

policy::Facts request()
{
    policy::Facts facts;
    facts.subject.common_name = "www.shop.example.com";
    facts.names = {{NameType::Dns, "www.shop.example.com"}, {NameType::Dns, "api.shop.example.com"}};
    facts.key = key_type_of(KeyAlgorithm::Ec256);
    facts.digest = Digest::Sha256;
    facts.valid_to = facts.valid_from + std::chrono::hours(24 * 30);
    return facts;
}

void measure(const char* what, const policy::PolicySet& policies)
{
    constexpr int kRounds = 50'000;
    auto facts = request();
    std::size_t findings = 0;
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < kRounds; ++i) {
        findings += policies.evaluate(facts, "0190e1c8-0000-7000-8000-000000000000").findings.size();
    }
    const std::chrono::duration<double, std::micro> spent = std::chrono::steady_clock::now() - start;
    std::printf("%-28s %7.2f us  (%zu findings each)\n", what, spent.count() / kRounds, findings / kRounds);
}

} // namespace

int main()
{
    measure("20 policies, none matches", twenty("unrelated.example.net"));
    measure("20 policies, all match", twenty("example.com"));
}
