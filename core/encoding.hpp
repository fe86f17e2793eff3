#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace chancery {

/// RFC 4648 section 4, with padding, no line breaks.
std::string to_base64(std::string_view bytes);
/// Strict inverse: padding required, nothing outside the alphabet, no bits left over; nothing otherwise.
std::optional<std::string> from_base64(std::string_view text);

/// RFC 4648 section 5 without padding, as JWS (RFC 7515 section 2) and ACME (RFC 8555 section 6.1) want it.
std::string to_base64url(std::string_view bytes);
/// Strict inverse: '=', '+', '/', white space and left-over bits are refused (nothing).
std::optional<std::string> from_base64url(std::string_view text);

/// Lower-case hexadecimal.
std::string to_hex(std::string_view bytes);
std::optional<std::string> from_hex(std::string_view text);

} // namespace chancery
