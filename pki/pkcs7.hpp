#pragma once

#include <string>
#include <vector>

namespace chancery::pki {

/// A certs-only PKCS#7 SignedData (RFC 8551 section 3.2.2), DER: the certificates in their order, nothing signed.
std::string build_certs_only_pkcs7(const std::vector<std::string>& certificates_der);

} // namespace chancery::pki
