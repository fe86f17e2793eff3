#pragma once

#include "core/model/authority.hpp"
#include "core/model/blocked_key.hpp"
#include "db/page.hpp"
#include "db/session.hpp"

#include <optional>
#include <string>
#include <vector>

namespace chancery::db {

/// Certificate authorities and their keys' rows; their CRLs are in crl_repository.hpp.
class AuthorityRepository {
public:
    explicit AuthorityRepository(Session& session) : session_(session) {}

    /// False when a CA of that name or fingerprint exists.
    bool insert(const Authority& authority);
    std::optional<Authority> find(const std::string& id);
    std::vector<Authority> list();
    /// False when the revision is not `authority.revision`; raises it. Changes name, stored status, key, URLs,
    /// CRL shards, OCSP, revocation.
    bool update(const Authority& authority);

private:
    Session& session_;
};

class KeyRepository {
public:
    explicit KeyRepository(Session& session) : session_(session) {}

    void insert(const StoredKey& key);
    std::optional<StoredKey> find(const std::string& id);
    std::vector<StoredKey> list_by_purpose(const std::string& purpose);
    void remove(const std::string& id);

private:
    Session& session_;
};

/// Public keys that are never certified again, by SPKI hash.
class BlockedKeyRepository {
public:
    explicit BlockedKeyRepository(Session& session) : session_(session) {}

    void insert(const std::string& spki_sha256, const std::string& reason, Time at); ///< nothing when it is there
    /// False when it is there.
    bool insert(const BlockedKey& key);
    std::optional<BlockedKey> find(const std::string& spki_sha256);
    std::vector<BlockedKey> list(const std::string& reason, const PageRequest& page); ///< by time; "": any reason
    long long count(const std::string& reason);
    void remove(const std::string& spki_sha256);
    bool contains(const std::string& spki_sha256);
    /// Whether it is the key of a CA of ours.
    bool is_authority_key(const std::string& spki_sha256);

private:
    Session& session_;
};

} // namespace chancery::db
