#pragma once

#include "core/model/machine.hpp"
#include "db/page.hpp"
#include "db/session.hpp"

#include <optional>
#include <string>
#include <vector>

namespace chancery::db {

class MachineAccountRepository {
public:
    explicit MachineAccountRepository(Session& session) : session_(session) {}

    void insert(const MachineAccount& account);
    std::optional<MachineAccount> find(const std::string& id);
    std::optional<MachineAccount> find_by_certificate(const std::string& certificate_id);
    /// Those that the account names, and no others, stand for it; false when one stands for another account.
    bool bind_certificates(const MachineAccount& account);
    std::vector<MachineAccount> list(const PageRequest& page); ///< by name
    long long count();
    bool update(const MachineAccount& account); ///< all but its last use; false when the revision differs; raises it
    /// With its secrets and tokens; false when the revision differs.
    bool remove(const std::string& id, long long revision);
    /// Unless a use since `least` is recorded. No new revision.
    void record_use(const std::string& id, Time at, Time least);

private:
    Session& session_;
};

class MachineSecretRepository {
public:
    explicit MachineSecretRepository(Session& session) : session_(session) {}

    void insert(const MachineSecret& secret);
    std::vector<MachineSecret> of_account(const std::string& account_id); ///< the oldest first
    void set_expiry(const std::string& id, Time at);
    void remove(const std::string& id);

private:
    Session& session_;
};

class MachineTokenRepository {
public:
    explicit MachineTokenRepository(Session& session) : session_(session) {}

    void insert(const MachineToken& token);
    std::optional<MachineToken> find_by_hash(const std::string& token_hash);
    /// No token of the secret lives longer than `at`.
    void shorten(const std::string& account_id, const std::string& secret_id, Time at);
    void remove_of_account(const std::string& account_id);
    long long remove_expired(Time now);

private:
    Session& session_;
};

} // namespace chancery::db
