#pragma once

#include "core/model/identity.hpp"
#include "core/secret.hpp"
#include "issuance/core.hpp"
#include "issuance/identity/login_throttle.hpp"
#include "issuance/identity/sessions.hpp"
#include "issuance/identity/totp.hpp"

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <string>

/// Who is calling: users with a session or an API token, machines with theirs.
namespace chancery::issuance {

/// What a request brought. At most one is used: a bearer token, or else a session, or else the certificate of the TLS
/// connection.
struct Credentials {
    std::string bearer_token{};
    std::string session_token{};
    std::string peer_certificate{}; ///< DER; the key is known to be the peer's, nothing else
    std::string csrf_token{};       ///< required with a session on anything but GET and HEAD
    bool changes_state = false;     ///< the method is neither GET nor HEAD
    std::string source_address{};
    std::string request_id{};
};

/// The caller, with role and grants as they are now; Unauthenticated for no, unknown, expired or revoked credentials,
/// without saying which.
Result<Caller> identify(Core& core, db::Session& session, const Credentials& credentials);

/// A use that is to be recorded: not every one, but when the last record is older than a few minutes. Mostly empty.
struct UnrecordedUse {
    std::string token_id{};   ///< of an API token
    std::string account_id{}; ///< of a service account or courier

    bool empty() const { return token_id.empty() && account_id.empty(); }
};

struct Identified {
    Caller caller{};
    UnrecordedUse use{};
};

Result<Identified> identify_use(Core& core, db::Session& session, const Credentials& credentials);
void record_use(db::UnitOfWork& work, const UnrecordedUse& use, Time now);

struct Login {
    std::string email{};
    Secret password{};
    SecondFactor factor{};
    std::string previous_session{}; ///< the cookie that the browser came with: that session ends
    std::string source_address{};
    std::string request_id{};
};

/// Unauthenticated for unknown user and wrong password alike, in the same time; RateLimited, untried, after too many
/// failures; ValidationError at /totp_code when the password is right and a second factor is in force that did not come
/// along. All outcomes are recorded.
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

/// Stores a hash for a user as they were read in this unit, and ends their sessions: whoever knew the old password is
/// out. No right is asked for and nothing recorded: that is the caller's part.
Result<void> store_password(db::UnitOfWork& work, User user, std::string password_hash, Time now);

struct NewToken {
    ApiToken token{};
    Secret text{}; ///< "chy_" + random + checksum; shown once
};

Result<NewToken> create_token(Core& core, db::UnitOfWork& work, const Caller& caller, const std::string& user_id,
                              const std::string& name, Scope scope, std::optional<Time> expires_at,
                              const SourceCidrs& source_cidrs = {});
Result<void> revoke_token(Core& core, db::UnitOfWork& work, const Caller& caller, const std::string& token_id);

/// Whether a text has the shape and checksum of a personal or a machine's token, before any look-up.
bool looks_like_token(std::string_view text);

} // namespace chancery::issuance
