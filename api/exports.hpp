#pragma once

#include "api/route.hpp"

/// /certificates/{id}/exports: PKCS#12.
namespace chancery::api::exports {

http::Awaitable<http::Response> create(Services& services, const Route& route, const http::Request& request);

} // namespace chancery::api::exports
