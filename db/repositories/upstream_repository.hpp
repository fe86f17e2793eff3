#pragma once

#include "core/model/provider.hpp"
#include "db/session.hpp"

#include <optional>
#include <string>
#include <vector>

/// What is kept for upstream ACME CAs.
namespace chancery::db {

class UpstreamAccountRepository {
public:
    explicit UpstreamAccountRepository(Session& session) : session_(session) {}

    bool insert(const UpstreamAccount& account); ///< false when there is one for this provider and directory
    std::optional<UpstreamAccount> find(const std::string& provider_id, const std::string& directory_url);
    void set_url(const std::string& provider_id, const std::string& directory_url, const std::string& account_url);

private:
    Session& session_;
};

class UpstreamChallengeRepository {
public:
    explicit UpstreamChallengeRepository(Session& session) : session_(session) {}

    bool insert(const UpstreamChallenge& challenge); ///< false when it was prepared before
    std::vector<UpstreamChallenge> of_order(const std::string& order_id);
    /// What http-01 is answered with; nothing for unknown tokens.
    std::optional<std::string> key_authorization(const std::string& token);
    void remove_of_order(const std::string& order_id);

private:
    Session& session_;
};

} // namespace chancery::db
