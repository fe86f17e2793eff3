#include "db/sql_piece.hpp"

#include "db/repositories/figures.hpp"

namespace chancery::db {
namespace {

// A generic plan does not know that a value is rare, and would read the table hoping to meet it soon.
constexpr std::string_view kPreferIndexes = "SELECT set_config('enable_seqscan', 'off', true)";

} // namespace

SqlPiece& SqlPiece::add(const SqlPiece& other)
{
    sql += other.sql;
    values.insert(values.end(), other.values.begin(), other.values.end());
    return *this;
}

Query& bind_all(Query& query, const SqlPiece& piece)
{
    for (const auto& value : piece.values) {
        std::visit([&](const auto& each) { query.bind(each); }, value);
    }
    return query;
}

long long count_up_to(Session& session, const SqlPiece& rows, int most)
{
    Query query(session,
                numbered("SELECT count(*) FROM (" + rows.sql + " LIMIT " + std::to_string(most + 1) + ") AS few"));
    return bind_all(query, rows).value<long long>().value_or(0);
}

void prefer_indexes(Session& session)
{
    if (session.dialect() == Dialect::Postgres) {
        Query(session, kPreferIndexes).value<std::string>();
    }
}

std::string insert_rows(std::string_view head, std::size_t rows, std::size_t columns)
{
    std::string sql(head);
    for (std::size_t i = 0; i < rows * columns; ++i) {
        sql += i % columns == 0 ? (i == 0 ? " (" : "), (") : ", ";
        sql += ":v" + std::to_string(i);
    }
    return sql + ") ON CONFLICT DO NOTHING";
}

} // namespace chancery::db
