#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <optional>
#include <utility>

namespace chancery::test {

/// Runs a coroutine on a loop of its own until it ends; its exception is thrown here.
template <class T> T run(boost::asio::awaitable<T> work)
{
    boost::asio::io_context context(1);
    std::exception_ptr failure;
    std::optional<T> result;
    boost::asio::co_spawn(context, std::move(work), [&](std::exception_ptr error, T value) {
        failure = error;
        result.emplace(std::move(value));
    });
    context.run();
    if (failure) {
        std::rethrow_exception(failure);
    }
    return std::move(*result);
}

inline void run(boost::asio::awaitable<void> work)
{
    boost::asio::io_context context(1);
    std::exception_ptr failure;
    boost::asio::co_spawn(context, std::move(work), [&](std::exception_ptr error) { failure = error; });
    context.run();
    if (failure) {
        std::rethrow_exception(failure);
    }
}

} // namespace chancery::test
