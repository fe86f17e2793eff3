#pragma once

#include "db/audit_log.hpp"
#include "db/postgres_connection.hpp"
#include "db/postgres_queue.hpp"

#include <chrono>
#include <deque>
#include <exception>
#include <memory>
#include <vector>

namespace chancery::db {

/// Runs units of work on one connection to PostgreSQL, those that are queued as a group: each in a savepoint, the audit
/// records of all of them last, one commit. Nobody is answered before that commit; when it does not happen, every unit
/// of the group runs again, because each may have seen what the others did.
class PostgresWriter {
public:
    /// `max_group`: units in one commit, at most.
    PostgresWriter(PostgresConnection& connection, PostgresQueue& queue, Sha256Hex sha256_hex, StoreMetrics& metrics,
                   std::size_t max_group);

    /// A group that begins with this unit, until each of its units is answered.
    void run(TaskPtr first);

private:
    struct Unit {
        TaskPtr task{};
        Retries retries{};
        std::unique_ptr<UnitOfWork> work{}; ///< of its latest run
        std::exception_ptr error{};         ///< what its caller gets
        bool kept = false;                  ///< its effects are in the transaction
    };

    using Units = std::vector<Unit>;

    /// Where the connection is.
    enum class At {
        Nothing,   ///< no transaction is open
        First,     ///< one unit ran, outside any savepoint
        Savepoint, ///< nothing happened since the savepoint
        Unit       ///< one unit ran since the savepoint
    };

    void run_group(Units units, bool may_grow);
    bool fill(bool may_grow);
    bool has_room(std::chrono::steady_clock::time_point began) const;
    void run_unit(Unit next);
    void begin_unit();
    void attempt(Unit& unit);
    void undo_unit();
    void commit_group();
    void give_up(const std::exception_ptr& error);
    void answer();

    PostgresConnection& connection_;
    PostgresQueue& queue_;
    Sha256Hex sha256_hex_;
    StoreMetrics& metrics_;
    std::size_t max_group_;

    // Of the group that runs:
    Units waiting_{};                   ///< units that it begins with
    Units group_{};                     ///< units that ran
    std::vector<AuditEvent> records_{}; ///< of all of them
    std::vector<std::function<void(Session&)>> kept_writes_{};
    At at_ = At::Nothing;
    bool alone_ = false; ///< it is one unit, which may wait for locks as long as it takes
    bool commit_was_sent_ = false;

    std::deque<Units> aside_{}; ///< groups to run when this one is through, without growing
};

} // namespace chancery::db
