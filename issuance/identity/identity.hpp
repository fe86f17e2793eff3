#pragma once

#include "core/model/identity.hpp"
#include "core/secret.hpp"
#include "issuance/core.hpp"
#include "issuance/identity/login_throttle.hpp"

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <string>

/// Who is calling: users, sessions, API tokens.
namespace chancery::issuance {

/// What a request brought. At most one of the two is used; a bearer token wins.
struct Credentials {
    std::string bearer_token{};
    std::string session_token{};
    std::string csrf_token{};   ///< required with a session on anything but GET and HEAD
    bool changes_state = false; ///< the method is neither GET nor HEAD
    std::string source_address{};
    std::string request_id{};
};

/// The caller, with role and grants as they are now; Unauthenticated for no, unknown, expired or revoked credentials,
/// without saying which.
Result<Caller> identify(Core& core, db::Session& session, const Credentials& credentials);

/// The caller, and the token they came with when its use is to be recorded: not at every request, but when the last
/// record is older than a few minutes.
struct Identified {
    Caller caller{};
    std::string unrecorded_token{}; ///< its id; mostly empty
};

Result<Identified> identify_use(Core& core, db::Session& session, const Credentials& credentials);
void record_token_use(db::UnitOfWork& work, const std::string& token_id, Time now);

struct Login {
    std::string email{};
    Secret password{};
    std::string source_address{};
    std::string request_id{};
};

struct NewSession {
    chancery::Session session{};
    Secret token{}; ///< the cookie's value
    User user{};
};

/// Unauthenticated for unknown user and wrong password alike, in the same time; RateLimited, untried, after too many
/// failures. All outcomes are recorded.
boost::asio::awaitable<Result<NewSession>> log_in(Core& core, LoginThrottle& throttle, Login login);
Result<void> log_out(Core& core, db::UnitOfWork& work, const Caller& caller, const std::string& session_token);

/// What is stored of a new password; ValidationError unless it has 12 to 1024 octets. Takes about 100 ms on purpose: to
/// be called before the transaction, and on Core::pool where a network thread would wait for it.
Result<std::string> hash_new_password(const Secret& password);

/// `password_hash` is from hash_new_password.
Result<User> create_user(Core& core, db::UnitOfWork& work, const Caller& caller, User user, std::string password_hash);
Result<User> update_user(Core& core, db::UnitOfWork& work, const Caller& caller, const User& user,
                         long long expected_revision);
/// `password_hash` is from hash_new_password.
Result<void> set_password(Core& core, db::UnitOfWork& work, const Caller& caller, const std::string& user_id,
                          std::string password_hash);

struct NewToken {
    ApiToken token{};
    Secret text{}; ///< "chy_" + random + checksum; shown once
};

Result<NewToken> create_token(Core& core, db::UnitOfWork& work, const Caller& caller, const std::string& user_id,
                              const std::string& name, Scope scope, std::optional<Time> expires_at);
Result<void> revoke_token(Core& core, db::UnitOfWork& work, const Caller& caller, const std::string& token_id);

/// Whether a text has the shape and checksum of an API token, before any look-up.
bool looks_like_token(std::string_view text);

} // namespace chancery::issuance
