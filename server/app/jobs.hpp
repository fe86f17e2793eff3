#pragma once

#include "core/clock.hpp"
#include "core/metrics.hpp"
#include "db/store.hpp"
#include "issuance/jobs.hpp"
#include "server/net/runtime.hpp"

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace chancery::app {

/// Runs jobs: those enqueued here start right after their commit; those that are due, or that a dead process left, are
/// claimed once a second. At most `kMaxRunning` at a time, and of a kind at most its own limit: slow ones must not keep
/// the others waiting. A job whose handler throws is retried with growing delays.
class JobRunner final : public issuance::JobQueue {
public:
    JobRunner(db::Store& store, const Clock& clock, net::Runtime& runtime, metrics::Registry& metrics);
    ~JobRunner() override;

    void enqueue(db::UnitOfWork& work, Job job) override;
    void enqueue_owned(db::UnitOfWork& work, Job job, std::chrono::seconds lease) override;
    /// Before `start()` only.
    void handle(std::string_view kind, Handler handler) override;
    void handle_whole(std::string_view kind, Handler handler) override;

    /// At most `most` jobs of this kind run at a time. Before `start()` only.
    void limit(std::string_view kind, std::size_t most);

    /// A task of this process, every `period` and once at the start. Before `start()` only.
    void every(std::chrono::milliseconds period, std::string name, std::function<boost::asio::awaitable<void>()> task);

    /// Takes over what an earlier process of this database left (SQLite: at once; PostgreSQL: when its lease is over).
    void start();
    /// Starts nothing new and waits for what runs, up to `grace`. The runtime must still run.
    void stop(std::chrono::milliseconds grace);

private:
    static constexpr std::size_t kMaxRunning = 256;

    struct Registered {
        Handler handler;
        bool removes_row = false;
    };

    struct Periodic {
        std::chrono::milliseconds period;
        std::string name;
        std::function<boost::asio::awaitable<void>()> task;
    };

    void dispatch(Job job);
    /// Under the mutex.
    bool has_place(const std::string& kind) const;
    void take_place(const Job& job);
    std::optional<Job> next_waiting();
    void launch(Job job);
    void finished(const std::string& id);
    boost::asio::awaitable<void> run(Job job);
    boost::asio::awaitable<void> attempt(Job job, const Registered& registered);
    boost::asio::awaitable<void> claim_due();
    boost::asio::awaitable<void> extend_leases();
    boost::asio::awaitable<void> loop(Periodic periodic);
    bool stopping() const;

    db::Store& store_;
    const Clock& clock_;
    net::Runtime& runtime_;
    std::string owner_;
    metrics::Counter& done_;
    metrics::Counter& failed_;
    std::map<std::string, Registered, std::less<>> handlers_;
    std::map<std::string, std::size_t> limits_;
    std::vector<Periodic> periodic_;

    mutable std::mutex mutex_;
    std::condition_variable idle_;
    std::map<std::string, std::deque<Job>> waiting_; ///< by kind, so that a full kind stands in nobody's way
    std::map<std::string, Job> running_;
    std::map<std::string, std::size_t> running_of_kind_;
    std::size_t loops_ = 0;
    bool stopping_ = false;
};

} // namespace chancery::app
