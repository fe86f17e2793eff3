#pragma once

#include "server/net/runtime.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

#include <utility>

namespace chancery::app {

/// Runs a coroutine on the runtime and waits for its value; what it throws is thrown here. Not from a runtime thread.
template <class T> T run_sync(net::Runtime& runtime, boost::asio::awaitable<T> work)
{
    return boost::asio::co_spawn(runtime.next(), std::move(work), boost::asio::use_future).get();
}

} // namespace chancery::app
