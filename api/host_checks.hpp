#pragma once

#include "api/route.hpp"

/// /host-checks: what a TLS server presents.
namespace chancery::api::host_checks {

http::Awaitable<http::Response> check(Services& services, const Route& route, const http::Request& request);

} // namespace chancery::api::host_checks
