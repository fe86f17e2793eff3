#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace chancery {

/// ASCII lower case; other bytes stay.
std::string to_lower(std::string_view text);
bool equal_ignoring_case(std::string_view a, std::string_view b);
/// How many characters (code points) a text in UTF-8 has.
std::size_t count_characters(std::string_view text);
std::string_view trim(std::string_view text);
std::vector<std::string> split(std::string_view text, char separator);
std::string join(const std::vector<std::string>& parts, std::string_view separator);

/// Whether DNS name `name` is `domain` or lies below it, on label boundaries: "badexample.com" is not in "example.com".
/// Both lower case without a trailing dot; a leading "*." of `name` is a label like any other.
bool is_within_domain(std::string_view name, std::string_view domain);

} // namespace chancery
