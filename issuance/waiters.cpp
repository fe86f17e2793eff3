#include "issuance/waiters.hpp"

#include "db/repositories/order_repository.hpp"
#include "issuance/completion.hpp"
#include "issuance/orders.hpp"

// The one place of the core that needs more of Asio than `awaitable`: a request that waits must neither poll the
// database nor hold a thread.
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <iterator>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace chancery::issuance {

namespace asio = boost::asio;

struct Waiters::Known {
    std::mutex mutex{};
    std::unordered_multimap<std::string, std::weak_ptr<Waiter>> by_id{};
};

struct Waiters::Waiter {
    Waiter(const asio::any_io_executor& executor, std::string of_id, std::shared_ptr<Known> in)
        : timer(executor), id(std::move(of_id)), known(std::move(in))
    {
    }

    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;

    ~Waiter()
    {
        const std::lock_guard lock(known->mutex);
        const auto [first, last] = known->by_id.equal_range(id);
        for (auto at = first; at != last;) {
            at = at->second.expired() ? known->by_id.erase(at) : std::next(at);
        }
    }

    asio::steady_timer timer; ///< used on its executor only
    bool woken = false;       ///< likewise
    const std::string id;
    const std::shared_ptr<Known> known;
};

std::shared_ptr<Waiters> make_waiters()
{
    return std::make_shared<Waiters>();
}

Waiters::Waiters() : known_(std::make_shared<Known>()) {}

asio::awaitable<std::shared_ptr<Waiters::Waiter>> Waiters::wait_for(std::string id)
{
    auto waiter = std::make_shared<Waiter>(co_await asio::this_coro::executor, id, known_);
    const std::lock_guard lock(known_->mutex);
    known_->by_id.emplace(std::move(id), waiter);
    co_return waiter;
}

asio::awaitable<void> Waiters::sleep(std::shared_ptr<Waiter> waiter, std::chrono::milliseconds most)
{
    if (!waiter->woken) {
        waiter->timer.expires_after(most);
        boost::system::error_code cancelled;
        co_await waiter->timer.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    }
    waiter->woken = false;
}

void Waiters::wake(const std::string& id)
{
    // Released after the lock: the last owner of a waiter takes it again.
    std::vector<std::shared_ptr<Waiter>> woken;
    {
        const std::lock_guard lock(known_->mutex);
        const auto [first, last] = known_->by_id.equal_range(id);
        for (auto at = first; at != last; ++at) {
            if (auto waiter = at->second.lock()) {
                woken.push_back(std::move(waiter));
            }
        }
    }
    for (auto& waiter : woken) {
        const auto executor = waiter->timer.get_executor();
        asio::post(executor, [waiter = std::move(waiter)] {
            waiter->woken = true;
            waiter->timer.cancel();
        });
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
        co_await Waiters::sleep(waiter, std::min(left, kLook));
    }
}

} // namespace chancery::issuance
