#include "core/clock.hpp"

#include <fmt/format.h>

#include <charconv>

namespace chancery {
namespace {

/// Exactly `width` decimal digits at `at`, or nothing.
std::optional<int> digits(std::string_view text, std::size_t at, std::size_t width)
{
    if (text.size() < at + width) {
        return std::nullopt;
    }
    int value = 0;
    for (std::size_t i = at; i < at + width; ++i) {
        if (text[i] < '0' || text[i] > '9') {
            return std::nullopt;
        }
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

bool char_at(std::string_view text, std::size_t at, char wanted)
{
    return at < text.size() && text[at] == wanted;
}

/// The offset of RFC 3339 ("Z", "+01:00") that must end the text, in minutes.
std::optional<int> offset_minutes(std::string_view text)
{
    if (text == "Z" || text == "z") {
        return 0;
    }
    const auto hours = digits(text, 1, 2);
    const auto minutes = digits(text, 4, 2);
    if (text.size() != 6 || !hours || !minutes || *hours > 23 || *minutes > 59 || text[3] != ':' ||
        (text[0] != '+' && text[0] != '-')) {
        return std::nullopt;
    }
    const int total = *hours * 60 + *minutes;
    return text[0] == '+' ? total : -total;
}

} // namespace

std::string to_rfc3339(Time time, bool millis)
{
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(time - day);
    auto text = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(date.year()),
                            static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                            clock.hours().count(), clock.minutes().count(), clock.seconds().count());
    if (const auto rest = clock.subseconds().count(); millis && rest != 0) {
        text += fmt::format(".{:03}", rest);
    }
    return text + 'Z';
}

std::optional<Time> from_rfc3339(std::string_view text)
{
    const auto year = digits(text, 0, 4);
    const auto month = digits(text, 5, 2);
    const auto day = digits(text, 8, 2);
    const auto hour = digits(text, 11, 2);
    const auto minute = digits(text, 14, 2);
    const auto second = digits(text, 17, 2);
    if (!year || !month || !day || !hour || !minute || !second || !char_at(text, 4, '-') || !char_at(text, 7, '-') ||
        !(char_at(text, 10, 'T') || char_at(text, 10, 't')) || !char_at(text, 13, ':') || !char_at(text, 16, ':')) {
        return std::nullopt;
    }
    const std::chrono::year_month_day date(std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                           std::chrono::day(static_cast<unsigned>(*day)));
    if (!date.ok() || *hour > 23 || *minute > 59 || *second > 59) {
        return std::nullopt;
    }
    std::size_t at = 19;
    int millis = 0;
    if (char_at(text, at, '.')) {
        const auto start = ++at;
        for (int weight = 100; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, weight /= 10) {
            millis += (text[at] - '0') * weight;
        }
        if (at == start) {
            return std::nullopt;
        }
    }
    const auto offset = offset_minutes(text.substr(at));
    if (!offset) {
        return std::nullopt;
    }
    return Time(std::chrono::sys_days(date)) + std::chrono::hours(*hour) + std::chrono::minutes(*minute - *offset) +
           std::chrono::seconds(*second) + std::chrono::milliseconds(millis);
}

} // namespace chancery
