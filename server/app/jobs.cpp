#include "server/app/jobs.hpp"

#include "core/log.hpp"
#include "core/random.hpp"
#include "db/repositories/operation_repository.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <exception>

namespace chancery::app {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::seconds kLease{20}; // on PostgreSQL, how long the work of a dead process waits
constexpr std::chrono::milliseconds kClaimPeriod{1000};
constexpr std::chrono::seconds kExtendPeriod{5};

/// 5 s, 10 s, 20 s … up to an hour.
std::chrono::seconds delay_after(int attempts)
{
    return std::chrono::seconds(std::min(3600LL, 5LL << std::min(attempts, 10)));
}

// SQLite has one server process: whatever an earlier one held is free at once. On PostgreSQL others may be alive, so
// each process has a name of its own and leases run out.
std::string owner_for(db::Dialect dialect)
{
    return dialect == db::Dialect::Sqlite ? "server" : "server-" + random_token(9);
}

} // namespace

JobRunner::JobRunner(db::Store& store, const Clock& clock, net::Runtime& runtime, metrics::Registry& metrics)
    : store_(store), clock_(clock), runtime_(runtime), owner_(owner_for(store.dialect())),
      done_(metrics.counter("chancery_jobs_total", "Jobs that ended, by outcome.", {{"outcome", "done"}})),
      failed_(metrics.counter("chancery_jobs_total", "Jobs that ended, by outcome.", {{"outcome", "failed"}}))
{
    metrics.gauge("chancery_jobs_running", "Jobs at work in this process.", [this] {
        const std::lock_guard lock(mutex_);
        return static_cast<double>(running_.size());
    });
    metrics.gauge("chancery_jobs_waiting", "Jobs claimed by this process that wait for a place.", [this] {
        const std::lock_guard lock(mutex_);
        std::size_t all = 0;
        for (const auto& [kind, jobs] : waiting_) {
            all += jobs.size();
        }
        return static_cast<double>(all);
    });
}

JobRunner::~JobRunner()
{
    stop(std::chrono::milliseconds(0));
}

void JobRunner::enqueue(db::UnitOfWork& work, Job job)
{
    job.lease_owner = owner_;
    job.lease_until = clock_.now() + kLease;
    job.attempts = 1;
    db::JobRepository(work).insert(job);
    work.on_commit([this, job] { dispatch(job); });
}

void JobRunner::enqueue_owned(db::UnitOfWork& work, Job job, std::chrono::seconds lease)
{
    job.lease_owner = owner_;
    job.lease_until = clock_.now() + lease;
    job.attempts = 1;
    db::JobRepository(work).insert(job);
}

void JobRunner::handle(std::string_view kind, Handler handler)
{
    handlers_.emplace(std::string(kind), Registered{.handler = std::move(handler), .removes_row = false});
}

void JobRunner::handle_whole(std::string_view kind, Handler handler)
{
    handlers_.emplace(std::string(kind), Registered{.handler = std::move(handler), .removes_row = true});
}

void JobRunner::limit(std::string_view kind, std::size_t most)
{
    limits_.emplace(std::string(kind), most);
}

void JobRunner::every(std::chrono::milliseconds period, std::string name, std::function<asio::awaitable<void>()> task)
{
    periodic_.push_back({period, std::move(name), std::move(task)});
}

void JobRunner::start()
{
    if (store_.dialect() == db::Dialect::Sqlite) {
        const auto freed =
            store_.write_now([&](db::UnitOfWork& work) { return db::JobRepository(work).release(owner_); });
        if (freed > 0) {
            log::info("job.taken_over", {{"jobs", freed}});
        }
    }
    every(kClaimPeriod, "jobs.claim", [this] { return claim_due(); });
    every(kExtendPeriod, "jobs.extend_leases", [this] { return extend_leases(); });
    for (const auto& periodic : periodic_) {
        {
            const std::lock_guard lock(mutex_);
            ++loops_;
        }
        asio::co_spawn(runtime_.next(), loop(periodic), [this](const std::exception_ptr& failure) {
            if (failure) {
                log::error("job.loop_ended", {});
            }
            const std::lock_guard lock(mutex_);
            --loops_;
            idle_.notify_all();
        });
    }
}

void JobRunner::stop(std::chrono::milliseconds grace)
{
    std::unique_lock lock(mutex_);
    stopping_ = true;
    waiting_.clear();
    // Loops look at the flag at least every 200 ms.
    idle_.wait_for(lock, std::max(grace, std::chrono::milliseconds(1000)),
                   [this] { return running_.empty() && loops_ == 0; });
}

bool JobRunner::stopping() const
{
    const std::lock_guard lock(mutex_);
    return stopping_;
}

void JobRunner::dispatch(Job job)
{
    {
        const std::lock_guard lock(mutex_);
        if (stopping_ || running_.contains(job.id)) {
            return;
        }
        if (!has_place(job.kind)) {
            waiting_[job.kind].push_back(std::move(job));
            return;
        }
        take_place(job);
    }
    launch(std::move(job));
}

bool JobRunner::has_place(const std::string& kind) const
{
    const auto limit = limits_.find(kind);
    const auto at_work = running_of_kind_.find(kind);
    const bool kind_is_full =
        limit != limits_.end() && at_work != running_of_kind_.end() && at_work->second >= limit->second;
    return running_.size() < kMaxRunning && !kind_is_full;
}

void JobRunner::take_place(const Job& job)
{
    running_.emplace(job.id, job);
    ++running_of_kind_[job.kind];
}

std::optional<Job> JobRunner::next_waiting()
{
    for (auto& [kind, jobs] : waiting_) {
        if (!jobs.empty() && has_place(kind)) {
            auto job = std::move(jobs.front());
            jobs.pop_front();
            return job;
        }
    }
    return std::nullopt;
}

void JobRunner::launch(Job job)
{
    const auto id = job.id;
    asio::co_spawn(runtime_.next(), run(std::move(job)), [this, id](const std::exception_ptr& failure) {
        if (failure) {
            log::error("job.lost", {{"job_id", id}}); // its lease will run out and it is claimed again
        }
        finished(id);
    });
}

void JobRunner::finished(const std::string& id)
{
    std::optional<Job> next;
    {
        const std::lock_guard lock(mutex_);
        if (const auto ended = running_.find(id); ended != running_.end()) {
            --running_of_kind_[ended->second.kind];
            running_.erase(ended);
        }
        // One place became free, so one can start.
        if (!stopping_ && (next = next_waiting())) {
            take_place(*next);
        }
        idle_.notify_all();
    }
    if (next) {
        launch(std::move(*next));
    }
}

asio::awaitable<void> JobRunner::run(Job job)
{
    const auto handler = handlers_.find(job.kind);
    if (handler == handlers_.end()) {
        log::error("job.unknown_kind", {{"job_id", job.id}, {"kind", job.kind}});
        co_return;
    }
    co_await attempt(std::move(job), handler->second);
}

asio::awaitable<void> JobRunner::attempt(Job job, const Registered& registered)
{
    std::string error;
    try {
        co_await registered.handler(job);
    } catch (const std::exception& failure) {
        error = failure.what();
    }
    if (error.empty()) {
        done_.add();
        if (registered.removes_row) {
            co_return;
        }
        co_await store_.write([&](db::UnitOfWork& work) { db::JobRepository(work).remove(job.id); });
        co_return;
    }
    failed_.add();
    const auto delay = delay_after(job.attempts);
    log::warning("job.failed", {{"job_id", job.id},
                                {"kind", job.kind},
                                {"attempts", job.attempts},
                                {"error", error},
                                {"retry_in_seconds", delay.count()}});
    co_await store_.write(
        [&](db::UnitOfWork& work) { db::JobRepository(work).retry_at(job.id, clock_.now() + delay, error); });
}

asio::awaitable<void> JobRunner::claim_due()
{
    // A look first: an idle server should not write once a second.
    const auto due = co_await store_.read([](db::Session& session) { return db::JobRepository(session).next_due(); });
    const auto now = clock_.now();
    if (!due || *due > now) {
        co_return;
    }
    auto claimed = co_await store_.write([&](db::UnitOfWork& work) {
        return db::JobRepository(work).claim(owner_, now, now + kLease, static_cast<int>(kMaxRunning) / 4);
    });
    for (auto& job : claimed) {
        dispatch(std::move(job));
    }
}

asio::awaitable<void> JobRunner::extend_leases()
{
    std::vector<std::string> ids;
    {
        const std::lock_guard lock(mutex_);
        for (const auto& [id, job] : running_) {
            ids.push_back(id);
        }
        for (const auto& [kind, jobs] : waiting_) {
            for (const auto& job : jobs) {
                ids.push_back(job.id);
            }
        }
    }
    if (ids.empty()) {
        co_return;
    }
    const auto until = clock_.now() + kLease;
    co_await store_.write([&](db::UnitOfWork& work) {
        for (const auto& id : ids) {
            db::JobRepository(work).extend(id, owner_, until);
        }
    });
}

asio::awaitable<void> JobRunner::loop(Periodic periodic)
{
    asio::steady_timer timer(co_await asio::this_coro::executor);
    while (!stopping()) {
        try {
            co_await periodic.task();
        } catch (const std::exception& failure) {
            log::warning("task.failed", {{"task", periodic.name}, {"error", failure.what()}});
        }
        // In short steps, so that a stop is noticed soon.
        for (auto left = periodic.period; left.count() > 0 && !stopping(); left -= std::chrono::milliseconds(200)) {
            timer.expires_after(std::min(left, std::chrono::milliseconds(200)));
            co_await timer.async_wait(asio::use_awaitable);
        }
    }
}

} // namespace chancery::app
