#pragma once

#include "api/route.hpp"

/// What is asked before anybody is signed in: how one can, and the first administrator of a new server.
namespace chancery::api::setup {

http::Awaitable<http::Response> login_options(Services& services, const Route& route, const http::Request& request);
/// With the code that the server printed; once.
http::Awaitable<http::Response> create_first_administrator(Services& services, const Route& route,
                                                           const http::Request& request);

} // namespace chancery::api::setup
