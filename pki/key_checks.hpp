#pragma once

#include "core/result.hpp"
#include "pki/key.hpp"

#include <optional>
#include <string>

namespace chancery::pki {

/// Whether a subject's public key is fit to be certified, or to be an ACME account's: RSA of 2048 to 4096 bits,
/// modulus a multiple of 8 bits, odd exponent 65537 or between 2^16 and 2^256, no small factor, no close primes (100
/// rounds of Fermat), not a ROCA key; P-256, P-384 or P-521 by name and a valid point; Ed25519. BadKey with the reason.
Result<void> check_public_key(const PublicKey& key);

/// What makes a public key that is in use easier to break than it should be; nothing for a sound one, of whatever size
/// and family. Of the rules above those that are about strength: RSA from 2048 bits on, an odd exponent above 2^16, no
/// small factor, no close primes, not ROCA; 112 bits of security for the others (NIST SP 800-57 part 1, table 2).
std::optional<std::string> weakness_of(const PublicKey& key);

} // namespace chancery::pki
