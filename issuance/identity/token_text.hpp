#pragma once

#include "core/secret.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace chancery::issuance {

/// What a text that we made opens: "chy_" a personal API token, "chm_" a machine's access token, "chs_" a machine's
/// client secret, which opens nothing by itself.
enum class TextKind { PersonalToken, MachineToken, ClientSecret };

/// The prefix, 43 characters of base64url (256 random bits), 6 base-62 digits of their CRC-32: a leaked one is
/// recognised by scanners, a mistyped one without a look-up.
Secret new_token_text(TextKind kind = TextKind::PersonalToken);

/// Nothing for a text that has not the shape and checksum of one.
std::optional<TextKind> kind_of_text(std::string_view text);

/// How tokens, sessions and secrets are kept: hex SHA-256. Their 256 random bits need no salt and no slow hash.
std::string token_hash(std::string_view text);

} // namespace chancery::issuance
