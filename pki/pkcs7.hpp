#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace chancery::pki {

/// A certs-only PKCS#7 SignedData (RFC 8551 section 3.2.2), DER: the certificates in their order, nothing signed.
std::string build_certs_only_pkcs7(const std::vector<std::string>& certificates_der);
/// The certificates of such a bundle, DER each, in their order; nothing when it is none or has trailing bytes.
std::optional<std::vector<std::string>> read_certs_only_pkcs7(std::string_view der);

} // namespace chancery::pki
