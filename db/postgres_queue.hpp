#pragma once

#include "db/task.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <vector>

namespace chancery::db {

/// What waits for one of the connections to PostgreSQL. Reads are free for all of them; units of work for a quarter of
/// them, so that reads find one. Groups of one process store their audit records one after the other: they take
/// turns here, so that at most one of them waits for the head of the audit log at the database, and the others grow.
class PostgresQueue {
public:
    /// `bound` for units and for reads, each; `connections` that come to take.
    PostgresQueue(std::size_t bound, int connections);

    /// As TaskQueue::push.
    void push_write(TaskPtr& task);
    void push_read(TaskPtr& task);

    /// One unit of work, or reads that were all queued before this returned.
    struct Taken {
        TaskPtr write{};
        std::vector<TaskPtr> reads{};
    };

    /// Waits for something to do, the oldest first; nothing: the queue is closed and empty. Who gets a unit calls
    /// finish_writing() when it and the group that it begins are through.
    std::optional<Taken> take();

    /// Another unit for a group; null when the group is to commit. With `wants_turn` that is when its turn has come,
    /// which it keeps until end_turn(); else when nothing is queued. Without `may_grow` never a unit.
    TaskPtr more(bool may_grow, bool wants_turn);
    void end_turn();
    void finish_writing();

    void close();
    std::size_t size() const;

private:
    void push(std::deque<TaskPtr>& queue, TaskPtr& task, bool to_group);

    bool may_take_write() const { return !writes_.empty() && writing_ < writers_; }

    bool may_take() const { return !reads_.empty() || may_take_write(); }

    std::vector<TaskPtr> take_reads();

    const std::size_t bound_;
    const int writers_;
    mutable std::mutex mutex_{};
    std::condition_variable idle_{};    ///< connections without work
    std::condition_variable growing_{}; ///< groups that wait for their turn
    std::deque<TaskPtr> writes_{};
    std::deque<TaskPtr> reads_{};
    int growing_count_ = 0;
    int writing_ = 0;
    bool turn_taken_ = false;
    bool closed_ = false;
};

} // namespace chancery::db
