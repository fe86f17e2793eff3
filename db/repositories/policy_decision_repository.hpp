#pragma once

#include "core/model/policy_decision.hpp"
#include "db/page.hpp"
#include "db/session.hpp"
#include "db/visible_requests.hpp"

#include <optional>
#include <string>
#include <vector>

namespace chancery::db {

/// Empty members do not narrow.
struct PolicyDecisionFilter {
    std::optional<VisibleRequests> visible{};
    std::string rule{}; ///< that was not met
    std::optional<PolicyOutcome> outcome{};
    std::optional<Time> since{};
    std::optional<Time> until{};
};

/// In how many decisions a rule had which outcome.
struct RuleOutcomes {
    std::string rule{};
    long long refused = 0;
    long long warned = 0;
    long long waived = 0;
};

class PolicyDecisionRepository {
public:
    explicit PolicyDecisionRepository(Session& session) : session_(session) {}

    void insert(const PolicyDecisionRecord& record);
    /// Without `outcomes`.
    std::optional<PolicyDecisionRecord> find(const std::string& id);
    /// Nothing, too, when it is not visible: with one's own requests go the orders that one sees.
    std::optional<PolicyDecisionRecord> find(const std::string& id, const std::optional<VisibleRequests>& visible);
    /// Sorted by when they were made. Without documents and `outcomes`. Of somebody who sees nothing under a domain,
    /// those of their own requests.
    std::vector<PolicyDecisionRecord> list(const PolicyDecisionFilter& filter, const PageRequest& page);
    long long count(const PolicyDecisionFilter& filter);
    /// Fills in `outcomes`.
    void read_outcomes(std::vector<PolicyDecisionRecord>& records);
    /// Of decisions made from each bound up to the next, by rule: one less than bounds, which ascend.
    std::vector<std::vector<RuleOutcomes>> count_between(const std::optional<VisibleRequests>& visible,
                                                         const std::vector<Time>& bounds);

private:
    Session& session_;
};

} // namespace chancery::db
