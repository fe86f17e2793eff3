#pragma once

#include "core/clock.hpp"
#include "core/model/x509.hpp"
#include "core/result.hpp"
#include "pki/key.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace chancery::pki {

/// What a certificate says (RFC 5280), as the inventory wants it.
struct CertificateInfo {
    Subject subject{};
    std::string subject_dn{}; ///< RFC 4514 text
    std::string issuer_dn{};
    std::vector<Name> names{};
    std::string serial_number{}; ///< hex, no sign octet, even number of digits
    Time valid_from{};
    Time valid_to{};
    KeyType key_type{};
    Digest digest{};
    bool is_ca = false;
    std::optional<int> path_length{};
    std::vector<KeyUsage> key_usage{};
    std::vector<ExtendedKeyUsage> extended_key_usage{};
    std::string subject_key_id{};   ///< hex
    std::string authority_key_id{}; ///< hex
    std::vector<std::string> crl_urls{};
    std::vector<std::string> aia_urls{}; ///< caIssuers
    std::vector<std::string> ocsp_urls{};
    bool no_revocation_available = false; ///< RFC 9608
    std::string fingerprint_sha256{};     ///< hex, of the DER
    PublicKey key{};
    bool self_signed = false;
    std::string der{};
};

/// From DER; BadRequest when it is not one certificate, or has trailing bytes.
Result<CertificateInfo> parse_certificate(std::string_view der);
/// From PEM (the first block) or DER.
Result<CertificateInfo> parse_certificate_text(std::string_view pem_or_der);

/// Whether `certificate` was signed by the key of `issuer`, and the names and key identifiers match.
bool is_issued_by(std::string_view certificate_der, std::string_view issuer_der);

} // namespace chancery::pki
