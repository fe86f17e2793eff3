#pragma once

#include "core/metrics.hpp"
#include "server/http/router.hpp"

#include <array>
#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace chancery::http {

/// Requests and their durations by route pattern, method and status class. The set of labels is that of the router, so
/// a client cannot make it grow; a series appears with its first request; recording takes no lock after that.
class RouteMetrics {
public:
    RouteMetrics(const Router& router, metrics::Registry& registry);

    /// An empty `route` is what no route matched; HEAD counts as the GET that answered it.
    void record(std::string_view route, std::string_view method, int status, double seconds);

private:
    struct Series {
        std::string route;
        std::string method;
        std::array<std::atomic<metrics::Counter*>, 6> by_class{};
        std::atomic<metrics::Histogram*> durations{nullptr};
    };

    Series& find(std::string_view route, std::string_view method);
    metrics::Counter& counter(Series& series, std::size_t status_class);
    metrics::Histogram& durations(Series& series);

    metrics::Registry& registry_;
    std::map<std::string, std::map<std::string, std::unique_ptr<Series>, std::less<>>, std::less<>> series_;
    Series unmatched_;
};

} // namespace chancery::http
