#pragma once

#include "core/model/identity.hpp"
#include "db/page.hpp"
#include "db/session.hpp"

#include <optional>
#include <string>
#include <vector>

namespace chancery::db {

class UserRepository {
public:
    explicit UserRepository(Session& session) : session_(session) {}

    bool insert(const User& user); ///< false when the e-mail exists
    std::optional<User> find(const std::string& id);
    std::optional<User> find_by_email(const std::string& email);
    std::vector<User> list(const PageRequest& page); ///< by e-mail
    long long count();
    /// Ids of the enabled Super Administrators, who stay so until the unit ends, whatever others do meanwhile.
    std::vector<std::string> hold_super_administrators();
    bool has_super_administrator(); ///< an enabled one
    /// Until the unit ends nobody else adds or changes a user: for whoever must know that there is none of a kind.
    void hold_all();
    bool update(const User& user); ///< with its domain assignments; false when the revision differs; raises it

private:
    Session& session_;
};

class ApiTokenRepository {
public:
    explicit ApiTokenRepository(Session& session) : session_(session) {}

    void insert(const ApiToken& token);
    std::optional<ApiToken> find(const std::string& id);
    std::optional<ApiToken> find_by_hash(const std::string& token_hash);
    std::vector<ApiToken> list_by_user(const std::string& user_id);
    bool revoke(const std::string& id, Time at); ///< false when it was revoked
    /// Unless a use since `least` is recorded.
    void record_use(const std::string& id, Time at, Time least);

private:
    Session& session_;
};

/// Who an OpenID provider's subject is here.
class IdentityLinkRepository {
public:
    explicit IdentityLinkRepository(Session& session) : session_(session) {}

    bool insert(const IdentityLink& link); ///< false when the subject is linked
    std::optional<IdentityLink> find(const std::string& id);
    /// The user's id.
    std::optional<std::string> user_of(const std::string& issuer, const std::string& subject);
    std::vector<IdentityLink> list_by_user(const std::string& user_id);
    bool remove(const std::string& id); ///< false when there is none

private:
    Session& session_;
};

class SessionRepository {
public:
    explicit SessionRepository(Session& session) : session_(session) {}

    void insert(const chancery::Session& login);
    std::optional<chancery::Session> find_by_hash(const std::string& token_hash);
    std::optional<chancery::Session> find(const std::string& id);
    std::vector<chancery::Session> live_of_user(const std::string& user_id, Time now);
    void remove(const std::string& id);
    void remove_of_user(const std::string& user_id);
    long long remove_expired(Time now);

private:
    Session& session_;
};

} // namespace chancery::db
