#include "core/log.hpp"
#include "core/random.hpp"
#include "db/audit_log.hpp"
#include "db/connection.hpp"
#include "db/engine.hpp"

#include <array>
#include <optional>
#include <thread>

namespace chancery::db {
namespace {

constexpr auto kBeginWrite = "BEGIN";
constexpr auto kBeginRead = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
constexpr auto kCommit = "COMMIT";
constexpr auto kRollback = "ROLLBACK";

constexpr int kMaxConflicts = 10;
constexpr int kMaxReconnects = 3;

/// 1 to 2, 2 to 4, 4 to 8 … ms: two that met once should not meet again.
void back_off(int attempt)
{
    std::array<unsigned char, 2> bytes{};
    random_bytes(bytes);
    const auto base = 1000L << std::min(attempt, 6);
    const auto jitter = (bytes[0] * 256L + bytes[1]) % base;
    std::this_thread::sleep_for(std::chrono::microseconds(base + jitter));
}

/// One connection with its thread: runs tasks one after the other, each in a transaction.
class Worker {
public:
    Worker(std::string url, std::unique_ptr<Session> session, Sha256Hex sha256_hex, StoreMetrics& metrics)
        : url_(std::move(url)), session_(std::move(session)), sha256_hex_(sha256_hex), metrics_(metrics)
    {
    }

    void run(Task& task);

private:
    void try_until_done(Task& task);
    void write_once(Task& task);
    void read_once(Task& task);
    void append_kept_events(UnitOfWork& unit);
    void commit();
    void reset_after_error();
    void connect_if_needed();
    bool may_run_again(const DatabaseError& error, int& conflicts, int& reconnects);

    std::string url_;
    std::unique_ptr<Session> session_;
    Sha256Hex sha256_hex_;
    StoreMetrics& metrics_;
    bool commit_was_sent_ = false;
};

void Worker::run(Task& task)
{
    const auto started = metrics_.started(task);
    std::exception_ptr error;
    try {
        try_until_done(task);
    } catch (...) {
        error = std::current_exception();
        if (task.write != nullptr) {
            metrics_.failed.add();
        }
    }
    metrics_.finished(started);
    task.resume(std::move(error));
}

void Worker::try_until_done(Task& task)
{
    int conflicts = 0;
    int reconnects = 0;
    for (;;) {
        try {
            commit_was_sent_ = false;
            connect_if_needed();
            return task.write != nullptr ? write_once(task) : read_once(task);
        } catch (const DatabaseError& error) {
            if (error.kind() == DatabaseError::Kind::ConnectionLost) {
                log::warning("database.connection_lost", {{"error", error.what()}});
                session_.reset();
            }
            reset_after_error();
            if (!may_run_again(error, conflicts, reconnects)) {
                throw;
            }
            metrics_.retried.add();
        } catch (...) {
            reset_after_error();
            throw;
        }
    }
}

bool Worker::may_run_again(const DatabaseError& error, int& conflicts, int& reconnects)
{
    switch (error.kind()) {
        case DatabaseError::Kind::Conflict:
            back_off(conflicts);
            return ++conflicts <= kMaxConflicts;
        case DatabaseError::Kind::ConnectionLost:
            // After COMMIT was sent nobody knows whether it happened; running the unit again could do it twice.
            if (commit_was_sent_) {
                return false;
            }
            back_off(6);
            return ++reconnects <= kMaxReconnects;
        case DatabaseError::Kind::Other:
            return false;
    }
    return false;
}

void Worker::write_once(Task& task)
{
    UnitOfWork unit(*session_);
    run_script(*session_, kBeginWrite);
    if (!(*task.write)(unit)) {
        run_script(*session_, kRollback);
        append_kept_events(unit);
        metrics_.refused.add();
        return;
    }
    AuditLog audit(*session_, sha256_hex_);
    audit.append(unit.events());
    audit.append(unit.kept_events());
    audit.finish();
    commit();
    metrics_.committed.add();
    metrics_.group.observe(1);
    run_commit_actions(unit);
}

void Worker::append_kept_events(UnitOfWork& unit)
{
    // The refused unit left nothing behind, so its trace is as good in a transaction of its own, and units that are not
    // refused need no savepoint.
    if (unit.kept_events().empty()) {
        return;
    }
    run_script(*session_, kBeginWrite);
    AuditLog audit(*session_, sha256_hex_);
    audit.append(unit.kept_events());
    audit.finish();
    commit();
}

void Worker::commit()
{
    commit_was_sent_ = true;
    run_script(*session_, kCommit);
    metrics_.commits.add();
}

void Worker::read_once(Task& task)
{
    run_script(*session_, kBeginRead);
    (*task.read)(*session_);
    run_script(*session_, kCommit);
    metrics_.reads.add();
}

void Worker::reset_after_error()
{
    try {
        if (session_ && is_connected(*session_) && in_transaction(*session_)) {
            run_script(*session_, kRollback);
        }
    } catch (const std::exception& error) {
        log::warning("database.rollback_failed", {{"error", error.what()}});
    }
    if (session_ && !is_connected(*session_)) {
        session_.reset();
    }
}

void Worker::connect_if_needed()
{
    if (!session_) {
        session_ = open_postgres(url_);
        log::info("database.reconnected");
    }
}

class PostgresEngine final : public Engine {
public:
    PostgresEngine(const StoreConfig& config, metrics::Registry& registry)
        : url_(config.url), metrics_(registry), tasks_(config.max_queue)
    {
        for (int i = 0; i < std::max(1, config.connections); ++i) {
            workers_.push_back(std::make_unique<Worker>(url_, open_postgres(url_), config.sha256_hex, metrics_));
        }
        for (auto& worker : workers_) {
            threads_.emplace_back([this, &worker = *worker] {
                for (auto tasks = tasks_.pop(1); !tasks.empty(); tasks = tasks_.pop(1)) {
                    worker.run(*tasks.front());
                }
            });
        }
    }

    ~PostgresEngine() override { close(); }

    void submit_write(TaskPtr& task) override { tasks_.push(task); }

    void submit_read(TaskPtr& task) override { tasks_.push(task); }

    std::size_t queued() const override { return tasks_.size(); }

    std::unique_ptr<Session> connect() override { return open_postgres(url_); }

    Dialect dialect() const override { return Dialect::Postgres; }

    void close() override
    {
        tasks_.close();
        threads_.clear();
        workers_.clear();
    }

private:
    std::string url_;
    StoreMetrics metrics_;
    TaskQueue tasks_;
    std::vector<std::unique_ptr<Worker>> workers_{};
    std::vector<std::jthread> threads_{}; ///< last member: they end before what they use
};

} // namespace

std::unique_ptr<Engine> make_postgres_engine(const StoreConfig& config, metrics::Registry& registry)
{
    return std::make_unique<PostgresEngine>(config, registry);
}

} // namespace chancery::db
