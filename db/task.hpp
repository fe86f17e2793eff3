#pragma once

#include "core/metrics.hpp"
#include "db/store.hpp"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace chancery::db {

/// A unit of work, or a read, on its way through a database thread.
struct Task {
    std::function<bool(UnitOfWork&)>* write = nullptr; ///< one of the two; lives in the waiting caller
    std::function<void(Session&)>* read = nullptr;
    std::move_only_function<void(std::exception_ptr)> resume{}; ///< called once, when the outcome is durable
    std::chrono::steady_clock::time_point queued_at{};
};

using TaskPtr = std::unique_ptr<Task>;

/// A bounded queue between callers and database threads.
class TaskQueue {
public:
    explicit TaskQueue(std::size_t bound) : bound_(bound) {}

    /// Throws StoreBusy when full, std::runtime_error when closed; `task` is taken only when it does not throw.
    void push(TaskPtr& task);
    /// Up to `most` tasks, oldest first; waits for the first. None: the queue is closed and empty.
    std::vector<TaskPtr> pop(std::size_t most);
    /// No more pushes; what is queued is still popped.
    void close();
    std::size_t size() const;

private:
    std::size_t bound_;
    mutable std::mutex mutex_{};
    std::condition_variable filled_{};
    std::deque<TaskPtr> tasks_{};
    bool closed_ = false;
};

/// What the store tells of itself.
struct StoreMetrics {
    explicit StoreMetrics(metrics::Registry& registry);

    /// Observes how long a task waited, and gives the moment at which it starts.
    std::chrono::steady_clock::time_point started(const Task& task);
    void finished(std::chrono::steady_clock::time_point started);

    metrics::Histogram& wait;
    metrics::Histogram& run;
    metrics::Histogram& group;
    metrics::Counter& committed;
    metrics::Counter& refused;
    metrics::Counter& failed;
    metrics::Counter& retried;
    metrics::Counter& reads;
    metrics::Counter& commits;
};

} // namespace chancery::db
