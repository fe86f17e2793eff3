#pragma once

#include "api/route.hpp"

#include <optional>
#include <string_view>

namespace chancery::api {

/// The session's cookie: `__Host-` keeps it to this host, path / and TLS.
inline constexpr std::string_view kSessionCookie = "__Host-chancery_session";

/// Whether an Accept field allows the media type (RFC 9110 section 12.5.1); an empty one allows all.
bool accepts(std::string_view accept, std::string_view media_type);

/// 415 when the body is not of a type that the route reads, 406 when its answer is none that the client accepts;
/// nothing when all is well.
std::optional<http::Response> refuse_media_type(const Route& route, const http::Request& request);

} // namespace chancery::api
