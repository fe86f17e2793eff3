#include "server/net/runtime.hpp"

#include "core/log.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <exception>
#include <utility>

namespace chancery::net {
namespace asio = boost::asio;

struct Runtime::Worker {
    asio::io_context context{1}; // one thread runs it
    asio::executor_work_guard<asio::io_context::executor_type> guard{context.get_executor()};

    void run();
};

// A coroutine's exception goes to the completion handler of its co_spawn; what arrives here escaped from a plain posted
// function. One such bug must not take the other connections of the thread with it.
void Runtime::Worker::run()
{
    while (!context.stopped()) {
        try {
            context.run();
        } catch (const std::exception& error) {
            log::error("runtime.handler_failed", {{"error", error.what()}});
        }
    }
}

Runtime::Runtime(std::size_t threads)
{
    const std::size_t count = threads != 0 ? threads : std::max(1U, std::thread::hardware_concurrency() / 2);
    for (std::size_t i = 0; i < count; ++i) {
        workers_.push_back(std::make_unique<Worker>());
    }
    for (auto& worker : workers_) {
        threads_.emplace_back([&worker = *worker] { worker.run(); });
    }
}

Runtime::~Runtime()
{
    stop();
    join();
}

std::size_t Runtime::size() const
{
    return workers_.size();
}

Runtime::Executor Runtime::executor(std::size_t n) const
{
    return workers_.at(n)->context.get_executor();
}

Runtime::Executor Runtime::next()
{
    return executor(turn_.fetch_add(1, std::memory_order_relaxed) % workers_.size());
}

void Runtime::post(std::function<void()> work)
{
    asio::post(next(), std::move(work));
}

void Runtime::stop()
{
    for (auto& worker : workers_) {
        worker->context.stop();
    }
}

void Runtime::join()
{
    for (auto& thread : threads_) {
        if (thread.joinable()) {
            thread.join();
        }
    }
}

} // namespace chancery::net
