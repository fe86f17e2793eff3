#pragma once

#include "core/clock.hpp"
#include "core/model/x509.hpp"

#include <optional>
#include <string>
#include <vector>

namespace chancery {

/// Computed at read time from `revoked_at` and `valid_to`; revoked wins over expired.
enum class CertificateStatus { Active, Expired, Revoked };

template <> struct EnumNames<CertificateStatus> {
    static constexpr std::pair<CertificateStatus, std::string_view> table[] = {{CertificateStatus::Active, "active"},
                                                                               {CertificateStatus::Expired, "expired"},
                                                                               {CertificateStatus::Revoked, "revoked"}};
};

enum class CertificateSource { Managed, Discovered };

template <> struct EnumNames<CertificateSource> {
    static constexpr std::pair<CertificateSource, std::string_view> table[] = {
        {CertificateSource::Managed, "managed"}, {CertificateSource::Discovered, "discovered"}};
};

/// One row of the inventory (product: Inventory).
struct Certificate {
    std::string id{};
    std::string common_name{};                 ///< subject CN, or the first SAN where there is none
    std::vector<Name> names{};                 ///< subject alternative names
    std::string issuer{};                      ///< DN, RFC 4514 text
    std::optional<std::string> authority_id{}; ///< the issuing CA, when it is ours
    std::optional<std::string> provider_id{};
    std::string algorithm{}; ///< "ec-256"
    Digest digest{};
    Time valid_from{};
    Time valid_to{};
    CertificateSource source{};
    std::string fingerprint_sha256{}; ///< hex, of the DER
    std::string serial_number{};      ///< hex, even number of digits, no sign octet
    std::string spki_sha256{};        ///< hex, of the subjectPublicKeyInfo
    std::string der{};
    std::optional<std::string> key_id{}; ///< the stored private key, when the platform made it
    /// Whether it can be exported with its key. Not stored: the repository answers it with every certificate.
    bool has_private_key = false;
    std::optional<std::string> order_id{};
    std::optional<std::string> renewed_from{};
    std::optional<std::string> renewed_to{};
    std::optional<Time> revoked_at{};
    std::optional<RevocationReason> revocation_reason{};
    std::string requester_type{};
    std::string requester_id{};
    std::string policy_warnings{"[]"}; ///< JSON array of findings
    std::vector<std::string> tags{};
    std::string owner_type{};                     ///< "user", "group"; empty when nobody is named
    std::string owner{};                          ///< a user's id, or the group's name
    std::string custom_fields{"{}"};              ///< JSON object, name to value
    std::optional<std::string> acme_account_id{}; ///< the account that was issued it, for revokeCert
    Time created_at{};
    long long revision = 1; ///< grows with every change; the ETag

    CertificateStatus status(Time now) const
    {
        if (revoked_at) {
            return CertificateStatus::Revoked;
        }
        return now > valid_to ? CertificateStatus::Expired : CertificateStatus::Active;
    }

    /// Whole days, rounded down; negative once expired.
    long long days_until_expiry(Time now) const
    {
        return std::chrono::floor<std::chrono::days>(valid_to - now).count();
    }
};

} // namespace chancery
