#include "db/repositories/certificate_conditions.hpp"
#include "db/repositories/figures.hpp"
#include "db/statement.hpp"

#include <utility>

namespace chancery::db {
namespace {

// A generic plan does not know that a value is rare, and would read the table hoping to meet it soon.
constexpr std::string_view kPreferIndexes = "SELECT set_config('enable_seqscan', 'off', true)";

/// The SELECT of the ids of the fewest rows that a condition leaves; nothing when none leaves few.
std::optional<SqlPiece> find_few(Session& session, const std::vector<FilterNode>& conditions,
                                 std::optional<CertificateSort> sort)
{
    std::optional<SqlPiece> fewest;
    long long least = kFewRows + 1;
    for (const auto& condition : conditions) {
        auto rows = sort && in_order_of(condition, *sort) ? std::nullopt : rows_of(condition, session.dialect());
        if (!rows) {
            continue;
        }
        if (is_unique(condition)) {
            return rows;
        }
        if (const auto count = count_up_to(session, *rows, kFewRows); count < least) {
            least = count;
            fewest = std::move(rows);
        }
    }
    return fewest;
}

} // namespace

long long count_up_to(Session& session, const SqlPiece& rows, int most)
{
    Query query(session,
                numbered("SELECT count(*) FROM (" + rows.sql + " LIMIT " + std::to_string(most + 1) + ") AS few"));
    for (const auto& value : rows.values) {
        std::visit([&](const auto& each) { query.bind(each); }, value);
    }
    return query.value<long long>().value_or(0);
}

Narrowed narrow(Session& session, const CertificateFilter& filter, std::optional<CertificateSort> sort)
{
    auto conditions = conditions_of(filter);
    auto few = find_few(session, conditions, sort);
    return {.conditions = std::move(conditions), .few = std::move(few)};
}

Conditions where_of(const Narrowed& narrowed, Time now, std::optional<CertificateSort> sort)
{
    Conditions where;
    if (narrowed.few) {
        where.add_values("id IN (" + narrowed.few->sql + ')', narrowed.few->values);
    }
    for (const auto& condition : narrowed.conditions) {
        const auto in_order = sort ? in_order_of(condition, *sort) : std::nullopt;
        const auto piece = in_order ? *in_order : check_of(condition, now);
        where.add_values(piece.sql, piece.values);
    }
    return where;
}

Conditions where_of(Session& session, const CertificateFilter& filter, std::optional<CertificateSort> sort)
{
    return where_of(narrow(session, filter, sort), filter.now, sort);
}

void prefer_indexes(Session& session)
{
    if (session.dialect() == Dialect::Postgres) {
        Query(session, kPreferIndexes).value<std::string>();
    }
}

} // namespace chancery::db
