#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace chancery {

/// An ISO 8601 duration of weeks, days, hours, minutes and seconds ("P30D", "PT12H", "P1W"); nothing for anything else:
/// years and months have no fixed length.
std::optional<std::chrono::seconds> parse_duration(std::string_view text);

} // namespace chancery
