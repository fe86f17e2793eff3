#include "core/duration.hpp"

#include <charconv>

namespace chancery {
namespace {

std::optional<long long> parse_integer(std::string_view text)
{
    long long number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size() && !text.empty() ? std::optional(number)
                                                                                     : std::nullopt;
}

/// Seconds of one designator in the date or the time part, in the order in which they must come; 0 is none of them.
long long unit_seconds(char unit, bool in_time)
{
    if (in_time) {
        return unit == 'H' ? 3600 : unit == 'M' ? 60 : unit == 'S' ? 1 : 0;
    }
    return unit == 'W' ? 604'800 : unit == 'D' ? 86'400 : 0;
}

constexpr long long kMostOfOneUnit = 1'000'000;

} // namespace

std::optional<std::chrono::seconds> parse_duration(std::string_view text)
{
    if (text.size() < 3 || text.front() != 'P') {
        return std::nullopt;
    }
    text.remove_prefix(1);
    long long total = 0;
    long long last_unit = kMostOfOneUnit;
    bool in_time = false;
    while (!text.empty()) {
        if (text.front() == 'T' && !in_time && text.size() > 1) {
            in_time = true;
            text.remove_prefix(1);
        }
        const auto digits = text.find_first_not_of("0123456789");
        if (digits == 0 || digits == std::string_view::npos) {
            return std::nullopt;
        }
        const auto count = parse_integer(text.substr(0, digits));
        const auto unit = unit_seconds(text[digits], in_time);
        if (!count || *count > kMostOfOneUnit || unit == 0 || unit >= last_unit) {
            return std::nullopt;
        }
        total += *count * unit;
        last_unit = unit;
        text.remove_prefix(digits + 1);
    }
    return std::chrono::seconds(total);
}

} // namespace chancery
