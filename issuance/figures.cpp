#include "issuance/figures.hpp"

#include "issuance/inventory/visibility.hpp"

namespace chancery::issuance {
namespace {

Period period_at(const std::vector<Time>& bounds, std::size_t at, Interval interval)
{
    return {.name = name_of_period(bounds[at], interval), .from = bounds[at], .to = bounds[at + 1]};
}

} // namespace

std::vector<OrderPeriod> order_figures(Core& core, db::Session& session, const Caller& caller, Time now,
                                       Interval interval, int periods)
{
    const auto bounds = recent_periods(now, interval, periods);
    const auto counts =
        db::OrderRepository(session).count_between(inventory::visible_requests(core, session, caller), bounds);
    std::vector<OrderPeriod> figures;
    for (std::size_t i = 0; i < counts.size(); ++i) {
        figures.push_back({.period = period_at(bounds, i, interval), .orders = counts[i]});
    }
    return figures;
}

std::vector<db::ProviderDurations> order_durations(Core& core, db::Session& session, const Caller& caller, Time since)
{
    return db::OrderRepository(session).durations(inventory::visible_requests(core, session, caller), since,
                                                  kMostProviders);
}

std::vector<OutcomePeriod> outcome_figures(Core& core, db::Session& session, const Caller& caller, Time now,
                                           Interval interval, int periods)
{
    const auto bounds = recent_periods(now, interval, periods);
    auto rules =
        db::PolicyDecisionRepository(session).count_between(inventory::visible_requests(core, session, caller), bounds);
    std::vector<OutcomePeriod> figures;
    for (std::size_t i = 0; i < rules.size(); ++i) {
        figures.push_back({.period = period_at(bounds, i, interval), .rules = std::move(rules[i])});
    }
    return figures;
}

} // namespace chancery::issuance
