#pragma once

#include "core/model/certificate_query.hpp"
#include "db/statement.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// SQL that is put together from pieces with their values. For db/repositories/*.cpp only.
namespace chancery::db {

/// How many rows are found by their own index and sorted rather than met on a walk through the list's.
inline constexpr int kFewRows = 3'000;

/// A '?' is a parameter; the values are in their order.
struct SqlPiece {
    std::string sql{};
    std::vector<FilterValue> values{};

    SqlPiece& add(const SqlPiece& other);
};

/// Binds the values after those bound before.
Query& bind_all(Query& query, const SqlPiece& piece);

/// How many rows a SELECT of ids has, up to one more than `most`.
long long count_up_to(Session& session, const SqlPiece& rows, int most);

/// PostgreSQL: for the rest of the transaction.
void prefer_indexes(Session& session);

/// Rows of one INSERT; longer lists take several.
inline constexpr std::size_t kRowsPerInsert = 25;

/// "INSERT … VALUES (…), (…)" with `rows` rows of `columns` parameters; rows that are there stay as they are.
std::string insert_rows(std::string_view head, std::size_t rows, std::size_t columns);

} // namespace chancery::db
