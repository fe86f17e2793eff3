#pragma once

#include "core/secret.hpp"
#include "pki/key.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace chancery::pki {

/// A PFX (RFC 7292), DER: key and certificates under PBES2 AES-256-CBC with an HMAC-SHA-256 MAC; `legacy` uses 3DES and
/// SHA-1 for old Windows and Java. `chain` are the certificates above the leaf, DER.
std::string build_pkcs12(const PrivateKey& key, std::string_view certificate_der, const std::vector<std::string>& chain,
                         std::string_view friendly_name, const Secret& password, bool legacy);

} // namespace chancery::pki
