#pragma once

#include "core/enum_names.hpp"
#include "core/model/policy.hpp"

#include <string>
#include <vector>

namespace chancery::issuance::policy {

/// Warn: not met, and the rule is soft. Fail: not met, and the rule is hard. Waived: not met, and somebody approved
/// that.
enum class RuleOutcome { Pass, Warn, Fail, Waived };

} // namespace chancery::issuance::policy

namespace chancery {

template <> struct EnumNames<issuance::policy::RuleOutcome> {
    using Outcome = issuance::policy::RuleOutcome;
    static constexpr std::pair<Outcome, std::string_view> table[] = {
        {Outcome::Pass, "pass"}, {Outcome::Warn, "warn"}, {Outcome::Fail, "fail"}, {Outcome::Waived, "waived"}};
};

} // namespace chancery

namespace chancery::issuance::policy {

/// What one rule of one policy said.
struct Finding {
    std::string policy_id{};
    std::string policy_name{};
    std::string policy_description{};
    long long policy_version = 0;
    std::string rule{}; ///< "enforce_max_validity"
    Severity severity{};
    RuleOutcome outcome{};
    std::string input{};     ///< what the request has, for a person
    std::string required{};  ///< what the rule wants
    std::string message{};   ///< a sentence; empty for a pass
    std::string waiver_id{}; ///< of what is waived
};

/// A value that `enforce_values` filled in.
struct Fill {
    std::string policy_id{};
    std::string field{};
    std::string value{};
};

/// The whole answer of the evaluator: stored with the order, named in audit records and problems.
struct Decision {
    std::string id{};
    std::vector<Finding> findings{}; ///< every rule of every policy that matched, in order
    std::vector<Fill> fills{};

    bool blocked() const;                  ///< any hard failure
    std::vector<Finding> warnings() const; ///< soft failures
    std::vector<Finding> waived() const;
    /// The stored form; the same JSON comes from a policy evaluation.
    std::string to_json() const;
    /// The hard failures alone.
    std::string failures_json() const;
    static std::string findings_json(const std::vector<Finding>& some);
};

} // namespace chancery::issuance::policy
