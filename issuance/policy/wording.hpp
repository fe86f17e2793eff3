#pragma once

#include "core/enum_names.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// How findings speak.
namespace chancery::issuance::policy {

/// "'text'"
std::string quoted(std::string_view text);

/// "a, b, c", and how many more there are beyond the first ten; "none" when there is none.
std::string list_of(const std::vector<std::string>& texts);

template <class E> std::string list_of_names(const std::vector<E>& values)
{
    std::vector<std::string> texts;
    for (const auto value : values) {
        texts.emplace_back(name_of(value));
    }
    return list_of(texts);
}

/// How many characters a UTF-8 text has.
std::size_t character_count(std::string_view text);

/// The text, or as much of it as a finding keeps, with "…" at the end: what is stored of a decision is bounded.
std::string shortened(std::string text);

/// "1 day", "2 days"
std::string counted(long long count, std::string_view noun);

/// "90 days 1 hour"; "0 seconds" at least.
std::string duration_text(std::chrono::milliseconds duration);

} // namespace chancery::issuance::policy
