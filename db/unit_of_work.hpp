#pragma once

#include "core/model/audit.hpp"
#include "db/session.hpp"

#include <functional>
#include <vector>

namespace chancery::db {

/// One transaction: everything in it happens or nothing does. Ends when the function it was handed to returns: a value,
/// or a Result that has one, commits; a refusal or an exception rolls back.
class UnitOfWork {
public:
    explicit UnitOfWork(Session& session) : session_(session) {}

    UnitOfWork(const UnitOfWork&) = delete;
    UnitOfWork& operator=(const UnitOfWork&) = delete;

    Session& session() { return session_; }

    operator Session&()
    {
        return session_;
    } // NOLINT(google-explicit-constructor): a unit of work is used as its session

    /// A record of what this unit does; written with it, and rolled back with it. Sequence and hashes are given at the
    /// end.
    void audit(AuditEvent event) { events_.push_back(std::move(event)); }

    /// A record that stays when the unit is refused (a Result without a value): the refusal's own trace. When the unit
    /// commits it is written as well. Lost only when the unit ends by an exception.
    void audit_always(AuditEvent event) { kept_events_.push_back(std::move(event)); }

    /// Something that is written when the unit commits and when it is refused: what a refusal itself has to say, beyond
    /// its audit record. Runs in the same transaction, after the unit's own statements or their undoing. Lost only when
    /// the unit ends by an exception.
    void write_always(std::function<void(Session&)> write) { kept_writes_.push_back(std::move(write)); }

    /// Runs once this unit is durable, on a database thread: for waking a worker, dropping a cache. Must not throw.
    void on_commit(std::function<void()> action) { on_commit_.push_back(std::move(action)); }

    const std::vector<AuditEvent>& events() const { return events_; }

    const std::vector<AuditEvent>& kept_events() const { return kept_events_; }

    const std::vector<std::function<void(Session&)>>& kept_writes() const { return kept_writes_; }

    std::vector<std::function<void()>>& commit_actions() { return on_commit_; }

private:
    Session& session_;
    std::vector<AuditEvent> events_;
    std::vector<AuditEvent> kept_events_;
    std::vector<std::function<void(Session&)>> kept_writes_;
    std::vector<std::function<void()>> on_commit_;
};

} // namespace chancery::db
