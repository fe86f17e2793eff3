#include "issuance/providers/answers.hpp"

#include "core/text.hpp"

#include <algorithm>
#include <charconv>
#include <ctime>

namespace chancery::issuance::providers {
namespace {

/// IMF-fixdate, the one form of a date that senders use (RFC 9110 section 5.6.7).
std::optional<Time> read_date(const std::string& text)
{
    std::tm fields{};
    const char* end = strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &fields);
    if (end == nullptr || *end != '\0') {
        return std::nullopt;
    }
    return from_millis(static_cast<long long>(timegm(&fields)) * 1000);
}

} // namespace

std::string_view OutboundResponse::field(std::string_view name) const
{
    for (const auto& [known, value] : fields) {
        if (equal_ignoring_case(known, name)) {
            return value;
        }
    }
    return {};
}

std::optional<std::chrono::seconds> retry_after(const OutboundResponse& response, Time now)
{
    const auto text = trim(response.field("Retry-After"));
    long long number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (!text.empty() && error == std::errc() && end == text.data() + text.size() && number >= 0) {
        return std::chrono::seconds(std::min(number, 86'400LL * 30));
    }
    const auto date = read_date(std::string(text));
    return date ? std::optional(
                      std::max(std::chrono::seconds(0), std::chrono::duration_cast<std::chrono::seconds>(*date - now)))
                : std::nullopt;
}

Failed failure_of(const OutboundError& error)
{
    return {.words = error.detail, .transient = error.kind == OutboundError::Kind::Unreachable};
}

bool is_transient(int status)
{
    return status == 408 || status == 425 || status == 429 || (status >= 500 && status != 501);
}

std::string readable(std::string_view text)
{
    constexpr std::size_t kMost = 500;
    std::string line;
    for (const char c : text.substr(0, kMost)) {
        const auto byte = static_cast<unsigned char>(c);
        line += byte < 0x20 || byte >= 0x7f ? ' ' : c;
    }
    return std::string(trim(line));
}

Failed failure_of(const OutboundResponse& response, std::string_view words, Time now)
{
    const auto said = readable(words);
    return {.words = "HTTP " + std::to_string(response.status) + (said.empty() ? "" : ": " + said),
            .transient = is_transient(response.status),
            .retry_after = retry_after(response, now)};
}

} // namespace chancery::issuance::providers
