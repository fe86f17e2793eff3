#pragma once

#include "api/route.hpp"

/// /me/password and /me/totp: how one signs in.
namespace chancery::api::own_login {

http::Awaitable<http::Response> change_password(Services& services, const Route& route, const http::Request& request);

Result<Answer> show_totp(const Call& call, db::Session& session);
Result<Answer> start_totp(const Call& call, db::UnitOfWork& work);
Result<Answer> confirm_totp(const Call& call, db::UnitOfWork& work);
Result<Answer> remove_totp(const Call& call, db::UnitOfWork& work);
/// Of somebody who has lost theirs: DELETE /users/{id}/totp.
Result<Answer> remove_totp_of_user(const Call& call, db::UnitOfWork& work);

} // namespace chancery::api::own_login
