#pragma once

#include "core/model/authority.hpp"
#include "core/model/certificate.hpp"
#include "core/secret.hpp"
#include "issuance/core.hpp"

#include <optional>
#include <string>
#include <vector>

/// The local PKI: roots and intermediates. What they say of revocation is in revocation_status/.
namespace chancery::issuance {

struct NewAuthority {
    AuthorityKind kind{};
    std::string name{};
    Subject subject{};
    KeyAlgorithm algorithm = KeyAlgorithm::Ec256;
    std::optional<Digest> digest{};   ///< default: that of the signing key
    int validity_days = 0;            ///< 0: 20 years for a root, 10 for an intermediate, within the parent's
    std::optional<int> path_length{}; ///< default: 0 for an intermediate, none for a root
    std::string parent_id{};          ///< intermediates
};

/// Creates it with `key`, made beforehand (`PrivateKey::generate` is slow for RSA: use Core::pool).
Result<Authority> create_authority(Core& core, db::UnitOfWork& work, const Caller& caller, const NewAuthority& wanted,
                                   const pki::PrivateKey& key);

struct ImportedAuthority {
    std::string name{};
    std::string certificate{}; ///< PEM; a chain may follow, its certificates are imported without keys where new
    std::string private_key{}; ///< PEM, may be encrypted; empty: without key (unusable for signing)
    Secret passphrase{};
};

/// The same, read and decrypted.
struct PreparedImport {
    std::string name{};
    std::vector<std::string> ders{}; ///< the CA's, then its chain's
    pki::PrivateKey key{};           ///< empty: without key
};

/// ValidationError when there is no certificate or the key cannot be read. Whoever encrypted the key chose how long
/// this takes: to be called before the transaction, and on Core::pool where a network thread would wait for it.
Result<PreparedImport> prepare_import(const ImportedAuthority& wanted);
/// ValidationError when certificate and key do not belong together, or it is not a CA certificate.
Result<Authority> import_authority(Core& core, db::UnitOfWork& work, const Caller& caller,
                                   const PreparedImport& wanted);

struct AuthorityUpdate {
    std::optional<std::string> name{};
    std::optional<std::vector<std::string>> crl_urls{};
    std::optional<std::vector<std::string>> aia_urls{};
    std::optional<int> crl_shards{}; ///< of leaves issued from now on; what earlier ones name stays published
    std::optional<bool> ocsp{};
    std::optional<std::vector<std::string>> ocsp_urls{};
    std::optional<bool> retired{}; ///< true: no longer issues (stored status invalid), CRLs go on
};

Result<Authority> update_authority(Core& core, db::UnitOfWork& work, const Caller& caller, const std::string& id,
                                   const AuthorityUpdate& update, long long expected_revision);

} // namespace chancery::issuance
