#pragma once

#include "issuance/identity/sessions.hpp"

#include <string>
#include <string_view>

/// The cookie of a session: `__Host-` ties it to this host and to TLS (RFC 6265bis section 4.1.3.2).
namespace chancery::api {

/// A Set-Cookie value; with a lifetime of zero it clears the cookie.
std::string session_cookie(std::string_view token, long long lifetime_seconds);
/// For a session's whole life.
std::string session_cookie(const issuance::NewSession& made);

} // namespace chancery::api
