#pragma once

#include "core/model/x509.hpp"

#include <string>
#include <string_view>

namespace chancery::pki {

/// 32 raw bytes (FIPS 180-4).
std::string sha256(std::string_view data);
/// 64 hexadecimal digits.
std::string sha256_hex(std::string_view data);
/// HMAC-SHA-256 (RFC 2104), 32 raw bytes.
std::string hmac_sha256(std::string_view key, std::string_view data);
/// HMAC with another digest of the family; `Digest::None` is no digest for it.
std::string hmac(Digest digest, std::string_view key, std::string_view data);
/// HKDF-SHA-256 (RFC 5869) without salt: a key of `length` bytes for the purpose that `info` names.
std::string hkdf_sha256(std::string_view key, std::string_view info, std::size_t length = 32);

} // namespace chancery::pki
