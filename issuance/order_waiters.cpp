#include "issuance/order_waiters.hpp"

#include "db/repositories/order_repository.hpp"
#include "issuance/completion.hpp"
#include "issuance/orders.hpp"

// The one place of the core that needs more of Asio than `awaitable`: a request that waits for its order must neither
// poll the database nor hold a thread.
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace chancery::issuance {

namespace asio = boost::asio;

struct OrderWaiters::Waiter {
    explicit Waiter(const asio::any_io_executor& executor) : timer(executor) {}

    asio::steady_timer timer; ///< used on its executor only
    bool woken = false;       ///< likewise
};

std::shared_ptr<OrderWaiters> make_order_waiters()
{
    return std::make_shared<OrderWaiters>();
}

asio::awaitable<std::shared_ptr<OrderWaiters::Waiter>> OrderWaiters::wait_for(std::string order_id)
{
    auto waiter = std::make_shared<Waiter>(co_await asio::this_coro::executor);
    const std::lock_guard lock(mutex_);
    std::erase_if(waiters_, [](const auto& entry) { return entry.second.expired(); });
    waiters_.emplace(std::move(order_id), waiter);
    co_return waiter;
}

asio::awaitable<void> OrderWaiters::sleep(std::shared_ptr<Waiter> waiter, std::chrono::milliseconds most)
{
    if (!waiter->woken) {
        waiter->timer.expires_after(most);
        boost::system::error_code cancelled;
        co_await waiter->timer.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    }
    waiter->woken = false;
}

void OrderWaiters::wake(const std::string& order_id)
{
    const std::lock_guard lock(mutex_);
    const auto [first, last] = waiters_.equal_range(order_id);
    for (auto at = first; at != last; ++at) {
        if (const auto waiter = at->second.lock()) {
            asio::post(waiter->timer.get_executor(), [waiter] {
                waiter->woken = true;
                waiter->timer.cancel();
            });
        }
    }
}

asio::awaitable<Order> wait_for_order(Core& core, std::string order_id, std::chrono::seconds wait)
{
    using SteadyClock = std::chrono::steady_clock;   // how long a caller is kept waiting is no matter of the calendar
    constexpr std::chrono::milliseconds kLook{1000}; // another process may finish the order
    const auto deadline = SteadyClock::now() + wait;
    const auto waiter = co_await core.waiters->wait_for(order_id);
    for (;;) {
        auto order =
            co_await core.store.read([&](db::Session& session) { return db::OrderRepository(session).find(order_id); });
        if (!order) {
            throw std::logic_error("waiting for an order that does not exist");
        }
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - SteadyClock::now());
        if (is_final(order->status) || left.count() <= 0) {
            co_return std::move(*order);
        }
        co_await OrderWaiters::sleep(waiter, std::min(left, kLook));
    }
}

} // namespace chancery::issuance
