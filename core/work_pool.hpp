#pragma once

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <type_traits>

namespace chancery {

/// Threads for what is too slow for a network thread (RSA keys, PKCS#12, password hashes, P-384 signatures). The
/// calling coroutine sleeps meanwhile and resumes on its own executor.
class WorkPool {
public:
    explicit WorkPool(int threads);
    ~WorkPool(); ///< waits for what is running
    WorkPool(const WorkPool&) = delete;
    WorkPool& operator=(const WorkPool&) = delete;

    template <class F> auto run(F work) -> boost::asio::awaitable<std::invoke_result_t<F&>>
    {
        std::optional<std::invoke_result_t<F&>> result;
        co_await run_erased([&] { result.emplace(work()); });
        co_return std::move(*result);
    }

    void stop();

private:
    boost::asio::awaitable<void> run_erased(std::function<void()> work);
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace chancery
