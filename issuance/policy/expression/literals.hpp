#pragma once

#include <optional>
#include <string_view>

namespace chancery::issuance::policy::expression {

/// Milliseconds of "1h30m", "-15s", "1.5h", "250ms": CEL's form, down to milliseconds; nothing when it is none, or
/// longer than three hundred years.
std::optional<long long> read_duration(std::string_view text);

/// Milliseconds since 1970 of an RFC 3339 time.
std::optional<long long> read_timestamp(std::string_view text);

} // namespace chancery::issuance::policy::expression
