#include "db/postgres_writer.hpp"

#include "db/engine.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace chancery::db {
namespace {

using std::chrono::steady_clock;

// PostgreSQL keeps 64 subtransactions at hand for each transaction; beyond that, every snapshot of every connection
// gets slower.
constexpr std::size_t kMaxUnits = 60;
// The first unit of a group waits for the others.
constexpr auto kMaxTime = std::chrono::milliseconds(20);

// A group holds the locks of all its units, so a unit that waits would make two groups wait for each other where two
// units would not. It waits briefly, and then alone, after the group and in nobody's way.
constexpr auto kBeginGroup = "BEGIN; SET LOCAL lock_timeout = '50ms'";
constexpr auto kBeginAlone = "BEGIN";
constexpr auto kCommit = "COMMIT";
constexpr auto kRollback = "ROLLBACK";
constexpr auto kFirstSavepoint = "SAVEPOINT unit";
constexpr auto kNextSavepoint = "RELEASE SAVEPOINT unit; SAVEPOINT unit";
constexpr auto kRollbackToSavepoint = "ROLLBACK TO SAVEPOINT unit";

} // namespace

PostgresWriter::PostgresWriter(PostgresConnection& connection, PostgresQueue& queue, Sha256Hex sha256_hex,
                               StoreMetrics& metrics, std::size_t max_group)
    : connection_(connection), queue_(queue), sha256_hex_(sha256_hex), metrics_(metrics),
      max_group_(std::clamp<std::size_t>(max_group, 1, kMaxUnits))
{
}

void PostgresWriter::run(TaskPtr first)
{
    Units units;
    units.push_back({.task = std::move(first)});
    run_group(std::move(units), true);
    // What is left waits, for a row or for a database that comes back: others may write meanwhile.
    queue_.finish_writing();
    while (!aside_.empty()) {
        auto next = std::move(aside_.front());
        aside_.pop_front();
        next.front().retries.back_off();
        run_group(std::move(next), false);
    }
}

void PostgresWriter::run_group(Units units, bool may_grow)
{
    alone_ = !may_grow && units.size() == 1;
    waiting_ = std::move(units);
    group_.clear();
    records_.clear();
    kept_writes_.clear();
    at_ = At::Nothing;
    commit_was_sent_ = false;
    bool has_turn = false;
    std::exception_ptr error;
    try {
        has_turn = fill(may_grow);
        commit_group();
    } catch (...) {
        error = std::current_exception();
    }
    if (error) {
        give_up(error);
    }
    if (has_turn) {
        queue_.end_turn();
    }
    answer();
}

/// Runs units until the group is to commit; whether it has the turn then.
bool PostgresWriter::fill(bool may_grow)
{
    const auto began = steady_clock::now();
    std::reverse(waiting_.begin(), waiting_.end());
    while (!waiting_.empty()) {
        auto next = std::move(waiting_.back());
        waiting_.pop_back();
        run_unit(std::move(next));
    }
    for (;;) {
        const bool wants_turn = !records_.empty();
        auto task = queue_.more(may_grow && has_room(began), wants_turn);
        if (!task) {
            return wants_turn;
        }
        run_unit({.task = std::move(task)});
    }
}

bool PostgresWriter::has_room(steady_clock::time_point began) const
{
    return group_.size() < max_group_ && steady_clock::now() - began < kMaxTime;
}

void PostgresWriter::run_unit(Unit next)
{
    auto& unit = group_.emplace_back(std::move(next));
    const auto started = unit.work ? steady_clock::now() : metrics_.started(*unit.task);
    begin_unit();
    attempt(unit);
    metrics_.finished(started);
    if (unit.error) {
        const auto kind = kind_of(unit.error);
        if (kind == DatabaseError::Kind::ConnectionLost) {
            std::rethrow_exception(std::exchange(unit.error, nullptr));
        }
        undo_unit();
        if (unit.retries.again(kind) || (kind == DatabaseError::Kind::LockWait && !alone_)) {
            metrics_.retried.add();
            unit.error = nullptr;
            aside_.emplace_back().push_back(std::move(unit));
            group_.pop_back();
        }
        return;
    }
    if (unit.kept) {
        records_.insert(records_.end(), unit.work->events().begin(), unit.work->events().end());
    } else {
        undo_unit();
    }
    records_.insert(records_.end(), unit.work->kept_events().begin(), unit.work->kept_events().end());
    kept_writes_.insert(kept_writes_.end(), unit.work->kept_writes().begin(), unit.work->kept_writes().end());
}

void PostgresWriter::begin_unit()
{
    auto& session = connection_.session();
    switch (at_) {
        case At::Nothing:
            run_script(session, alone_ ? kBeginAlone : kBeginGroup);
            at_ = At::First;
            return;
        case At::First:
            run_script(session, kFirstSavepoint);
            break;
        case At::Unit:
            run_script(session, kNextSavepoint);
            break;
        case At::Savepoint:
            break;
    }
    at_ = At::Unit;
}

void PostgresWriter::attempt(Unit& unit)
{
    auto& session = connection_.session();
    unit.work = std::make_unique<UnitOfWork>(session);
    unit.kept = false;
    try {
        const bool keep = (*unit.task->write)(*unit.work);
        if (keep && in_failed_transaction(session)) {
            throw std::logic_error("a unit of work went on after a statement had failed");
        }
        unit.kept = keep;
    } catch (...) {
        unit.error = std::current_exception();
    }
}

void PostgresWriter::undo_unit()
{
    const bool has_savepoint = at_ == At::Unit;
    run_script(connection_.session(), has_savepoint ? kRollbackToSavepoint : kRollback);
    at_ = has_savepoint ? At::Savepoint : At::Nothing;
}

void PostgresWriter::commit_group()
{
    if (at_ == At::Nothing && records_.empty() && kept_writes_.empty()) {
        return;
    }
    auto& session = connection_.session();
    if (at_ == At::Nothing) {
        run_script(session, kBeginAlone);
    }
    for (const auto& write : kept_writes_) {
        write(session);
    }
    AuditLog audit(session, sha256_hex_);
    audit.append(std::move(records_));
    audit.finish();
    commit_was_sent_ = true;
    run_script(session, kCommit);
    metrics_.commits.add();
    metrics_.group.observe(static_cast<double>(group_.size()));
}

/// The transaction did not happen, or nobody knows whether it did.
void PostgresWriter::give_up(const std::exception_ptr& error)
{
    const auto kind = connection_.recover(error);
    const bool lost = kind == DatabaseError::Kind::ConnectionLost;
    auto units = std::exchange(group_, {});
    const bool one_spoils_the_others = kind == DatabaseError::Kind::Other && units.size() > 1;
    std::move(waiting_.rbegin(), waiting_.rend(), std::back_inserter(units));
    waiting_.clear();
    Units together;
    for (auto& unit : units) {
        unit.kept = false;
        // After COMMIT was sent nobody knows whether it happened; running the units again could do them twice.
        const bool known = !(lost && commit_was_sent_);
        if (!known || !(unit.retries.again(kind) || one_spoils_the_others)) {
            unit.error = error;
            group_.push_back(std::move(unit));
            continue;
        }
        metrics_.retried.add();
        unit.error = nullptr;
        // No unit is to blame for a lost connection; whatever else it was, it does not meet the others again.
        auto& to = lost ? together : aside_.emplace_back();
        to.push_back(std::move(unit));
    }
    if (!together.empty()) {
        aside_.push_front(std::move(together));
    }
}

void PostgresWriter::answer()
{
    for (auto& unit : group_) {
        if (unit.error) {
            metrics_.failed.add();
        } else if (unit.kept) {
            metrics_.committed.add();
            run_commit_actions(*unit.work);
        } else {
            metrics_.refused.add();
        }
    }
    for (auto& unit : group_) {
        // Moved out, so that the exception ends with the caller and not, at any later moment, here.
        unit.task->resume(std::exchange(unit.error, nullptr));
    }
    group_.clear();
}

} // namespace chancery::db
