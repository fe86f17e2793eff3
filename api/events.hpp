#pragma once

#include "api/route.hpp"

/// /events: changes as they happen (Server-Sent Events, HTML Standard section 9.2).
namespace chancery::api::events {

http::Awaitable<http::Response> stream(Services& services, const Route& route, const http::Request& request);

} // namespace chancery::api::events
