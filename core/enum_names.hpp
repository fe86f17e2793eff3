#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace chancery {

/// The names by which an enumeration travels in JSON, SQL and the console. Specialise with a `table` that has every
/// enumerator: `template <> struct EnumNames<Color> { static constexpr std::pair<Color, std::string_view> table[] =
/// {...}; };`
template <class E> struct EnumNames;

template <class E> constexpr std::string_view name_of(E value)
{
    for (const auto& [known, name] : EnumNames<E>::table) {
        if (known == value) {
            return name;
        }
    }
    return "unknown";
}

template <class E> constexpr std::optional<E> from_name(std::string_view text)
{
    for (const auto& [known, name] : EnumNames<E>::table) {
        if (name == text) {
            return known;
        }
    }
    return std::nullopt;
}

/// "a, b, c": for messages that say what would have been accepted.
template <class E> std::string all_names()
{
    std::string names;
    for (const auto& [known, name] : EnumNames<E>::table) {
        names += names.empty() ? "" : ", ";
        names += name;
    }
    return names;
}

} // namespace chancery
