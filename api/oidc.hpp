#pragma once

#include "api/route.hpp"

/// /oidc/login and /oidc/callback: the browser's way to an OpenID provider and back.
namespace chancery::api::oidc {

http::Awaitable<http::Response> begin(Services& services, const Route& route, const http::Request& request);
http::Awaitable<http::Response> finish_login(Services& services, const Route& route, const http::Request& request);

} // namespace chancery::api::oidc
