#pragma once

#include "core/model/policy.hpp"
#include "core/result.hpp"
#include "issuance/policy/decision.hpp"
#include "issuance/policy/pattern.hpp"
#include "issuance/policy/rule.hpp"

#include <string_view>
#include <vector>

namespace chancery::issuance::policy {

/// The name that findings about the engine itself carry in place of a rule's. They are always hard.
inline constexpr std::string_view kEngineRule = "policy_engine";

/// A rule of a policy, ready to judge.
struct BoundRule {
    const RuleKind* kind = nullptr;
    Severity severity{};
    CompiledRule compiled{};
};

/// A policy with its patterns and rules read. Where `errors` is not empty, what could be read is there and must not be
/// taken for the whole.
struct CompiledPolicy {
    std::vector<Pattern> patterns{};
    std::vector<BoundRule> rules{};
    std::vector<FieldError> errors{}; ///< pointers into the policy document
};

CompiledPolicy compile_policy(const Policy& policy);

/// What `rule` of `policy` says. An exception inside the rule is a hard failure of the engine: closed.
Finding judge_rule(const Policy& policy, const BoundRule& rule, const Facts& facts);

/// A hard failure under the name of the engine.
Finding engine_failure(const Policy& policy, std::string input, std::string message);

} // namespace chancery::issuance::policy
