#include "issuance/policy/compiled_policy.hpp"
#include "issuance/policy/policy_set.hpp"
#include "issuance/policy/wording.hpp"

namespace chancery::issuance::policy {
namespace {

constexpr std::size_t kMaxName = 120;
constexpr std::size_t kMaxDescription = 2000;

} // namespace

Result<void> validate(const Policy& policy)
{
    std::vector<FieldError> errors;
    if (policy.name.empty() || character_count(policy.name) > kMaxName) {
        errors.push_back({"/name", "length", "must have 1 to " + std::to_string(kMaxName) + " characters"});
    }
    if (character_count(policy.description) > kMaxDescription) {
        errors.push_back(
            {"/description", "length", "must have at most " + std::to_string(kMaxDescription) + " characters"});
    }
    auto compiled = compile_policy(policy);
    errors.insert(errors.end(), compiled.errors.begin(), compiled.errors.end());
    if (errors.empty()) {
        return {};
    }
    return refuse(Problem{.code = Code::ValidationError,
                          .detail = "the policy has members that cannot be accepted",
                          .errors = std::move(errors)});
}

} // namespace chancery::issuance::policy
