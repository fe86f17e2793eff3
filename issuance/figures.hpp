#pragma once

#include "db/repositories/order_repository.hpp"
#include "db/repositories/policy_decision_repository.hpp"
#include "issuance/core.hpp"
#include "issuance/periods.hpp"

#include <string>
#include <vector>

/// Figures of the orders and policy decisions that the caller may see (issuance/inventory/visibility.hpp).
namespace chancery::issuance {

/// One of the last days, weeks or months.
struct Period {
    std::string name{};
    Time from{};
    Time to{}; ///< up to but without this
};

struct OrderPeriod {
    Period period{};
    db::OrderCounts orders{};
};

struct OutcomePeriod {
    Period period{};
    std::vector<db::RuleOutcomes> rules{};
};

/// How many providers have their durations shown.
inline constexpr int kMostProviders = 100;

/// Orders by when they were submitted; the current period is the last.
std::vector<OrderPeriod> order_figures(Core& core, db::Session& session, const Caller& caller, Time now,
                                       Interval interval, int periods);
/// Of orders submitted at `since` or later.
std::vector<db::ProviderDurations> order_durations(Core& core, db::Session& session, const Caller& caller, Time since);
/// Decisions by when they were made; the current period is the last.
std::vector<OutcomePeriod> outcome_figures(Core& core, db::Session& session, const Caller& caller, Time now,
                                           Interval interval, int periods);

} // namespace chancery::issuance
