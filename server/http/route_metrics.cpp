#include "server/http/route_metrics.hpp"

#include <algorithm>

namespace chancery::http {

RouteMetrics::RouteMetrics(const Router& router, metrics::Registry& registry)
    : registry_(registry), unmatched_{.route = "", .method = "other"}
{
    for (const auto& [method, route] : router.routes()) {
        auto series = std::make_unique<Series>();
        series->route = route;
        series->method = method;
        series_[route][method] = std::move(series);
    }
}

RouteMetrics::Series& RouteMetrics::find(std::string_view route, std::string_view method)
{
    const auto methods = series_.find(route);
    if (methods == series_.end()) {
        return unmatched_;
    }
    auto known = methods->second.find(method);
    if (known == methods->second.end()) {
        known = methods->second.find("GET");
    }
    return known == methods->second.end() ? unmatched_ : *known->second;
}

// Two threads may both miss; the registry gives both the same metric.
metrics::Counter& RouteMetrics::counter(Series& series, std::size_t status_class)
{
    auto& cached = series.by_class[status_class];
    if (auto* known = cached.load(std::memory_order_acquire)) {
        return *known;
    }
    auto& made = registry_.counter(
        "chancery_http_requests_total", "HTTP requests answered.",
        {{"route", series.route}, {"method", series.method}, {"status", std::to_string(status_class) + "xx"}});
    cached.store(&made, std::memory_order_release);
    return made;
}

metrics::Histogram& RouteMetrics::durations(Series& series)
{
    if (auto* known = series.durations.load(std::memory_order_acquire)) {
        return *known;
    }
    auto& made = registry_.histogram("chancery_http_request_duration_seconds", "Time from request read to answer made.",
                                     {{"route", series.route}, {"method", series.method}});
    series.durations.store(&made, std::memory_order_release);
    return made;
}

void RouteMetrics::record(std::string_view route, std::string_view method, int status, double seconds)
{
    auto& series = find(route, method);
    counter(series, static_cast<std::size_t>(std::clamp(status / 100, 0, 5))).add();
    durations(series).observe(seconds);
}

} // namespace chancery::http
