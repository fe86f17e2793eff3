#include "pki/der.hpp"

#include <chrono>
#include <cstdint>
#include <cstdio>

namespace chancery::pki::der {

namespace {

unsigned char octet(std::string_view bytes, std::size_t at)
{
    return static_cast<unsigned char>(bytes[at]);
}

/// How many octets the header at the start of `bytes` has, and how many the content; nothing when it is not DER.
struct Header {
    std::size_t size = 0;
    std::size_t length = 0;
};

std::optional<Header> header_of(std::string_view bytes)
{
    if (bytes.size() < 2 || (octet(bytes, 0) & 0x1f) == 0x1f) {
        return std::nullopt;
    }
    const unsigned first = octet(bytes, 1);
    if (first < 0x80) {
        return Header{2, first};
    }
    const std::size_t count = first & 0x7f;
    if (count == 0 || count > 4 || bytes.size() < 2 + count || octet(bytes, 2) == 0) {
        return std::nullopt;
    }
    std::size_t length = 0;
    for (std::size_t i = 0; i < count; ++i) {
        length = length << 8 | octet(bytes, 2 + i);
    }
    return length < 0x80 ? std::nullopt : std::optional(Header{2 + count, length});
}

void append_header(std::string& out, unsigned char tag, std::size_t length)
{
    out += static_cast<char>(tag);
    if (length < 0x80) {
        out += static_cast<char>(length);
        return;
    }
    int count = 1;
    while (length >> (8 * count) != 0) {
        ++count;
    }
    out += static_cast<char>(0x80 | count);
    for (int i = count - 1; i >= 0; --i) {
        out += static_cast<char>(length >> (8 * i));
    }
}

std::optional<int> digits(std::string_view text, std::size_t at, std::size_t count)
{
    int value = 0;
    for (std::size_t i = at; i < at + count; ++i) {
        if (text[i] < '0' || text[i] > '9') {
            return std::nullopt;
        }
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

} // namespace

std::optional<Element> Reader::next()
{
    const auto header = header_of(rest_);
    if (!header || header->length > rest_.size() - header->size) {
        return std::nullopt;
    }
    const Element element{.tag = octet(rest_, 0),
                          .content = rest_.substr(header->size, header->length),
                          .whole = rest_.substr(0, header->size + header->length)};
    rest_.remove_prefix(element.whole.size());
    return element;
}

std::optional<Element> Reader::next(unsigned char tag)
{
    return at(tag) ? next() : std::nullopt;
}

std::optional<Element> only(std::string_view bytes, unsigned char tag)
{
    Reader in(bytes);
    auto element = in.next(tag);
    return in.done() ? element : std::nullopt;
}

std::optional<std::string_view> unsigned_integer(const Element& element)
{
    auto bytes = element.content;
    if (element.tag != kInteger || bytes.empty() || (octet(bytes, 0) & 0x80) != 0) {
        return std::nullopt;
    }
    if (octet(bytes, 0) == 0 && bytes.size() > 1) {
        bytes.remove_prefix(1);
        if ((octet(bytes, 0) & 0x80) == 0) {
            return std::nullopt;
        }
    }
    return bytes;
}

std::optional<bool> boolean(const Element& element)
{
    if (element.tag != kBoolean || element.content.size() != 1) {
        return std::nullopt;
    }
    switch (octet(element.content, 0)) {
        case 0x00:
            return false;
        case 0xff:
            return true;
        default:
            return std::nullopt;
    }
}

std::optional<std::string_view> octets_of_bits(const Element& element)
{
    if (element.tag != kBitString || element.content.empty() || element.content.front() != '\0') {
        return std::nullopt;
    }
    return element.content.substr(1);
}

std::optional<Time> time(const Element& element)
{
    const bool utc = element.tag == kUtcTime;
    if (!utc && element.tag != kGeneralizedTime) {
        return std::nullopt;
    }
    const auto text = element.content;
    const std::size_t year_digits = utc ? 2 : 4;
    if (text.size() != year_digits + 11 || text.back() != 'Z') {
        return std::nullopt;
    }
    const auto year = digits(text, 0, year_digits);
    int fields[5]{};
    for (std::size_t i = 0; i < 5; ++i) {
        const auto value = digits(text, year_digits + 2 * i, 2);
        if (!value) {
            return std::nullopt;
        }
        fields[i] = *value;
    }
    if (!year || fields[2] > 23 || fields[3] > 59 || fields[4] > 59) {
        return std::nullopt;
    }
    const int full_year = utc ? *year + (*year < 50 ? 2000 : 1900) : *year;
    const std::chrono::year_month_day day(std::chrono::year(full_year),
                                          std::chrono::month(static_cast<unsigned>(fields[0])),
                                          std::chrono::day(static_cast<unsigned>(fields[1])));
    if (!day.ok()) {
        return std::nullopt;
    }
    return Time(std::chrono::sys_days(day)) + std::chrono::hours(fields[2]) + std::chrono::minutes(fields[3]) +
           std::chrono::seconds(fields[4]);
}

std::string wrap(unsigned char tag, std::string_view content)
{
    std::string out;
    out.reserve(content.size() + 6);
    append_header(out, tag, content.size());
    out += content;
    return out;
}

std::string wrap(unsigned char tag, std::initializer_list<std::string_view> parts)
{
    std::size_t length = 0;
    for (const auto part : parts) {
        length += part.size();
    }
    std::string out;
    out.reserve(length + 6);
    append_header(out, tag, length);
    for (const auto part : parts) {
        out += part;
    }
    return out;
}

std::string integer(std::string_view magnitude)
{
    while (magnitude.size() > 1 && magnitude.front() == '\0') {
        magnitude.remove_prefix(1);
    }
    const bool needs_sign = magnitude.empty() || (octet(magnitude, 0) & 0x80) != 0;
    return wrap(kInteger, {std::string_view("\0", needs_sign ? 1 : 0), magnitude});
}

std::string integer(long long not_negative)
{
    std::string bytes;
    for (int shift = 56; shift >= 0; shift -= 8) {
        bytes += static_cast<char>(not_negative >> shift);
    }
    return integer(bytes);
}

std::string oid(std::string_view content)
{
    return wrap(kOid, content);
}

std::string bit_string(std::string_view octets)
{
    return wrap(kBitString, {std::string_view("\0", 1), octets});
}

std::string time(Time when)
{
    const auto seconds = std::chrono::floor<std::chrono::seconds>(when);
    const auto day = std::chrono::floor<std::chrono::days>(seconds);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(seconds - day);
    const int year = static_cast<int>(date.year());
    const bool utc = year >= 1950 && year < 2050;
    char text[40];
    std::snprintf(text, sizeof text, utc ? "%02d%02u%02u%02d%02d%02dZ" : "%04d%02u%02u%02d%02d%02dZ",
                  utc ? year % 100 : year, static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                  static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                  static_cast<int>(clock.seconds().count()));
    return wrap(utc ? kUtcTime : kGeneralizedTime, std::string_view(text));
}

std::string dotted(std::string_view oid_content)
{
    std::string text;
    std::uint64_t arc = 0;
    for (std::size_t i = 0; i < oid_content.size(); ++i) {
        arc = arc << 7 | (octet(oid_content, i) & 0x7f);
        if ((octet(oid_content, i) & 0x80) != 0) {
            continue;
        }
        if (text.empty()) {
            const std::uint64_t top = arc < 80 ? arc / 40 : 2;
            text = std::to_string(top) + "." + std::to_string(arc - top * 40);
        } else {
            text += "." + std::to_string(arc);
        }
        arc = 0;
    }
    return text;
}

} // namespace chancery::pki::der
