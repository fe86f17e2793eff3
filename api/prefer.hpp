#pragma once

#include "server/http/message.hpp"

#include <chrono>
#include <optional>

namespace chancery::api {

/// `Prefer: wait=N` (RFC 7240 section 4.3): how long a client would wait for slow work, at most 30 seconds; nothing
/// without it or when it is no number.
std::optional<std::chrono::seconds> preferred_wait(const http::Request& request);

} // namespace chancery::api
