#pragma once

#include "api/route.hpp"

/// /users: people and their roles.
namespace chancery::api::users {

Result<Answer> list(const Call& call, db::Session& session);
http::Awaitable<http::Response> create(Services& services, const Route& route, const http::Request& request);
Result<Answer> show(const Call& call, db::Session& session);
http::Awaitable<http::Response> change(Services& services, const Route& route, const http::Request& request);

/// A user as the API shows them.
std::string text_of(const User& user);

} // namespace chancery::api::users
