#include "core/work_pool.hpp"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>

namespace chancery {

namespace asio = boost::asio;

struct WorkPool::Impl {
    explicit Impl(int threads) : pool(static_cast<std::size_t>(threads)) {}

    asio::thread_pool pool;
};

WorkPool::WorkPool(int threads) : impl_(std::make_unique<Impl>(threads)) {}

WorkPool::~WorkPool()
{
    stop();
}

void WorkPool::stop()
{
    impl_->pool.join();
}

asio::awaitable<void> WorkPool::run_erased(std::function<void()> work)
{
    auto start = [this, &work](auto handler) {
        // The caller's io_context must not run out of work while its coroutine sleeps here.
        auto executor = asio::prefer(asio::get_associated_executor(handler), asio::execution::outstanding_work.tracked);
        asio::post(impl_->pool, [&work, executor, handler = std::move(handler)]() mutable {
            std::exception_ptr failure;
            try {
                work();
            } catch (...) {
                failure = std::current_exception();
            }
            asio::post(executor, [handler = std::move(handler), failure]() mutable { std::move(handler)(failure); });
        });
    };
    co_await asio::async_initiate<const asio::use_awaitable_t<>, void(std::exception_ptr)>(start, asio::use_awaitable);
}

} // namespace chancery
