#pragma once

#include "core/model/x509.hpp"
#include "core/result.hpp"
#include "pki/key.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace chancery::pki {

/// A PKCS#10 request (RFC 2986) whose own signature was verified.
struct Csr {
    Subject subject{};
    std::vector<Name> names{}; ///< subject alternative names, normalised, distinct, in order
    std::vector<std::string>
        other_names{}; ///< kinds of SAN that Chancery does not issue ("otherName", "directoryName", …)
    PublicKey key{};
    Digest signature_digest{};
    bool asks_for_ca = false; ///< basicConstraints CA:TRUE among the requested extensions
    std::vector<KeyUsage> key_usage{};
    std::vector<ExtendedKeyUsage> extended_key_usage{};
    std::vector<std::string> unknown_extended_key_usage{}; ///< dotted OIDs
    std::string der{};
};

/// From PEM or DER. BadCsr (with the reason) when it is unreadable, has trailing bytes, is signed with MD5 or SHA-1,
/// its signature does not verify, or a name in it is malformed.
Result<Csr> parse_csr(std::string_view pem_or_der);

/// What a CSR asks for beside subject and names; a CA may heed it or not.
struct WantedUsages {
    std::vector<KeyUsage> key_usage{};
    std::vector<ExtendedKeyUsage> extended_key_usage{};
};

/// A new CSR for a key that the platform made, DER. `names` become the SAN extension request, `usages` those for key
/// usage and extended key usage (RFC 2985 section 5.4.2).
std::string build_csr(const PrivateKey& key, const Subject& subject, const std::vector<Name>& names,
                      const WantedUsages& usages = {});

} // namespace chancery::pki
