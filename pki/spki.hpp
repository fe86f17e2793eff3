#pragma once

#include "core/model/x509.hpp"
#include "pki/openssl_ptr.hpp"

#include <optional>
#include <string>
#include <string_view>

/// SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7), to and from OpenSSL's keys. For pki/*.cpp only.
namespace chancery::pki {

/// What the bits of a key's SubjectPublicKeyInfo say.
struct SpkiParts {
    std::string_view algorithm{};  ///< content of the OBJECT IDENTIFIER
    std::string_view parameters{}; ///< whole element; empty when absent
    std::string_view key_bits{};
};

std::optional<SpkiParts> split_spki(std::string_view der);

/// n and e as big-endian magnitudes, from an RSAPublicKey (RFC 8017 appendix A.1.1).
struct RsaNumbers {
    std::string_view modulus{};
    std::string_view exponent{};
};

std::optional<RsaNumbers> split_rsa(std::string_view key_bits);

std::string rsa_spki(std::string_view modulus, std::string_view exponent);
/// `bits` is 256, 384 or 521; `point` is uncompressed (0x04, x, y).
std::string ec_spki(int bits, std::string_view point);
std::string ed25519_spki(std::string_view point);

/// Octets of one coordinate on the curve: 32, 48, 66.
constexpr std::size_t coordinate_size(int bits)
{
    return (static_cast<std::size_t>(bits) + 7) / 8;
}

/// Null when it is no key of a supported family, or its point is not on the curve.
PkeyPtr import_spki(std::string_view der);
/// Throws OpensslError for keys of other families.
std::string export_spki(EVP_PKEY* key);
/// Nothing for families that Chancery does not know.
std::optional<KeyType> key_type_of(EVP_PKEY* key);
/// 256, 384 or 521 when the key is on that NIST curve by name; nothing otherwise.
std::optional<int> nist_curve_of(EVP_PKEY* key);

} // namespace chancery::pki
