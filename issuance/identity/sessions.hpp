#pragma once

#include "core/model/identity.hpp"
#include "core/secret.hpp"
#include "issuance/core.hpp"
#include "issuance/identity/login_throttle.hpp"

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <string>

/// Sessions of the browser, once they are open.
namespace chancery::issuance {

struct NewSession {
    chancery::Session session{};
    Secret token{}; ///< the cookie's value
    User user{};
};

/// A session with fresh secrets; to be stored by the caller.
NewSession new_session(const Core& core, const User& user, const std::string& source_address);

/// Own ones, and with the right to read users anybody's; NotFound for those of others.
Result<chancery::Session> find_session(db::Session& session, const Caller& caller, const std::string& id, Right others);
/// Ends a session, one's own or as who manages users; it is refused from the next request on.
Result<void> revoke_session(Core& core, db::UnitOfWork& work, const Caller& caller, const std::string& id);

struct PasswordChange {
    Secret current{};
    Secret fresh{};
    std::string session_token{}; ///< of the session that asks; empty when it is a token
};

/// What was found out about a change before its transaction, for it takes hundreds of milliseconds.
struct CheckedPasswordChange {
    std::string checked_hash{}; ///< the one that the current password was held against
    bool fits = false;
    Result<std::string> fresh_hash{};
};

/// RateLimited after too many wrong passwords, counted together with failed logins.
boost::asio::awaitable<Result<CheckedPasswordChange>> check_password_change(Core& core, LoginThrottle& throttle,
                                                                            Caller caller, PasswordChange change);
/// ValidationError when the current password was wrong. Ends every session of the caller; the one that asked goes on as
/// the new one that is returned, so that nobody who knew its cookie is in any more.
Result<std::optional<NewSession>> change_own_password(Core& core, db::UnitOfWork& work, const Caller& caller,
                                                      const CheckedPasswordChange& verdict, bool has_session);

} // namespace chancery::issuance
