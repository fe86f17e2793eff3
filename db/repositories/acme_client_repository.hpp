#pragma once

#include "core/model/acme_client.hpp"
#include "db/page.hpp"
#include "db/session.hpp"

#include <optional>
#include <string>
#include <vector>

namespace chancery::db {

/// Accounts made in advance, and all accounts of a server as administrators see them.
class AcmeClientRepository {
public:
    explicit AcmeClientRepository(Session& session) : session_(session) {}

    bool insert(const AcmeExternalAccount& account); ///< false when the key id exists
    std::optional<AcmeExternalAccount> find(const std::string& id);
    std::optional<AcmeExternalAccount> find_by_key_id(const std::string& key_id);
    /// Name and credentials; false when the revision is not `account.revision`. Raises it.
    bool update(const AcmeExternalAccount& account);
    /// Spends the credentials; false when they were used, replaced or revoked meanwhile.
    bool use(const AcmeExternalAccount& account, Time at);

    std::optional<AcmeClientRecord> find_record(const std::string& id);
    /// By id, which is the order of creation; `status` narrows.
    std::vector<AcmeClientRecord> list(const std::string& server_id, std::optional<AcmeClientStatus> status,
                                       const PageRequest& page);
    long long count(const std::string& server_id, std::optional<AcmeClientStatus> status);

private:
    Session& session_;
};

class AcmeBindingRepository {
public:
    explicit AcmeBindingRepository(Session& session) : session_(session) {}

    bool insert(const AcmeBinding& binding); ///< false when the account has one for this name
    std::optional<AcmeBinding> find(const std::string& id);
    std::vector<AcmeBinding> list(const std::string& account_id);
    bool remove(const std::string& id);

private:
    Session& session_;
};

/// What a server counts: arrivals (GCRA), and failures that end in a pause.
class AcmeLimitRepository {
public:
    explicit AcmeLimitRepository(Session& session) : session_(session) {}

    /// The theoretical arrival time stored under the key; nothing when there was none, or it is long past. On
    /// PostgreSQL its row stays locked until the unit ends, so that no two requests count from the same time.
    std::optional<Time> find(const std::string& key);
    void set(const std::string& key, Time arrival_at);
    /// Deletes up to `limit` that are past; returns how many.
    long long sweep(Time now, int limit);

    /// Of these names, those that are paused for the account now.
    std::vector<AcmePause> paused(const std::string& account_id, const std::vector<Name>& names, Time now);
    std::optional<AcmePause> find_failures(const std::string& account_id, const Name& name);
    std::vector<AcmePause> failures_of(const std::string& account_id);
    void store(const AcmePause& failures); ///< takes the place of the one there is
    bool forget(const std::string& account_id, const Name& name);
    long long forget_all(const std::string& account_id);
    /// Deletes up to `limit` whose last failure and pause were before `limit_time`; returns how many.
    long long sweep_failures(Time limit_time, int limit);

private:
    Session& session_;
};

} // namespace chancery::db
