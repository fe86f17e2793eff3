#include "server/http/caching.hpp"

#include "core/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>

namespace chancery::http {
namespace {

constexpr std::array<std::string_view, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::size_t kDateLength = 29;

std::optional<int> digits(std::string_view text)
{
    int number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool all = error == std::errc() && end == text.data() + text.size() && text.front() != '-';
    return all ? std::optional(number) : std::nullopt;
}

std::string_view without_weakness(std::string_view tag)
{
    tag = trim(tag);
    return tag.starts_with("W/") ? tag.substr(2) : tag;
}

bool is_unchanged(const Request& request, const Freshness& freshness)
{
    if (request.fields.contains("if-none-match")) {
        return none_match_hits(request, freshness.etag);
    }
    const auto since = from_http_date(request.header("if-modified-since"));
    return since && std::chrono::floor<std::chrono::seconds>(freshness.modified) <= *since;
}

} // namespace

std::string http_date(Time time)
{
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time - day));
    const auto weekday = kDays.at(std::chrono::weekday(day).c_encoding());
    const auto month = kMonths.at(static_cast<unsigned>(date.month()) - 1);
    std::array<char, 40> text{};
    const int size = std::snprintf(text.data(), text.size(), "%.3s, %02u %.3s %04d %02d:%02d:%02d GMT", weekday.data(),
                                   static_cast<unsigned>(date.day()), month.data(), static_cast<int>(date.year()),
                                   static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                                   static_cast<int>(clock.seconds().count()));
    return {text.data(), static_cast<std::size_t>(size)};
}

std::optional<Time> from_http_date(std::string_view text)
{
    text = trim(text);
    if (text.size() != kDateLength) {
        return std::nullopt;
    }
    const auto month = std::ranges::find(kMonths, text.substr(8, 3));
    const auto day = digits(text.substr(5, 2));
    const auto year = digits(text.substr(12, 4));
    const auto hour = digits(text.substr(17, 2));
    const auto minute = digits(text.substr(20, 2));
    const auto second = digits(text.substr(23, 2));
    if (month == kMonths.end() || !day || !year || !hour || !minute || !second) {
        return std::nullopt;
    }
    const std::chrono::year_month_day date(std::chrono::year(*year),
                                           std::chrono::month(static_cast<unsigned>(month - kMonths.begin()) + 1),
                                           std::chrono::day(static_cast<unsigned>(*day)));
    if (!date.ok()) {
        return std::nullopt;
    }
    const Time time = Time(std::chrono::sys_days(date)) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
                      std::chrono::seconds(*second);
    // What is between the numbers, the day of the week, and numbers out of their range.
    return http_date(time) == text ? std::optional(time) : std::nullopt;
}

bool none_match_hits(const Request& request, std::string_view etag)
{
    const auto value = request.header("if-none-match");
    if (value.empty()) {
        return false;
    }
    const auto tags = split(value, ',');
    return std::ranges::any_of(tags,
                               [&](const auto& tag) { return trim(tag) == "*" || without_weakness(tag) == etag; });
}

Response with_freshness(const Request& request, Response response, const Freshness& freshness,
                        std::string_view directives, Time now)
{
    if (is_unchanged(request, freshness)) {
        response = empty_response(304);
    }
    const auto left = std::chrono::floor<std::chrono::seconds>(freshness.expires - now).count();
    response.with("ETag", freshness.etag);
    response.with("Last-Modified", http_date(freshness.modified));
    response.with("Expires", http_date(freshness.expires));
    response.with("Cache-Control", std::string(directives) + ", max-age=" + std::to_string(std::max(0L, left)));
    return response;
}

} // namespace chancery::http
