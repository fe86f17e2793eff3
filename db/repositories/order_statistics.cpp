#include "db/list_query.hpp"
#include "db/repositories/figures.hpp"
#include "db/repositories/order_repository.hpp"
#include "db/repositories/visible_requests.hpp"

#include <iterator>

namespace chancery::db {
namespace {

/// What becomes of an order, as the index of those orders alone has it.
struct Fate {
    std::string_view condition;
    long long OrderCounts::* count;
};

constexpr Fate kFates[] = {{"status = 'complete'", &OrderCounts::complete},
                           {"status = 'failed'", &OrderCounts::failed},
                           {"status NOT IN ('complete', 'failed')", &OrderCounts::open}};

// The smallest duration with at least that part of all up to it.
constexpr std::string_view kDurations = R"sql(
    SELECT provider_id, count(*), min(CASE WHEN place * 100 >= 50 * total THEN duration END),
           min(CASE WHEN place * 100 >= 95 * total THEN duration END),
           min(CASE WHEN place * 100 >= 99 * total THEN duration END)
      FROM (SELECT provider_id, completed_at - submitted_at AS duration,
                   row_number() OVER (PARTITION BY provider_id ORDER BY completed_at - submitted_at) AS place,
                   count(*) OVER (PARTITION BY provider_id) AS total
              FROM orders)sql";
constexpr std::string_view kByProvider =
    ") AS placed GROUP BY provider_id ORDER BY count(*) DESC, provider_id LIMIT :most";

/// The orders of the bounds with that fate, each with its span. Takes the bounds, the first and the last of them again,
/// and what is visible.
std::string spans(const Fate& fate, std::size_t number, std::size_t bounds, const std::string& visible)
{
    return "SELECT " + span_of("submitted_at", bounds) + " AS bucket, " + std::to_string(number) +
           " AS fate FROM orders WHERE " + std::string(fate.condition) + " AND submitted_at >= ? AND submitted_at < ?" +
           (visible.empty() ? "" : " AND " + visible);
}

/// No condition when all are.
SqlPiece condition_of(Session& session, const std::optional<VisibleRequests>& visible)
{
    return visible ? visible_orders(session, *visible) : SqlPiece{};
}

} // namespace

std::vector<OrderCounts> OrderRepository::count_between(const std::optional<VisibleRequests>& visible,
                                                        const std::vector<Time>& bounds)
{
    const auto condition = condition_of(session_, visible);
    std::string rows;
    for (std::size_t i = 0; i < std::size(kFates); ++i) {
        rows += (rows.empty() ? "" : " UNION ALL ") + spans(kFates[i], i, bounds.size(), condition.sql);
    }
    Query query(session_,
                numbered("SELECT bucket, fate, count(*) FROM (" + rows + ") AS bucketed GROUP BY bucket, fate"));
    for (std::size_t i = 0; i < std::size(kFates); ++i) {
        for (const auto& bound : bounds) {
            query.bind(bound);
        }
        bind_all(query.bind(bounds.front(), bounds.back()), condition);
    }

    struct Counted {
        long long bucket = 0, fate = 0, orders = 0;
    };

    std::vector<OrderCounts> counts(bounds.size() - 1);
    for (const auto& one : query.all([](Row& row) {
             Counted counted;
             row.read(counted.bucket, counted.fate, counted.orders);
             return counted;
         })) {
        counts.at(static_cast<std::size_t>(one.bucket) - 1).*kFates[one.fate].count = one.orders;
    }
    return counts;
}

std::vector<ProviderDurations> OrderRepository::durations(const std::optional<VisibleRequests>& visible, Time since,
                                                          int limit)
{
    Conditions where;
    where.add_is("status", OrderStatus::Complete).add("submitted_at >= ?", since);
    if (const auto condition = condition_of(session_, visible); !condition.sql.empty()) {
        where.add_values(condition.sql, condition.values);
    }
    Query query(session_, std::string(kDurations) + where.sql() + std::string(kByProvider));
    return where.bind_to(query).bind(limit).all([](Row& row) {
        ProviderDurations one;
        row.read(one.provider_id, one.orders, one.p50_ms, one.p95_ms, one.p99_ms);
        return one;
    });
}

} // namespace chancery::db
