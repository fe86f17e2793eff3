#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace chancery::issuance::providers {

/// An https URL, taken apart (RFC 3986).
struct Url {
    std::string host{}; ///< a DNS name or an address, lower case, without brackets
    std::uint16_t port = 443;
    std::string target{"/"}; ///< path and query
    bool operator==(const Url&) const = default;

    bool same_origin(const Url& other) const { return host == other.host && port == other.port; }
};

/// Nothing for another scheme, credentials, a fragment, no host, or characters that a URL may not have.
std::optional<Url> parse_url(std::string_view text);

/// A redirect's Location, absolute or beginning with a slash, seen from `base`.
std::optional<Url> parse_redirect(std::string_view text, const Url& base);

struct HostAndPort {
    std::string host{};
    std::uint16_t port = 0;
};

/// "host", "host:port", "192.0.2.1", "[2001:db8::1]", "[2001:db8::1]:53".
std::optional<HostAndPort> parse_host_and_port(std::string_view text, std::uint16_t fallback);

} // namespace chancery::issuance::providers
