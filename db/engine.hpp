#pragma once

#include "db/task.hpp"

#include <memory>

namespace chancery::db {

/// What differs between the two databases: how units of work reach their commit. Threads start with construction.
class Engine {
public:
    virtual ~Engine() = default;
    virtual void submit_write(TaskPtr& task) = 0; ///< as TaskQueue::push
    virtual void submit_read(TaskPtr& task) = 0;
    /// Runs a read on the calling thread if that is possible at once; false otherwise, and nothing has happened.
    virtual bool read_here(Task& task) = 0;
    virtual std::size_t queued() const = 0;
    /// Finishes what is queued and joins the threads; again is nothing.
    virtual void close() = 0;
    /// A connection of the caller's own, for migrations.
    virtual std::unique_ptr<Session> connect() = 0;
    virtual Dialect dialect() const = 0;
};

std::unique_ptr<Engine> make_sqlite_engine(const StoreConfig& config, metrics::Registry& registry);
std::unique_ptr<Engine> make_postgres_engine(const StoreConfig& config, metrics::Registry& registry);

/// Runs what units wanted done after their commit. An action that throws is logged: the commit is a fact.
void run_commit_actions(UnitOfWork& unit);

} // namespace chancery::db
