#pragma once

#include "api/route.hpp"

/// /sessions and /me: signing in, and who one is.
namespace chancery::api::sessions {

/// Open to everybody; the one operation that takes a password.
http::Awaitable<http::Response> log_in(Services& services, const Route& route, const http::Request& request);
Result<Answer> log_out(const Call& call, db::UnitOfWork& work);
/// Own sessions, and with the right to manage users those of others.
Result<Answer> list(const Call& call, db::Session& session);
Result<Answer> show(const Call& call, db::Session& session);
Result<Answer> revoke(const Call& call, db::UnitOfWork& work);
Result<Answer> me(const Call& call, db::Session& session);

} // namespace chancery::api::sessions
