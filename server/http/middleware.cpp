#include "server/http/middleware.hpp"

#include "core/id.hpp"
#include "core/log.hpp"
#include "core/overloaded.hpp"
#include "server/http/route_metrics.hpp"

#include <algorithm>
#include <exception>
#include <memory>
#include <string>
#include <utility>

namespace chancery::http {
namespace {

/// Durations are measured on the monotonic clock: they are not points in time, and a test that moves time must not make
/// them negative.
using Stopwatch = std::chrono::steady_clock;

constexpr std::size_t kLoggedPath = 200;

void add_missing(Response& response, std::string_view name, std::string_view value)
{
    if (!response.fields.contains(name)) {
        response.fields.add(std::string(name), std::string(value));
    }
}

class Pipeline {
public:
    Pipeline(const Router& router, MiddlewareConfig config, const Clock& clock, metrics::Registry& registry)
        : router_(router), config_(std::move(config)), clock_(clock), metrics_(router, registry),
          hsts_("max-age=" + std::to_string(config_.hsts_max_age.count()))
    {
    }

    Awaitable<Response> handle(Request& request);

private:
    Awaitable<Response> answer(Request& request) const;
    void secure(const Request& request, Response& response) const;
    void write_access_log(const Request& request, const Response& response, double seconds) const;

    const Router& router_;
    MiddlewareConfig config_;
    const Clock& clock_;
    RouteMetrics metrics_;
    std::string hsts_;
};

/// The list. A client's X-Request-Id is not looked at: ids in the log and in the audit trail are ours alone.
Awaitable<Response> Pipeline::handle(Request& request)
{
    const auto start = Stopwatch::now();
    request.request_id = new_id(clock_.now());
    auto response = co_await answer(request);
    response.with("X-Request-Id", request.request_id);
    secure(request, response);
    const double seconds = std::chrono::duration<double>(Stopwatch::now() - start).count();
    metrics_.record(request.route, request.method, response.status, seconds);
    if (config_.access_log) {
        write_access_log(request, response, seconds);
    }
    co_return response;
}

/// The one place where a request's exceptions end. The client learns the status and the id to ask about.
Awaitable<Response> Pipeline::answer(Request& request) const
{
    if (!request.secure && config_.open_without_tls && !config_.open_without_tls(request.path)) {
        co_return text_response(403, "this needs HTTPS\n");
    }
    int status = 500;
    try {
        co_return co_await router_.route(request);
    } catch (const Overloaded& overloaded) {
        log::warning("request.overloaded", {{"request_id", request.request_id}, {"error", overloaded.what()}});
        status = 503;
    } catch (const std::exception& error) {
        log::error("request.failed", {{"request_id", request.request_id},
                                      {"method", request.method},
                                      {"route", request.route},
                                      {"error", error.what()}});
    }
    auto response = router_.failure(request, status);
    if (status == 503) {
        add_missing(response, "Retry-After", "1");
    }
    co_return response;
}

/// A handler that serves pages sets a Content-Security-Policy of its own.
void Pipeline::secure(const Request& request, Response& response) const
{
    if (request.secure && config_.hsts_max_age.count() > 0) {
        add_missing(response, "Strict-Transport-Security", hsts_);
    }
    add_missing(response, "X-Content-Type-Options", "nosniff");
    add_missing(response, "Referrer-Policy", "no-referrer");
    add_missing(response, "X-Frame-Options", "DENY");
    add_missing(response, "Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
}

/// The route's pattern instead of the target: queries and path parameters may hold secrets. A path that no route knows
/// is shown, without its query, since nothing else would say what was asked for.
void Pipeline::write_access_log(const Request& request, const Response& response, double seconds) const
{
    const auto path = request.route.empty() ? std::string_view(request.path).substr(0, kLoggedPath) : request.route;
    log::info("request.answered", {{"method", request.method},
                                   {"route", path},
                                   {"status", response.status},
                                   {"duration_ms", seconds * 1000},
                                   {"bytes", response.body.size()},
                                   {"peer", request.peer},
                                   {"request_id", request.request_id},
                                   {"trace_id", trace_id_of(request.header("traceparent"))}});
}

} // namespace

std::string_view trace_id_of(std::string_view traceparent)
{
    // version "-" trace id "-" parent id "-" flags; later versions may append more (Trace Context, section 3.2).
    constexpr std::size_t kLength = 55;
    if (traceparent.size() < kLength || (traceparent.size() > kLength && traceparent[kLength] != '-')) {
        return {};
    }
    for (std::size_t i = 0; i < kLength; ++i) {
        const char c = traceparent[i];
        const bool dash = i == 2 || i == 35 || i == 52;
        if (dash ? c != '-' : !((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) {
            return {};
        }
    }
    const auto id = traceparent.substr(3, 32);
    const bool known = traceparent.substr(0, 2) != "ff" && id.find_first_not_of('0') != std::string_view::npos;
    return known ? id : std::string_view();
}

Entry with_middleware(const Router& router, MiddlewareConfig config, const Clock& clock, metrics::Registry& registry)
{
    // Shared by the copies that std::function makes of the entry.
    auto pipeline = std::make_shared<Pipeline>(router, std::move(config), clock, registry);
    return [pipeline](Request& request) { return pipeline->handle(request); };
}

} // namespace chancery::http
