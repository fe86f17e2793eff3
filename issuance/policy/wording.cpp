#include "issuance/policy/wording.hpp"

#include <algorithm>

namespace chancery::issuance::policy {
namespace {

constexpr std::size_t kListed = 10;
constexpr std::size_t kMostOctets = 1000;

} // namespace

std::string quoted(std::string_view text)
{
    return "'" + std::string(text) + "'";
}

std::string list_of(const std::vector<std::string>& texts)
{
    if (texts.empty()) {
        return "none";
    }
    std::string list = texts.front();
    const auto listed = std::min(texts.size(), kListed);
    for (std::size_t i = 1; i < listed; ++i) {
        list += ", " + texts[i];
    }
    if (texts.size() > listed) {
        list += " and " + std::to_string(texts.size() - listed) + " more";
    }
    return list;
}

std::size_t character_count(std::string_view text)
{
    // Every byte that does not continue a character starts one.
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

std::string counted(long long count, std::string_view noun)
{
    return std::to_string(count) + ' ' + std::string(noun) + (count == 1 ? "" : "s");
}

std::string shortened(std::string text)
{
    if (text.size() <= kMostOctets) {
        return text;
    }
    auto end = kMostOctets;
    while ((static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) {
        --end; // not in the middle of a character
    }
    text.resize(end);
    return text + "…";
}

std::string duration_text(std::chrono::milliseconds duration)
{
    using namespace std::chrono;
    const bool negative = duration.count() < 0;
    auto rest = duration_cast<seconds>(negative ? -duration : duration);
    std::string text;
    const auto take = [&](seconds unit, std::string_view noun) {
        if (const auto count = rest / unit; count > 0) {
            text += (text.empty() ? "" : " ") + counted(count, noun);
            rest -= count * unit;
        }
    };
    take(days(1), "day");
    take(hours(1), "hour");
    take(minutes(1), "minute");
    take(seconds(1), "second");
    return text.empty() ? "0 seconds" : (negative ? "minus " : "") + text;
}

} // namespace chancery::issuance::policy
