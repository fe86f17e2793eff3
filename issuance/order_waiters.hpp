#pragma once

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

namespace chancery::issuance {

/// Wakes coroutines of this process that wait for an order's end. Thread-safe.
class OrderWaiters {
public:
    struct Waiter; ///< a timer and whether it was woken

    /// A waiter on the calling coroutine's executor, known until it is destroyed.
    boost::asio::awaitable<std::shared_ptr<Waiter>> wait_for(std::string order_id);
    /// Sleeps until woken or `most` is over; returns at once when it was woken since the last sleep.
    static boost::asio::awaitable<void> sleep(std::shared_ptr<Waiter> waiter, std::chrono::milliseconds most);
    /// From any thread.
    void wake(const std::string& order_id);

private:
    std::mutex mutex_;
    std::unordered_multimap<std::string, std::weak_ptr<Waiter>> waiters_;
};

} // namespace chancery::issuance
