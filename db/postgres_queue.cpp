#include "db/postgres_queue.hpp"

#include <algorithm>

namespace chancery::db {
namespace {

using std::chrono::steady_clock;

// Reads that share a snapshot when they come faster than connections take them.
constexpr std::size_t kMaxReads = 8;
// Two groups at a time, of eight connections, are one that works and one that commits; a distant database, where the
// way there and back is what takes long, gets more of both by more connections.
constexpr int kConnectionsForEachWriter = 4;

TaskPtr pop_front(std::deque<TaskPtr>& queue)
{
    auto task = std::move(queue.front());
    queue.pop_front();
    return task;
}

} // namespace

PostgresQueue::PostgresQueue(std::size_t bound, int connections)
    : bound_(bound), writers_(std::max(1, connections / kConnectionsForEachWriter))
{
}

void PostgresQueue::push_write(TaskPtr& task)
{
    push(writes_, task, true);
}

void PostgresQueue::push_read(TaskPtr& task)
{
    push(reads_, task, false);
}

void PostgresQueue::push(std::deque<TaskPtr>& queue, TaskPtr& task, bool to_group)
{
    const std::lock_guard lock(mutex_);
    if (closed_) {
        throw std::runtime_error("the database is closed");
    }
    if (queue.size() >= bound_) {
        throw StoreBusy();
    }
    task->queued_at = steady_clock::now();
    queue.push_back(std::move(task));
    // A group that waits anyway takes another unit along for nothing.
    if (to_group && growing_count_ > 0) {
        growing_.notify_one();
    } else if (may_take()) {
        idle_.notify_one();
    }
}

std::optional<PostgresQueue::Taken> PostgresQueue::take()
{
    std::unique_lock lock(mutex_);
    idle_.wait(lock, [this] { return may_take() || (closed_ && writes_.empty() && reads_.empty()); });
    if (!may_take()) {
        return std::nullopt;
    }
    Taken taken;
    const bool write = may_take_write() && (reads_.empty() || writes_.front()->queued_at <= reads_.front()->queued_at);
    if (write) {
        taken.write = pop_front(writes_);
        ++writing_;
    } else {
        taken.reads = take_reads();
    }
    if (may_take()) {
        idle_.notify_one();
    } else if (closed_) {
        idle_.notify_all();
    }
    return taken;
}

std::vector<TaskPtr> PostgresQueue::take_reads()
{
    std::vector<TaskPtr> taken;
    while (taken.size() < kMaxReads && !reads_.empty()) {
        taken.push_back(pop_front(reads_));
    }
    return taken;
}

TaskPtr PostgresQueue::more(bool may_grow, bool wants_turn)
{
    std::unique_lock lock(mutex_);
    const auto unit_is_there = [&] { return may_grow && !writes_.empty(); };
    growing_count_ += may_grow ? 1 : 0;
    growing_.wait(lock, [&] { return unit_is_there() || !wants_turn || !turn_taken_; });
    growing_count_ -= may_grow ? 1 : 0;
    if (unit_is_there()) {
        return pop_front(writes_);
    }
    turn_taken_ = turn_taken_ || wants_turn;
    if (may_take()) {
        idle_.notify_one();
    }
    return nullptr;
}

void PostgresQueue::end_turn()
{
    const std::lock_guard lock(mutex_);
    turn_taken_ = false;
    growing_.notify_all();
}

void PostgresQueue::finish_writing()
{
    const std::lock_guard lock(mutex_);
    --writing_;
    if (may_take()) {
        idle_.notify_one();
    } else if (closed_) {
        idle_.notify_all();
    }
}

void PostgresQueue::close()
{
    const std::lock_guard lock(mutex_);
    closed_ = true;
    idle_.notify_all();
}

std::size_t PostgresQueue::size() const
{
    const std::lock_guard lock(mutex_);
    return writes_.size() + reads_.size();
}

} // namespace chancery::db
