#pragma once

#include "core/clock.hpp"
#include "core/metrics.hpp"
#include "server/http/message.hpp"
#include "server/http/router.hpp"

#include <chrono>
#include <functional>
#include <string>

namespace chancery::http {

struct MiddlewareConfig {
    bool access_log = true;
    std::chrono::seconds hsts_max_age{31'536'000}; ///< 0: no Strict-Transport-Security
    /// The paths that are answered without TLS; the others get 403 there. Empty: all.
    std::function<bool(const std::string& path)> open_without_tls{};
};

/// What happens around every route: request id, the answer to a handler that threw, security headers, metrics, access
/// log; in one list in middleware.cpp. To be made when every route is registered; `router`, `clock` and `registry` must
/// outlive it.
Entry with_middleware(const Router& router, MiddlewareConfig config, const Clock& clock, metrics::Registry& registry);

/// The trace id of a W3C Trace Context `traceparent` field, or nothing when it is not a well-formed one.
std::string_view trace_id_of(std::string_view traceparent);

} // namespace chancery::http
