#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// SQL of statistics. For db/repositories/*.cpp only.
namespace chancery::db {

/// "CASE WHEN column < ? THEN 0 WHEN … ELSE n END": in which span between n bounds, which ascend, a row lies.
std::string span_of(std::string_view column, std::size_t bounds);

/// With a name of its own for every parameter that is a '?'.
std::string numbered(std::string sql);

} // namespace chancery::db
