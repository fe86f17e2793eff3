#include "db/engine.hpp"
#include "db/postgres_connection.hpp"
#include "db/postgres_queue.hpp"
#include "db/postgres_writer.hpp"

#include <algorithm>
#include <thread>
#include <utility>

namespace chancery::db {
namespace {

constexpr auto kBeginRead = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
constexpr auto kCommit = "COMMIT";

/// Reads that were queued together, in one transaction and so of one state, each answered as soon as it is through.
class Reader {
public:
    Reader(PostgresConnection& connection, StoreMetrics& metrics) : connection_(connection), metrics_(metrics) {}

    void run(std::vector<TaskPtr> tasks);

private:
    std::exception_ptr outcome_of(Task& task);
    DatabaseError::Kind recover(const std::exception_ptr& error);
    void end();

    PostgresConnection& connection_;
    StoreMetrics& metrics_;
    bool open_ = false;
};

void Reader::run(std::vector<TaskPtr> tasks)
{
    for (auto& task : tasks) {
        const auto started = metrics_.started(*task);
        auto error = outcome_of(*task);
        metrics_.reads.add();
        metrics_.finished(started);
        task->resume(std::move(error));
    }
    end();
}

/// Reads, again when that helps; the error that is left.
std::exception_ptr Reader::outcome_of(Task& task)
{
    for (Retries retries;; retries.back_off()) {
        try {
            auto& session = connection_.session();
            if (!open_) {
                run_script(session, kBeginRead);
                open_ = true;
            }
            (*task.read)(session);
            return nullptr;
        } catch (...) {
            const auto error = std::current_exception();
            if (!retries.again(recover(error))) {
                return error;
            }
            metrics_.retried.add();
        }
    }
}

DatabaseError::Kind Reader::recover(const std::exception_ptr& error)
{
    open_ = false;
    return connection_.recover(error);
}

void Reader::end()
{
    try {
        if (std::exchange(open_, false)) {
            run_script(connection_.session(), kCommit);
        }
    } catch (...) {
        // Everybody has an answer already.
        recover(std::current_exception());
    }
}

/// One connection with its thread.
class Worker {
public:
    Worker(const StoreConfig& config, PostgresQueue& queue, StoreMetrics& metrics)
        : connection_(config.url), queue_(queue), reader_(connection_, metrics),
          writer_(connection_, queue, config.sha256_hex, metrics, config.max_group)
    {
    }

    void run()
    {
        while (auto taken = queue_.take()) {
            if (taken->write) {
                writer_.run(std::move(taken->write));
            } else {
                reader_.run(std::move(taken->reads));
            }
        }
    }

private:
    PostgresConnection connection_;
    PostgresQueue& queue_;
    Reader reader_;
    PostgresWriter writer_;
};

class PostgresEngine final : public Engine {
public:
    PostgresEngine(const StoreConfig& config, metrics::Registry& registry)
        : url_(config.url), metrics_(registry), queue_(config.max_queue, config.connections)
    {
        // Every connection is open before a thread starts, so that failures throw here.
        for (int i = 0; i < std::max(1, config.connections); ++i) {
            workers_.push_back(std::make_unique<Worker>(config, queue_, metrics_));
        }
        for (auto& worker : workers_) {
            threads_.emplace_back([&worker = *worker] { worker.run(); });
        }
    }

    ~PostgresEngine() override { close(); }

    void submit_write(TaskPtr& task) override { queue_.push_write(task); }

    void submit_read(TaskPtr& task) override { queue_.push_read(task); }

    /// A question to the server takes its time, whoever asks it.
    bool read_here(Task&) override { return false; }

    std::size_t queued() const override { return queue_.size(); }

    std::unique_ptr<Session> connect() override { return open_postgres(url_); }

    Dialect dialect() const override { return Dialect::Postgres; }

    void close() override
    {
        queue_.close();
        threads_.clear();
        workers_.clear();
    }

private:
    std::string url_;
    StoreMetrics metrics_;
    PostgresQueue queue_;
    std::vector<std::unique_ptr<Worker>> workers_{};
    std::vector<std::jthread> threads_{}; ///< last member: they end before what they use
};

} // namespace

std::unique_ptr<Engine> make_postgres_engine(const StoreConfig& config, metrics::Registry& registry)
{
    return std::make_unique<PostgresEngine>(config, registry);
}

} // namespace chancery::db
