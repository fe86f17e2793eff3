#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

/// SQL put together while compiling, so that a table's columns are listed once. For db/*.cpp only.
namespace chancery::db {

template <std::size_t N> struct SqlText {
    char text[N]{};

    constexpr SqlText() = default;

    constexpr SqlText(const char (&literal)[N])
    {
        std::copy_n(literal, N, text);
    } // NOLINT(google-explicit-constructor)

    constexpr std::size_t size() const { return N - 1; }

    constexpr operator std::string_view() const { return {text, N - 1}; } // NOLINT(google-explicit-constructor)
};

namespace detail {
template <SqlText... parts> constexpr auto join_sql()
{
    SqlText<(parts.size() + ... + 1)> joined;
    char* at = joined.text;
    ((at = std::copy_n(parts.text, parts.size(), at)), ...);
    return joined;
}

/// "id, name" -> ":id, :name"
template <SqlText columns> constexpr auto parameters_of()
{
    constexpr auto count = static_cast<std::size_t>(std::count(columns.text, columns.text + columns.size(), ',')) + 1;
    SqlText<columns.size() + count + 1> out;
    char* at = out.text;
    bool first = true;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const char c = columns.text[i];
        if (first && c != ' ' && c != '\n') {
            *at++ = ':';
            first = false;
        }
        first = first || c == ',';
        *at++ = c;
    }
    return out;
}
} // namespace detail

/// The parts as one text.
template <SqlText... parts> inline constexpr auto kSql = detail::join_sql<parts...>();

/// A parameter for each column of a list.
template <SqlText columns> inline constexpr auto kParametersOf = detail::parameters_of<columns>();

/// INSERT INTO table (columns) VALUES (a parameter each)
template <SqlText table, SqlText columns>
inline constexpr auto kInsertInto =
    kSql<"INSERT INTO ", table, " (", columns, ") VALUES (", kParametersOf<columns>, ")">;

} // namespace chancery::db
