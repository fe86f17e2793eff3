#pragma once

#include "core/model/policy.hpp"
#include "issuance/policy/decision.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace chancery::issuance {

/// What a replay has found so far. Every number is of all that was examined; only the examples are a few of many.
class ReplayTally {
public:
    /// One certificate or order that was examined.
    struct Subject {
        std::string_view type; ///< "certificate" or "order"
        std::string id{};
        std::string common_name{};
    };

    explicit ReplayTally(const Policy& policy);
    /// One that was written by `to_json`, of the same policy; throws std::runtime_error when it is not one.
    ReplayTally(const Policy& policy, std::string_view text);

    /// What the policy, alone, says of it; `matched` when it is about it at all.
    void add(const Subject& subject, bool matched, const policy::Decision& decision);
    /// It could not be read, and the policy was not asked.
    void add_unreadable(const Subject& subject);

    std::string to_json() const;

private:
    struct Counts {
        long long examined = 0;
        long long matched = 0;    ///< the policy is about it
        long long blocked = 0;    ///< a hard rule is not met
        long long warned = 0;     ///< only soft rules are not met
        long long unreadable = 0; ///< among those examined
    };

    struct OfRule {
        std::string rule{};
        Severity fail{};
        long long unmet = 0;
        std::vector<std::string> examples{}; ///< JSON objects, the first few
    };

    Counts& counts_of(const Subject& subject);

    Counts certificates_;
    Counts orders_;
    std::vector<OfRule> rules_;
};

} // namespace chancery::issuance
