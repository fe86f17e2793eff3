#include "core/log.hpp"
#include "db/audit_log.hpp"
#include "db/connection.hpp"
#include "db/engine.hpp"
#include "db/statement.hpp"

#include <mutex>
#include <optional>
#include <thread>

namespace chancery::db {
namespace {

constexpr std::string_view kBeginWrite = "BEGIN IMMEDIATE";
constexpr std::string_view kBeginRead = "BEGIN";
constexpr std::string_view kCommit = "COMMIT";
constexpr std::string_view kSavepoint = "SAVEPOINT unit";
constexpr std::string_view kRelease = "RELEASE unit";
constexpr std::string_view kRollbackTo = "ROLLBACK TO unit";

constexpr std::size_t kManyUnits = 6;
constexpr std::chrono::microseconds kGatherStep{500};
constexpr std::chrono::microseconds kGatherTime{4000};

void execute(Session& session, std::string_view sql)
{
    Query(session, sql).run();
}

/// Ends whatever transaction is open; nothing to do when SQLite ended it by itself.
void roll_back(Session& session) noexcept
{
    try {
        if (in_transaction(session)) {
            run_script(session, "ROLLBACK");
        }
    } catch (const std::exception& error) {
        log::error("database.rollback_failed", {{"error", error.what()}});
    }
}

/// One commit's worth of units of work, on the writer's thread.
class Group {
public:
    Group(Session& session, Sha256Hex sha256_hex, StoreMetrics& metrics, std::vector<TaskPtr> tasks)
        : session_(session), audit_(session, sha256_hex), metrics_(metrics), tasks_(std::move(tasks))
    {
    }

    void run();

private:
    struct Ran {
        Task& task;
        std::unique_ptr<UnitOfWork> unit;
        std::exception_ptr error{};
        bool kept = false; ///< its effects are in the transaction
    };

    void run_units();
    void run_unit(Ran& ran);
    void keep_or_refuse(Ran& ran, bool keep);
    void abandon(Ran& ran, const std::optional<AuditHead>& mark);
    void answer(const std::exception_ptr& group_error);

    Session& session_;
    AuditLog audit_;
    StoreMetrics& metrics_;
    std::vector<TaskPtr> tasks_;
    std::vector<Ran> ran_{};
};

void Group::run()
{
    std::exception_ptr error;
    try {
        execute(session_, kBeginWrite);
        run_units();
        audit_.finish();
        execute(session_, kCommit);
        metrics_.commits.add();
    } catch (...) {
        error = std::current_exception();
        roll_back(session_);
    }
    metrics_.group.observe(static_cast<double>(tasks_.size()));
    answer(error);
}

void Group::run_units()
{
    ran_.reserve(tasks_.size());
    for (auto& task : tasks_) {
        auto& ran = ran_.emplace_back(Ran{.task = *task, .unit = std::make_unique<UnitOfWork>(session_)});
        const auto started = metrics_.started(*task);
        run_unit(ran);
        metrics_.finished(started);
    }
}

void Group::run_unit(Ran& ran)
{
    const auto mark = audit_.mark();
    execute(session_, kSavepoint);
    try {
        const bool keep = (*ran.task.write)(*ran.unit);
        keep_or_refuse(ran, keep);
    } catch (...) {
        ran.error = std::current_exception();
        abandon(ran, mark);
    }
}

void Group::keep_or_refuse(Ran& ran, bool keep)
{
    if (keep) {
        audit_.append(ran.unit->events());
    } else {
        execute(session_, kRollbackTo);
    }
    for (const auto& write : ran.unit->kept_writes()) {
        write(session_);
    }
    audit_.append(ran.unit->kept_events());
    execute(session_, kRelease);
    ran.kept = keep;
}

void Group::abandon(Ran& ran, const std::optional<AuditHead>& mark)
{
    // A full disk or an I/O error ends the whole transaction: then nobody of the group has anything.
    if (!in_transaction(session_)) {
        std::rethrow_exception(ran.error);
    }
    execute(session_, kRollbackTo);
    execute(session_, kRelease);
    audit_.go_back(mark);
}

void Group::answer(const std::exception_ptr& group_error)
{
    for (auto& ran : ran_) {
        if (group_error || ran.error) {
            metrics_.failed.add();
        } else if (ran.kept) {
            metrics_.committed.add();
            run_commit_actions(*ran.unit);
        } else {
            metrics_.refused.add();
        }
    }
    for (std::size_t i = 0; i < tasks_.size(); ++i) {
        auto error = group_error;
        if (!error && i < ran_.size()) {
            // Moved out, so that the exception ends with the caller and not, at any later moment, here.
            error.swap(ran_[i].error);
        }
        tasks_[i]->resume(std::move(error));
    }
}

class SqliteEngine final : public Engine {
public:
    SqliteEngine(const StoreConfig& config, metrics::Registry& registry)
        : file_(config.url.substr(std::string_view("sqlite:").size())), max_group_(config.max_group),
          sha256_hex_(config.sha256_hex), metrics_(registry), writes_(config.max_queue), reads_(config.max_queue)
    {
        // The writer first: it makes the file. Every connection is open before a thread starts, so that failures throw
        // here.
        auto writer = open_sqlite(file_, Access::ReadWrite);
        std::vector<std::unique_ptr<Session>> readers;
        for (int i = 0; i < std::max(1, config.readers); ++i) {
            readers.push_back(open_sqlite(file_, Access::ReadOnly));
        }
        here_ = open_sqlite(file_, Access::ReadOnly);
        threads_.emplace_back([this, session = std::move(writer)] { write_loop(*session); });
        for (auto& reader : readers) {
            threads_.emplace_back([this, session = std::move(reader)] { read_loop(*session); });
        }
    }

    ~SqliteEngine() override { close(); }

    void submit_write(TaskPtr& task) override { writes_.push(task); }

    void submit_read(TaskPtr& task) override { reads_.push(task); }

    bool read_here(Task& task) override
    {
        const std::unique_lock lock(here_mutex_, std::try_to_lock);
        if (!lock || !here_) {
            return false;
        }
        task.queued_at = std::chrono::steady_clock::now();
        read(*here_, task);
        return true;
    }

    std::size_t queued() const override { return writes_.size() + reads_.size(); }

    std::unique_ptr<Session> connect() override { return open_sqlite(file_, Access::ReadWrite); }

    Dialect dialect() const override { return Dialect::Sqlite; }

    void close() override
    {
        writes_.close();
        reads_.close();
        threads_.clear();
        // The last connection to close copies the log back into the file, and removes it. Of two that close at once
        // each may think that the other will.
        const std::lock_guard lock(here_mutex_);
        here_.reset();
    }

private:
    void write_loop(Session& session)
    {
        for (auto tasks = writes_.pop(max_group_); !tasks.empty(); tasks = writes_.pop(max_group_)) {
            const auto size = tasks.size();
            Group(session, sha256_hex_, metrics_, std::move(tasks)).run();
            gather(size);
        }
    }

    /// A commit costs the same for one unit as for many: the flush, and most of the pages. Where units come in numbers
    /// the next ones are on their way, and a moment's wait brings more of them together. It ends when no more come, for
    /// then everybody waits for this commit; a few callers never wait.
    void gather(std::size_t last_group) const
    {
        if (last_group < kManyUnits) {
            return;
        }
        auto gathered = writes_.size();
        for (auto waited = kGatherStep; waited <= kGatherTime; waited += kGatherStep) {
            std::this_thread::sleep_for(kGatherStep);
            const auto queued = writes_.size();
            if (queued == gathered) {
                return;
            }
            gathered = queued;
        }
    }

    void read_loop(Session& session)
    {
        for (auto tasks = reads_.pop(1); !tasks.empty(); tasks = reads_.pop(1)) {
            read(session, *tasks.front());
        }
    }

    void read(Session& session, Task& task)
    {
        const auto started = metrics_.started(task);
        std::exception_ptr error;
        try {
            execute(session, kBeginRead);
            (*task.read)(session);
            execute(session, kCommit);
        } catch (...) {
            error = std::current_exception();
            roll_back(session);
        }
        metrics_.finished(started);
        metrics_.reads.add();
        task.resume(std::move(error));
    }

    std::string file_;
    std::size_t max_group_;
    Sha256Hex sha256_hex_;
    StoreMetrics metrics_;
    TaskQueue writes_;
    TaskQueue reads_;
    std::mutex here_mutex_{};
    std::unique_ptr<Session> here_{};     ///< for what is read on the caller's thread; none once closed
    std::vector<std::jthread> threads_{}; ///< last member: they end before what they use
};

} // namespace

std::unique_ptr<Engine> make_sqlite_engine(const StoreConfig& config, metrics::Registry& registry)
{
    return std::make_unique<SqliteEngine>(config, registry);
}

} // namespace chancery::db
