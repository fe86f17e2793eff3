#include "db/repositories/figures.hpp"

namespace chancery::db {

std::string span_of(std::string_view column, std::size_t bounds)
{
    std::string sql = "CASE";
    for (std::size_t i = 0; i < bounds; ++i) {
        sql += " WHEN " + std::string(column) + " < ? THEN " + std::to_string(i);
    }
    return sql + " ELSE " + std::to_string(bounds) + " END";
}

std::string numbered(std::string sql)
{
    std::size_t number = 0;
    for (auto at = sql.find('?'); at != std::string::npos; at = sql.find('?', at)) {
        sql.replace(at, 1, ":n" + std::to_string(number++));
    }
    return sql;
}

} // namespace chancery::db
