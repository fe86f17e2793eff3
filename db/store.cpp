#include "db/store.hpp"

#include "core/log.hpp"
#include "db/engine.hpp"
#include "db/migrations.hpp"
#include "db/statement.hpp"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <condition_variable>
#include <mutex>

namespace chancery::db {

namespace asio = boost::asio;

struct Store::Impl {
    // The registry outlives the store and goes on asking; it gets nothing once the store is closed.
    struct Gauge {
        std::mutex mutex{};
        const Engine* engine = nullptr;
    };

    std::unique_ptr<Engine> engine{};
    Sha256Hex sha256_hex = nullptr;
    std::shared_ptr<Gauge> gauge = std::make_shared<Gauge>();
};

namespace {

std::unique_ptr<Engine> make_engine(const StoreConfig& config, metrics::Registry& registry)
{
    if (config.sha256_hex == nullptr) {
        throw std::invalid_argument("the database layer needs a hash function");
    }
    if (config.url.starts_with("sqlite:")) {
        return make_sqlite_engine(config, registry);
    }
    if (config.url.starts_with("postgresql://") || config.url.starts_with("postgres://")) {
        return make_postgres_engine(config, registry);
    }
    throw std::runtime_error("the database URL begins with neither sqlite: nor postgresql://");
}

/// Hands a task over and suspends until it was answered. The handler is resumed by a post to its own executor, which is
/// kept from running out of work meanwhile.
template <class Submit> asio::awaitable<void> await_task(TaskPtr task, Submit submit)
{
    auto initiate = [](auto handler, TaskPtr made, Submit hand_over) {
        auto guard = asio::make_work_guard(asio::get_associated_executor(handler));
        made->resume = [handler = std::move(handler), guard = std::move(guard)](std::exception_ptr error) mutable {
            asio::post(guard.get_executor(), [handler = std::move(handler), error = std::move(error)]() mutable {
                std::move(handler)(std::move(error));
            });
            // Not before: until post() is through, the loop must not find itself without work and end.
            guard.reset();
        };
        try {
            hand_over(made);
        } catch (...) {
            // Thrown from here it would meet a coroutine that is already suspended; it is its answer instead.
            made->resume(std::current_exception());
        }
    };
    return asio::async_initiate<const asio::use_awaitable_t<>, void(std::exception_ptr)>(initiate, asio::use_awaitable,
                                                                                         std::move(task), submit);
}

/// What a plain thread waits for.
class Answer {
public:
    void give(std::exception_ptr error)
    {
        // Signalled under the lock, because the waiting thread destroys this as soon as it can have it.
        const std::lock_guard lock(mutex_);
        error_ = std::move(error);
        given_ = true;
        changed_.notify_one();
    }

    void wait()
    {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return given_; });
        if (error_) {
            std::rethrow_exception(std::move(error_));
        }
    }

private:
    std::mutex mutex_{};
    std::condition_variable changed_{};
    std::exception_ptr error_{};
    bool given_ = false;
};

template <class Submit> void wait_for_task(TaskPtr task, const Submit& submit)
{
    Answer answer;
    task->resume = [&answer](std::exception_ptr error) { answer.give(std::move(error)); };
    submit(task);
    answer.wait();
}

} // namespace

Store::Store(StoreConfig config, metrics::Registry& metrics) : impl_(std::make_unique<Impl>())
{
    impl_->engine = make_engine(config, metrics);
    impl_->sha256_hex = config.sha256_hex;
    impl_->gauge->engine = impl_->engine.get();
    metrics.gauge("chancery_db_queue", "Units of work and reads that wait for a thread", [gauge = impl_->gauge] {
        const std::lock_guard lock(gauge->mutex);
        return gauge->engine != nullptr ? static_cast<double>(gauge->engine->queued()) : 0.0;
    });
}

Store::~Store()
{
    const std::lock_guard lock(impl_->gauge->mutex);
    impl_->gauge->engine = nullptr;
}

Dialect Store::dialect() const
{
    return impl_->engine->dialect();
}

std::vector<int> Store::applied_migrations()
{
    return db::applied_migrations(*impl_->engine->connect());
}

std::vector<std::string> Store::migrate()
{
    return apply_migrations(*impl_->engine->connect(), impl_->sha256_hex);
}

void Store::ping()
{
    constexpr std::string_view kPing = "SELECT 1";
    run_write_now([=](UnitOfWork& unit) { return Query(unit, kPing).value<long long>() == 1; });
    run_read_now([=](Session& session) { Query(session, kPing).value<long long>(); });
}

void Store::close()
{
    impl_->engine->close();
}

asio::awaitable<void> Store::run_write(Write work)
{
    auto task = std::make_unique<Task>();
    task->write = &work;
    co_await await_task(std::move(task), [this](TaskPtr& made) { impl_->engine->submit_write(made); });
}

asio::awaitable<void> Store::run_read(Read work)
{
    auto task = std::make_unique<Task>();
    task->read = &work;
    co_await await_task(std::move(task), [this](TaskPtr& made) { impl_->engine->submit_read(made); });
}

asio::awaitable<void> Store::run_look_up(Read work)
{
    std::exception_ptr error;
    Task task{.read = &work, .resume = [&error](std::exception_ptr failure) { error = std::move(failure); }};
    if (!impl_->engine->read_here(task)) {
        co_await run_read(std::move(work));
        co_return;
    }
    if (error) {
        std::rethrow_exception(error);
    }
}

void Store::run_write_now(Write work)
{
    auto task = std::make_unique<Task>();
    task->write = &work;
    wait_for_task(std::move(task), [this](TaskPtr& made) { impl_->engine->submit_write(made); });
}

void Store::run_read_now(Read work)
{
    auto task = std::make_unique<Task>();
    task->read = &work;
    wait_for_task(std::move(task), [this](TaskPtr& made) { impl_->engine->submit_read(made); });
}

void run_commit_actions(UnitOfWork& unit)
{
    for (auto& action : unit.commit_actions()) {
        try {
            action();
        } catch (const std::exception& error) {
            log::error("database.commit_action_failed", {{"error", error.what()}});
        }
    }
}

} // namespace chancery::db
