#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace chancery {

/// A moment, UTC, in milliseconds since the Unix epoch; stored as that number (docs/decisions/0006-time.md).
using Time = std::chrono::sys_time<std::chrono::milliseconds>;

/// Where "now" comes from. Passed in everywhere, so that a test can move it.
class Clock {
public:
    virtual ~Clock() = default;
    virtual Time now() const = 0;
};

class SystemClock final : public Clock {
public:
    Time now() const override
    {
        return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
    }
};

inline long long to_millis(Time time)
{
    return time.time_since_epoch().count();
}

inline Time from_millis(long long millis)
{
    return Time(std::chrono::milliseconds(millis));
}

/// "2026-11-23T14:25:01Z" (RFC 3339, UTC), or with milliseconds where they are not zero and `millis` asks for them.
std::string to_rfc3339(Time time, bool millis = false);

/// Reads RFC 3339 with `Z` or an offset; nothing when it is not one.
std::optional<Time> from_rfc3339(std::string_view text);

} // namespace chancery
