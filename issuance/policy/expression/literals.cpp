#include "issuance/policy/expression/literals.hpp"

#include "core/clock.hpp"

#include <charconv>
#include <cmath>

namespace chancery::issuance::policy::expression {
namespace {

struct Unit {
    std::string_view name;
    long long millis;
};

constexpr Unit kUnits[] = {{"ms", 1}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1000}};
constexpr long long kLongest = 300LL * 366 * 86'400'000;

/// One number with its unit, taken off the front.
std::optional<double> take_part(std::string_view& text)
{
    double number = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
    if (read.ec != std::errc{} || !std::isfinite(number) || text.front() < '0' || text.front() > '9') {
        return std::nullopt;
    }
    text.remove_prefix(static_cast<std::size_t>(read.ptr - text.data()));
    for (const auto& unit : kUnits) {
        if (text.starts_with(unit.name)) {
            text.remove_prefix(unit.name.size());
            return number * static_cast<double>(unit.millis);
        }
    }
    return std::nullopt;
}

} // namespace

std::optional<long long> read_duration(std::string_view text)
{
    const bool negative = text.starts_with('-');
    text.remove_prefix(negative ? 1 : 0);
    if (text.empty()) {
        return std::nullopt;
    }
    double total = 0;
    while (!text.empty()) {
        const auto part = take_part(text);
        if (!part) {
            return std::nullopt;
        }
        total += *part;
    }
    if (total > static_cast<double>(kLongest)) {
        return std::nullopt;
    }
    const auto millis = std::llround(total);
    return negative ? -millis : millis;
}

std::optional<long long> read_timestamp(std::string_view text)
{
    const auto time = from_rfc3339(text);
    return time ? std::optional(to_millis(*time)) : std::nullopt;
}

} // namespace chancery::issuance::policy::expression
