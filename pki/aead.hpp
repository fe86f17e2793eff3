#pragma once

#include "core/secret.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace chancery::pki {

/// AES-256-GCM with a random 96-bit nonce: nonce, ciphertext and tag in one string. `context` is authenticated, not
/// kept.
std::string seal(const Secret& key, std::string_view plaintext, std::string_view context);
/// The plaintext, or nothing when key, context or bytes are not those of `seal`.
std::optional<Secret> open(const Secret& key, std::string_view sealed, std::string_view context);

} // namespace chancery::pki
