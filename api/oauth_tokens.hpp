#pragma once

#include "api/route.hpp"

/// /oauth2/token: a machine's credentials for a bearer token (RFC 6749 section 4.4), spoken as every OAuth client
/// library speaks it.
namespace chancery::api::oauth_tokens {

http::Awaitable<http::Response> create(Services& services, const Route& route, const http::Request& request);

} // namespace chancery::api::oauth_tokens
