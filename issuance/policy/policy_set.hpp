#pragma once

#include "core/json.hpp"
#include "core/model/policy.hpp"
#include "core/result.hpp"
#include "issuance/policy/decision.hpp"
#include "issuance/policy/facts.hpp"
#include "issuance/policy/waivers.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace chancery::issuance::policy {

/// Policies compiled once (patterns, regular expressions, values) and evaluated many times. Immutable; cheap to copy.
class PolicySet {
public:
    PolicySet();
    /// In the order given. A stored policy that no longer compiles makes every request it matches fail hard: closed.
    static PolicySet compile(const std::vector<Policy>& policies, const std::vector<PolicyWaiver>& waivers = {});

    /// Fills `facts.subject` first (enforce_values), then judges the filled facts by every rule of every enabled policy
    /// that matches a requested name and the action. What is not met and waived is neither a failure nor a warning;
    /// errors of the engine and values that two policies fill differently cannot be waived. Never throws: an error
    /// inside is a hard finding of its own.
    Decision evaluate(Facts& facts, std::string decision_id) const;

    /// The same of content that is signed already: nothing is filled, so what lacks a value does not meet the rule.
    Decision judge_as_is(const Facts& facts, std::string decision_id) const;

    /// The names of those that match, in order.
    std::vector<const Policy*> matching(const Facts& facts) const;
    bool needs_key_reuse_count() const; ///< any enabled policy has block_key_reuse
    bool needs_name_set_count() const;  ///< any enabled policy has limit_active_certificates

private:
    struct State;
    std::shared_ptr<const State> state_; ///< shared by the copies of one set: requests under way keep theirs
};

/// Checks a policy as it is written (product: Policies): unknown rule, unusable value, bad pattern, empty action list
/// are ValidationError with a pointer into the policy document ("/rules/0/values/max_days"). Nothing is stored and
/// ignored.
Result<void> validate(const Policy& policy);

/// One entry of the rule catalogue.
struct RuleDescription {
    std::string name;
    std::string description;
    std::string values_schema; ///< JSON Schema (2020-12) of `values`
};

const std::vector<RuleDescription>& rule_catalogue();

} // namespace chancery::issuance::policy
