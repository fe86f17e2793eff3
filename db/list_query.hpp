#pragma once

#include "db/page.hpp"
#include "db/statement.hpp"

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace chancery::db {

/// The WHERE of a list, put together from fragments that are constants of a repository; every value is bound. A '?' in
/// a fragment is a parameter.
class Conditions {
public:
    using Value = std::variant<long long, std::string>;

    /// The fragment with values that were made before.
    Conditions& add_values(std::string_view fragment, const std::vector<Value>& values)
    {
        append(fragment);
        values_.insert(values_.end(), values.begin(), values.end());
        return *this;
    }

    template <class... Values> Conditions& add(std::string_view fragment, const Values&... values)
    {
        append(fragment);
        (values_.push_back(to_value(values)), ...);
        return *this;
    }

    /// The same with as many values as `values` has.
    template <class Value> Conditions& add_each(std::string_view fragment, const std::vector<Value>& values)
    {
        append(fragment);
        for (const auto& value : values) {
            values_.push_back(to_value(value));
        }
        return *this;
    }

    /// `column IN (…)`; nothing when there are none.
    template <class Value> Conditions& add_in(std::string_view column, const std::vector<Value>& values)
    {
        if (!values.empty()) {
            append_in(column, values.size());
            for (const auto& value : values) {
                values_.push_back(to_value(value));
            }
        }
        return *this;
    }

    /// `column = 'name'`: not bound, so that an index of the rows with that value alone can answer.
    template <class E>
        requires std::is_enum_v<E>
    Conditions& add_is(std::string_view column, E value)
    {
        append(std::string(column) + " = '" + std::string(name_of(value)) + '\'');
        return *this;
    }

    /// Any of the values; nothing when there are none.
    template <class E>
        requires std::is_enum_v<E>
    Conditions& add_any(std::string_view column, const std::vector<E>& values)
    {
        return values.size() == 1 ? add_is(column, values.front()) : add_in(column, values);
    }

    /// `column = ?`; nothing when the text is empty.
    Conditions& add_equal(std::string_view column, const std::string& value);

    enum class Key { Number, Text };
    /// Goes on after `page.after`, sorted by `column` and then by `id_column`; adds the order and the limit.
    /// Throws std::invalid_argument when the position is not of the column's kind.
    Conditions& page(std::string_view column, Key kind, const PageRequest& page, std::string_view id_column = "id");

    /// " WHERE … ORDER BY … LIMIT …", as far as there is any.
    std::string sql() const;
    /// Binds the values after those bound before.
    Query& bind_to(Query& query) const;

private:
    template <class T> static Value to_value(const T& value)
    {
        if constexpr (detail::is_number_column<T>()) {
            Cell cell;
            detail::store(cell, value);
            return cell.number;
        } else if constexpr (std::is_enum_v<T>) {
            return std::string(name_of(value));
        } else {
            return std::string(value);
        }
    }

    void append(std::string_view fragment);
    void append_in(std::string_view column, std::size_t count);

    std::string where_{};
    std::string order_{};
    std::vector<Value> values_{};
    std::vector<Value> tail_values_{};
    std::size_t parameters_ = 0;
};

/// Where a page goes on, sorted by a number. Throws std::invalid_argument when the position is none.
long long number_of(const Position& position);

/// The text with LIKE's wildcards and '\' escaped, between two '%'.
std::string substring_pattern(std::string_view text);

} // namespace chancery::db
