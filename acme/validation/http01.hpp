#pragma once

#include "acme/challenges.hpp"
#include "acme/validation/tools.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace chancery::acme {

/// http-01 (RFC 8555 section 8.3): GET /.well-known/acme-challenge/{token} at the identifier's port 80, or the
/// configured one. Up to ten redirects (301, 302, 307, 308) to http and https on the ports of the settings; the address
/// policy is asked at every hop; IPv6 first, IPv4 when no connection comes about. The answer must be 200 and the key
/// authorization, with nothing but white space behind it. What the target says is never repeated in an error.
http::Awaitable<ValidationResult> validate_http01(const ValidationTools& tools, ValidationTask task);

/// Where one hop goes.
struct Location {
    bool tls = false;
    std::string host{}; ///< a name or an address, without brackets
    std::uint16_t port = 80;
    std::string target{"/"};
    bool operator==(const Location&) const = default;
};

/// A redirect's Location, absolute or relative to `base` (RFC 3986 section 5.3); nothing when it is no http or https
/// URL or carries credentials.
std::optional<Location> parse_location(std::string_view text, const Location& base);

} // namespace chancery::acme
