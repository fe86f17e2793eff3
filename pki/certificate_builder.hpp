#pragma once

#include "core/clock.hpp"
#include "core/model/x509.hpp"
#include "pki/key.hpp"

#include <optional>
#include <string>
#include <vector>

namespace chancery::pki {

/// Everything that goes into a certificate: what policies judge and lints check, and nothing else is signed.
struct CertificatePlan {
    Subject subject{};
    std::vector<Name> names{};
    PublicKey key{};
    std::string serial_number{}; ///< hex; see `new_serial_number`
    Time valid_from{};
    Time valid_to{}; ///< inclusive (RFC 5280 section 4.1.2.5), whole seconds
    Digest digest{};
    std::vector<KeyUsage> key_usage{};
    std::vector<ExtendedKeyUsage> extended_key_usage{};
    bool is_ca = false;
    std::optional<int> path_length{};
    std::vector<std::string> crl_urls{};
    std::vector<std::string> aia_urls{};
    std::vector<std::string> ocsp_urls{};
    bool no_revocation_available = false; ///< RFC 9608: nobody is to look for its status
    bool ocsp_no_check = false;           ///< RFC 6960 section 4.2.2.2.1: an OCSP responder's own certificate
};

/// The certificate's issuer as the builder needs it; build it once for each CA and keep it.
class Issuer {
public:
    /// `certificate_der` and `key` must belong together; throws std::invalid_argument when not.
    Issuer(std::string certificate_der, PrivateKey key);
    /// For a self-signed root: no certificate yet.
    static Issuer self_signed(const Subject& subject, PrivateKey key);

    const PrivateKey& key() const { return key_; }

    const std::string& certificate_der() const { return certificate_der_; }

    const std::string& name_der() const { return name_der_; } ///< DER Name

    const std::string& key_identifier() const { return key_identifier_; } ///< raw bytes

    std::optional<Time> valid_from() const { return valid_from_; }

    std::optional<Time> valid_to() const { return valid_to_; }

private:
    Issuer() = default;
    std::string certificate_der_;
    std::string name_der_;
    std::string key_identifier_;
    std::optional<Time> valid_from_;
    std::optional<Time> valid_to_;
    PrivateKey key_;
};

/// 16 random octets with the top bit clear and the next set: positive, 126 random bits, constant length; hex.
std::string new_serial_number();

/// DER of the TBSCertificate (RFC 5280 section 4.1.2). SAN is critical when the subject is empty; SKI, AKI, key usage
/// (critical) and basic constraints (critical, for a CA only) are added. Throws OpensslError on values that cannot be
/// encoded; the gate has refused those before.
std::string build_tbs(const CertificatePlan& plan, const Issuer& issuer);

/// Signs stored TBS bytes and assembles the certificate, DER. The algorithm is the one inside the TBS.
std::string sign_tbs(std::string_view tbs, const PrivateKey& key, Digest digest);

} // namespace chancery::pki
