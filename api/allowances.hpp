#pragma once

#include "api/settings.hpp"
#include "core/clock.hpp"
#include "core/result.hpp"
#include "server/http/message.hpp"

#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

/// How many requests somebody may make: a bucket for each principal, and one for each network address that brings no
/// valid credentials, by the generic cell rate algorithm. In memory, so each server counts its own.
namespace chancery::api {

/// Where a bucket stands after a request.
struct Standing {
    std::string_view name{}; ///< "principal" or "address"
    Allowance allowance{};
    int remaining = 0;                                 ///< requests that may follow at once
    std::chrono::seconds whole_after{};                ///< until the bucket is as if nothing had been asked
    std::optional<std::chrono::seconds> retry_after{}; ///< set when the request was one too many
};

/// Buckets of one kind. Not thread-safe.
class Buckets {
public:
    Buckets(std::string_view name, Allowance allowance) : name_(name), allowance_(allowance) {}

    /// Counts a request of `key`; one too many is not counted. Nothing when there is no limit.
    std::optional<Standing> spend(const std::string& key, Time now);

private:
    /// Finer than Time: a bucket may regain a request in less than a millisecond.
    using Moment = std::chrono::sys_time<std::chrono::microseconds>;

    void make_room(Moment now);

    std::string_view name_;
    Allowance allowance_;
    std::unordered_map<std::string, Moment> due_{}; ///< when the bucket is whole again
};

/// Counts each request once, however often its caller is identified on the way. Thread-safe.
class Allowances {
public:
    explicit Allowances(const ApiSettings& settings)
        : principals_("principal", settings.principal), addresses_("address", settings.address)
    {
    }

    /// Counts the request for its caller, or for its address when `principal_id` is empty. RateLimited when that is one
    /// too many.
    Result<void> spend(const http::Request& request, const std::string& principal_id, Time now);

    /// What was counted for the request.
    std::optional<Standing> standing(const http::Request& request);
    /// The request is over.
    void settle(const http::Request& request);

private:
    std::mutex mutex_{};
    Buckets principals_;
    Buckets addresses_;
    std::unordered_map<const http::Request*, std::optional<Standing>> running_{};
};

/// The answer with the RateLimit fields (draft-ietf-httpapi-ratelimit-headers).
http::Response with_standing(http::Response response, const std::optional<Standing>& standing);

} // namespace chancery::api
