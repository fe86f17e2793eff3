#pragma once

#include "core/clock.hpp"
#include "core/model/x509.hpp"

#include <optional>
#include <string>
#include <vector>

namespace chancery {

enum class AuthorityKind { Root, Intermediate };

template <> struct EnumNames<AuthorityKind> {
    static constexpr std::pair<AuthorityKind, std::string_view> table[] = {
        {AuthorityKind::Root, "root"}, {AuthorityKind::Intermediate, "intermediate"}};
};

/// `Expired` is computed at read time; the others are stored.
enum class AuthorityStatus { Active, Revoked, Expired, Invalid, Unusable };

template <> struct EnumNames<AuthorityStatus> {
    static constexpr std::pair<AuthorityStatus, std::string_view> table[] = {{AuthorityStatus::Active, "active"},
                                                                             {AuthorityStatus::Revoked, "revoked"},
                                                                             {AuthorityStatus::Expired, "expired"},
                                                                             {AuthorityStatus::Invalid, "invalid"},
                                                                             {AuthorityStatus::Unusable, "unusable"}};
};

/// A root or intermediate of the local PKI.
struct Authority {
    std::string id{};
    std::string name{};
    AuthorityKind kind{};
    std::optional<std::string> parent_id{}; ///< nothing for a root, or for one imported without its issuer
    AuthorityStatus stored_status = AuthorityStatus::Active;
    std::string subject{}; ///< DN, RFC 4514 text
    KeyAlgorithm algorithm{};
    Digest digest{};
    std::string serial_number{}; ///< hex
    std::string fingerprint_sha256{};
    std::string subject_key_id{}; ///< hex
    Time valid_from{};
    Time valid_to{};
    std::string der{};
    std::optional<std::string> key_id{}; ///< nothing: the key is not here, status unusable
    std::optional<int> path_length{};
    long long crl_number = 0;
    std::vector<std::string> crl_urls{};  ///< put into leaves' CRL distribution points
    std::vector<std::string> aia_urls{};  ///< caIssuers, put into leaves
    int crl_shards = 1;                   ///< more than one: a leaf names the shard that its serial number falls into
    bool ocsp = true;                     ///< leaves name an OCSP responder
    std::vector<std::string> ocsp_urls{}; ///< that responder, instead of the one here
    std::optional<Time> revoked_at{};
    Time created_at{};
    long long revision = 1;

    AuthorityStatus status(Time now) const
    {
        if (stored_status == AuthorityStatus::Active && now > valid_to) {
            return AuthorityStatus::Expired;
        }
        return stored_status == AuthorityStatus::Active && !key_id ? AuthorityStatus::Unusable : stored_status;
    }
};

/// A private key at rest: wrapped with AES-256-GCM under the key-encryption key.
struct StoredKey {
    std::string id{};
    std::string algorithm{};   ///< "ec-256"
    std::string purpose{};     ///< "authority", "certificate", "listener"
    std::string spki_sha256{}; ///< hex
    std::string wrapped{};     ///< nonce, ciphertext and tag
    std::string kek_id{};      ///< which key-encryption key
    Time created_at{};
};

struct CrlRecord {
    std::string authority_id{};
    std::string shard{}; ///< "8-3": the fourth of eight; empty: the full CRL
    long long number = 0;
    Time this_update{};
    Time next_update{};
    std::string der{};
};

/// A division of a CA's leaves among `shards` CRLs, from the first certificate that names one of them on.
struct CrlPartition {
    std::string authority_id{};
    int shards = 0;
    std::vector<std::string> urls{}; ///< every URL under which certificates name them, with "{shard}" in it
    Time used_until{};               ///< no certificate that names one is valid longer
    Time created_at{};
};

struct RevokedEntry {
    std::string serial_number{}; ///< hex
    Time revoked_at{};
    RevocationReason reason{};
};

/// Whether a certificate that was issued is revoked.
struct IssuedStatus {
    std::optional<Time> revoked_at{};
    std::optional<RevocationReason> reason{};
    bool operator==(const IssuedStatus&) const = default;
};

} // namespace chancery
