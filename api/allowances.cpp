#include "api/allowances.hpp"

#include "issuance/identity/login_throttle.hpp"

#include <algorithm>

namespace chancery::api {
namespace {

constexpr std::size_t kMostBuckets = 100'000;

Result<void> verdict(const std::optional<Standing>& standing)
{
    if (!standing || !standing->retry_after) {
        return {};
    }
    Problem problem{.code = Code::RateLimited,
                    .detail =
                        "the allowance of this " + std::string(standing->name) + " is used up; it comes back evenly"};
    problem.retry_after_seconds = static_cast<int>(standing->retry_after->count());
    return refuse(std::move(problem));
}

} // namespace

std::optional<Standing> Buckets::spend(const std::string& key, Time now)
{
    if (allowance_.requests == 0) {
        return std::nullopt;
    }
    make_room(now);
    const Moment::duration whole = allowance_.window;
    const auto interval = whole / allowance_.requests;
    auto& due = due_[key];
    const auto after = std::max<Moment>(due, now) + interval - now;
    Standing standing{.name = name_, .allowance = allowance_};
    if (after > whole) {
        standing.retry_after = std::chrono::ceil<std::chrono::seconds>(after - whole);
        standing.whole_after = std::chrono::ceil<std::chrono::seconds>(due - now);
        return standing;
    }
    due = now + after;
    standing.remaining = static_cast<int>((whole - after) / interval);
    standing.whole_after = std::chrono::ceil<std::chrono::seconds>(after);
    return standing;
}

void Buckets::make_room(Moment now)
{
    if (due_.size() < kMostBuckets) {
        return;
    }
    std::erase_if(due_, [now](const auto& bucket) { return bucket.second <= now; });
    if (due_.size() >= kMostBuckets) {
        due_.erase(std::ranges::min_element(due_, {}, [](const auto& bucket) { return bucket.second; }));
    }
}

Result<void> Allowances::spend(const http::Request& request, const std::string& principal_id, Time now)
{
    const std::lock_guard lock(mutex_);
    const auto [counted, fresh] = running_.try_emplace(&request);
    if (fresh) {
        counted->second = principal_id.empty() ? addresses_.spend(issuance::network_of(request.peer), now)
                                               : principals_.spend(principal_id, now);
    }
    return verdict(counted->second);
}

std::optional<Standing> Allowances::standing(const http::Request& request)
{
    const std::lock_guard lock(mutex_);
    const auto counted = running_.find(&request);
    return counted == running_.end() ? std::nullopt : counted->second;
}

void Allowances::settle(const http::Request& request)
{
    const std::lock_guard lock(mutex_);
    running_.erase(&request);
}

http::Response with_standing(http::Response response, const std::optional<Standing>& standing)
{
    if (standing) {
        const auto name = '"' + std::string(standing->name) + '"';
        response.with("RateLimit-Policy", name + ";q=" + std::to_string(standing->allowance.requests) +
                                              ";w=" + std::to_string(standing->allowance.window.count()));
        response.with("RateLimit", name + ";r=" + std::to_string(standing->remaining) +
                                       ";t=" + std::to_string(standing->whole_after.count()));
    }
    return response;
}

} // namespace chancery::api
