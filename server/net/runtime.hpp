#pragma once

#include <boost/asio/any_io_executor.hpp>

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

namespace chancery::net {

/// Several io_contexts and one thread for each. What is spawned on `executor(n)` stays on thread n, so it needs
/// neither strand nor lock.
///
/// Order at the end: whoever gives the runtime work (listener, jobs) stops first, then `stop()` and `join()`, then the
/// pools that post results back to it, and the Runtime itself last: its destructor frees what is still suspended, and a
/// pool's finished job may post to it until that pool is joined. So: the first member made, the last one destroyed.
class Runtime {
public:
    using Executor = boost::asio::any_io_executor;

    /// Starts `threads` threads; 0 means one for every two cores: the database's threads need the others.
    explicit Runtime(std::size_t threads = 0);
    ~Runtime();
    Runtime(const Runtime&) = delete;
    Runtime& operator=(const Runtime&) = delete;

    std::size_t size() const;
    Executor executor(std::size_t n) const;
    /// Round robin.
    Executor next();
    /// Runs `work` on the next thread.
    void post(std::function<void()> work);

    /// Every thread ends after the handler it is in; what is suspended stays suspended. May be called twice.
    void stop();
    /// Waits for the threads. Not from one of them.
    void join();

private:
    struct Worker;
    std::vector<std::unique_ptr<Worker>> workers_;
    std::vector<std::thread> threads_;
    std::atomic<std::size_t> turn_{0};
};

} // namespace chancery::net
