#pragma once

#include "core/model/x509.hpp"
#include "pki/key.hpp"

#include <string>
#include <vector>

namespace chancery::test {

/// What a tls-alpn-01 server shows; by default nothing is wrong with it.
struct AlpnCertificate {
    std::vector<Name> names{};
    std::string key_authorization{};
    bool critical = true;
    int proofs = 1;                 ///< how many acmeIdentifier extensions
    std::string after_digest{};     ///< octets behind the OCTET STRING
    bool signed_by_another = false; ///< the issuer's name is the subject's all the same
    bool issued_by_another = false; ///< another issuer's name
};

/// DER, with a P-256 key; `key` for those who must use it.
std::string make_alpn_certificate(const AlpnCertificate& wanted,
                                  const pki::PrivateKey& key = pki::PrivateKey::generate(KeyAlgorithm::Ec256));

} // namespace chancery::test
