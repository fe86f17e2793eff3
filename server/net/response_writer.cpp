#include "server/net/response_writer.hpp"

#include "core/text.hpp"
#include "server/http/status.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>

namespace chancery::net {
namespace {

bool is_ours(std::string_view name)
{
    constexpr std::array<std::string_view, 4> kOurs{"date", "connection", "content-length", "transfer-encoding"};
    return std::any_of(kOurs.begin(), kOurs.end(), [&](auto ours) { return equal_ignoring_case(ours, name); });
}

void append_value(std::string& out, std::string_view value)
{
    const auto start = out.size();
    out += value;
    const auto first = out.begin() + static_cast<std::ptrdiff_t>(start);
    std::replace_if(first, out.end(), [](char c) { return c == '\r' || c == '\n' || c == '\0'; }, ' ');
}

void append_number(std::string& out, std::size_t number)
{
    std::array<char, 20> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    out.append(digits.data(), end);
}

} // namespace

std::string_view DateField::at(Time now)
{
    const auto second = std::chrono::floor<std::chrono::seconds>(now);
    if (second.time_since_epoch().count() == second_) {
        return text_;
    }
    constexpr std::array<const char*, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array<const char*, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto day = std::chrono::floor<std::chrono::days>(second);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss time(second - day);
    std::array<char, 64> text{};
    const int size = std::snprintf(text.data(), text.size(), "%s, %02u %s %04d %02d:%02d:%02d GMT",
                                   kDays[std::chrono::weekday(day).c_encoding()], static_cast<unsigned>(date.day()),
                                   kMonths[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
                                   static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                                   static_cast<int>(time.seconds().count()));
    text_.assign(text.data(), static_cast<std::size_t>(size));
    second_ = second.time_since_epoch().count();
    return text_;
}

void write_head(std::string& out, const http::Response& response, std::string_view date, Persistence persistence,
                Framing framing)
{
    out += "HTTP/1.1 ";
    append_number(out, static_cast<std::size_t>(response.status));
    out += ' ';
    out += http::reason_phrase(response.status);
    out += "\r\nDate: ";
    out += date;
    out += "\r\n";
    for (const auto& [name, value] : response.fields) {
        if (!is_ours(name)) {
            append_value(out, name);
            out += ": ";
            append_value(out, value);
            out += "\r\n";
        }
    }
    if (has_content(response.status) && framing == Framing::Chunked) {
        out += "Transfer-Encoding: chunked\r\n";
    } else if (has_content(response.status) && framing == Framing::Length) {
        out += "Content-Length: ";
        append_number(out, response.body.size());
        out += "\r\n";
    }
    if (persistence != Persistence::Keep) {
        out += persistence == Persistence::Close ? "Connection: close\r\n" : "Connection: keep-alive\r\n";
    }
    out += "\r\n";
}

void write_chunk(std::string& out, std::string_view piece)
{
    std::array<char, 16> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), piece.size(), 16).ptr;
    out.append(digits.data(), end);
    out += "\r\n";
    out += piece;
    out += "\r\n";
}

} // namespace chancery::net
