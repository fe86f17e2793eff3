#include "db/repositories/certificate_conditions.hpp"
#include "db/repositories/figures.hpp"
#include "db/statement.hpp"

#include <utility>

namespace chancery::db {
namespace {

// A generic plan does not know that a value is rare, and would read the table hoping to meet it soon.
constexpr std::string_view kPreferIndexes = "SELECT set_config('enable_seqscan', 'off', true)";

/// How many rows a SELECT of ids has, up to one more than few.
long long count_few(Session& session, const SqlPiece& rows)
{
    Query query(session,
                numbered("SELECT count(*) FROM (" + rows.sql + " LIMIT " + std::to_string(kFewRows + 1) + ") AS few"));
    for (const auto& value : rows.values) {
        std::visit([&](const auto& each) { query.bind(each); }, value);
    }
    return query.value<long long>().value_or(0);
}

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
        if (const auto count = count_few(session, *rows); count < least) {
            least = count;
            fewest = std::move(rows);
        }
    }
    return fewest;
}

} // namespace

Conditions where_of(Session& session, const CertificateFilter& filter, std::optional<CertificateSort> sort)
{
    const auto conditions = conditions_of(filter);
    Conditions where;
    if (const auto few = find_few(session, conditions, sort)) {
        where.add_values("id IN (" + few->sql + ')', few->values);
    }
    for (const auto& condition : conditions) {
        const auto in_order = sort ? in_order_of(condition, *sort) : std::nullopt;
        const auto piece = in_order ? *in_order : check_of(condition, filter.now);
        where.add_values(piece.sql, piece.values);
    }
    return where;
}

void prefer_indexes(Session& session)
{
    if (session.dialect() == Dialect::Postgres) {
        Query(session, kPreferIndexes).value<std::string>();
    }
}

} // namespace chancery::db
