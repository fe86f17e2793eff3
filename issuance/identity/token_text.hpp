#pragma once

#include "core/secret.hpp"

#include <string>
#include <string_view>

namespace chancery::issuance {

/// "chy_", 43 characters of base64url (256 random bits), 6 base-62 digits of their CRC-32: a leaked one is recognised
/// by scanners, a mistyped one without a look-up.
Secret new_token_text();

/// How tokens and sessions are kept: hex SHA-256. Their 256 random bits need no salt and no slow hash.
std::string token_hash(std::string_view text);

} // namespace chancery::issuance
