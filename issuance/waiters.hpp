#pragma once

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <memory>
#include <string>

namespace chancery::issuance {

/// Wakes coroutines of this process that wait for something to happen to what has this id. Thread-safe.
class Waiters {
public:
    struct Waiter; ///< a timer and whether it was woken

    Waiters();

    /// A waiter on the calling coroutine's executor, known until it is destroyed.
    boost::asio::awaitable<std::shared_ptr<Waiter>> wait_for(std::string id);
    /// Sleeps until woken or `most` is over; returns at once when it was woken since the last sleep.
    static boost::asio::awaitable<void> sleep(std::shared_ptr<Waiter> waiter, std::chrono::milliseconds most);
    /// From any thread.
    void wake(const std::string& id);

private:
    struct Known; ///< the waiters that there are, by id
    std::shared_ptr<Known> known_;
};

} // namespace chancery::issuance
