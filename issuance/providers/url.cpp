#include "issuance/providers/url.hpp"

#include "core/text.hpp"
#include "pki/names.hpp"

#include <algorithm>
#include <charconv>

namespace chancery::issuance::providers {
namespace {

std::optional<std::uint16_t> read_port(std::string_view digits)
{
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    const bool fine = error == std::errc() && end == digits.data() + digits.size() && port != 0;
    return fine ? std::optional(port) : std::nullopt;
}

/// Host and what follows the colon behind it.
std::optional<std::pair<std::string, std::string_view>> split_authority(std::string_view text)
{
    std::string_view host = text;
    std::string_view port;
    if (text.starts_with('[')) {
        const auto end = text.find(']');
        if (end == std::string_view::npos || (end + 1 < text.size() && text[end + 1] != ':')) {
            return std::nullopt;
        }
        host = text.substr(1, end - 1);
        port = text.substr(end + 1);
        if (host.find(':') == std::string_view::npos) {
            return std::nullopt;
        }
    } else if (const auto colon = text.find(':'); colon != std::string_view::npos) {
        host = text.substr(0, colon);
        port = text.substr(colon);
    }
    if (port == ":") {
        return std::nullopt;
    }
    if (const auto address = pki::normalise_ip(host)) {
        return std::pair(*address, port.empty() ? port : port.substr(1));
    }
    auto name = pki::normalise_dns_name(host, false);
    if (!name) {
        return std::nullopt;
    }
    return std::pair(std::move(*name), port.empty() ? port : port.substr(1));
}

} // namespace

std::optional<HostAndPort> parse_host_and_port(std::string_view text, std::uint16_t fallback)
{
    const auto parts = split_authority(text);
    if (!parts) {
        return std::nullopt;
    }
    const auto port = parts->second.empty() ? std::optional(fallback) : read_port(parts->second);
    return port ? std::optional(HostAndPort{.host = parts->first, .port = *port}) : std::nullopt;
}

std::optional<Url> parse_url(std::string_view text)
{
    constexpr std::string_view kScheme = "https://";
    constexpr std::size_t kMost = 2048;
    const bool clean = std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f' && c != '#'; });
    if (!clean || text.size() > kMost || text.size() < kScheme.size() ||
        !equal_ignoring_case(text.substr(0, kScheme.size()), kScheme)) {
        return std::nullopt;
    }
    const auto rest = text.substr(kScheme.size());
    const auto end = std::min(rest.size(), rest.find_first_of("/?"));
    const auto authority = rest.substr(0, end);
    if (authority.find('@') != std::string_view::npos) {
        return std::nullopt;
    }
    const auto place = parse_host_and_port(authority, 443);
    if (!place) {
        return std::nullopt;
    }
    Url url{.host = place->host, .port = place->port, .target = std::string(rest.substr(end))};
    if (!url.target.starts_with('/')) {
        url.target.insert(0, 1, '/');
    }
    return url;
}

std::optional<Url> parse_redirect(std::string_view text, const Url& base)
{
    const bool clean = std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f' && c != '#'; });
    if (clean && text.starts_with('/') && !text.starts_with("//")) {
        auto url = base;
        url.target = std::string(text);
        return url;
    }
    return parse_url(text);
}

} // namespace chancery::issuance::providers
