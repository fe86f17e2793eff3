#include "db/repositories/certificate_conditions.hpp"
#include "db/repositories/figures.hpp"
#include "db/statement.hpp"

#include <charconv>
#include <utility>

namespace chancery::db {
namespace {

/// What PostgreSQL's statistics say of a SELECT's rows, 0 when they say nothing.
long long estimated_rows(Session& session, const SqlPiece& rows)
{
    Query query(session, numbered("EXPLAIN " + rows.sql));
    bind_all(query, rows);
    const auto plan = query.values<std::string>();
    constexpr std::string_view kRows = "rows=";
    const auto at = plan.empty() ? std::string::npos : plan.front().find(kRows);
    long long count = 0;
    if (at != std::string::npos) {
        std::from_chars(plan.front().data() + at + kRows.size(), plan.front().data() + plan.front().size(), count);
    }
    return count;
}

/// PostgreSQL finds all rows of a text before it counts the first, 0.4 s of a million: not where it can be told
/// beforehand that they are many.
bool is_common_text(Session& session, const FilterNode& condition, const SqlPiece& rows)
{
    constexpr long long kCommon = 20LL * kFewRows;
    return session.dialect() == Dialect::Postgres && condition.kind == FilterNode::Kind::Compare &&
           condition.comparison.field == CertificateField::Text && estimated_rows(session, rows) > kCommon;
}

/// The SELECT of the ids of the fewest rows that a condition leaves; nothing when none leaves few.
std::optional<SqlPiece> find_few(Session& session, const std::vector<FilterNode>& conditions,
                                 std::optional<CertificateSort> sort)
{
    std::optional<SqlPiece> fewest;
    long long least = kFewRows + 1;
    for (const auto& condition : conditions) {
        auto rows = sort && in_order_of(condition, *sort) ? std::nullopt : rows_of(condition, session.dialect());
        if (!rows || is_common_text(session, condition, *rows)) {
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

Narrowed narrow(Session& session, const CertificateFilter& filter, std::optional<CertificateSort> sort)
{
    auto conditions = conditions_of(filter);
    auto few = find_few(session, conditions, sort);
    return {.conditions = std::move(conditions), .few = std::move(few)};
}

Conditions where_of(const Narrowed& narrowed, Time now, std::optional<CertificateSort> sort, Checked checked)
{
    Conditions where;
    if (narrowed.few) {
        where.add_values("id IN (" + narrowed.few->sql + ')', narrowed.few->values);
    }
    for (const auto& condition : narrowed.conditions) {
        const auto in_order = sort ? in_order_of(condition, *sort) : std::nullopt;
        const auto piece = in_order ? *in_order : check_of(condition, now, checked);
        where.add_values(piece.sql, piece.values);
    }
    return where;
}

Conditions where_of(Session& session, const CertificateFilter& filter, std::optional<CertificateSort> sort)
{
    return where_of(narrow(session, filter, sort), filter.now, sort, Checked::Whole);
}

} // namespace chancery::db
