#include "core/id.hpp"
#include "db/repositories/operation_repository.hpp"
#include "server/app/jobs.hpp"
#include "tests/support/test_database.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <catch2/catch.hpp>

#include <algorithm>
#include <atomic>
#include <thread>

using namespace chancery;
using namespace chancery::test;

namespace {

/// Whether it became true within ten seconds.
bool soon(const std::function<bool()>& condition)
{
    for (int i = 0; i < 1000 && !condition(); ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return condition();
}

/// Jobs that stay at work until they are let go.
struct SlowJobs {
    std::atomic<bool> let_go = false;
    std::atomic<int> at_work = 0;
    std::atomic<int> most = 0;
    std::atomic<int> done = 0;

    boost::asio::awaitable<void> run()
    {
        const int now = ++at_work;
        for (int seen = most; seen < now && !most.compare_exchange_weak(seen, now);) {
        }
        boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor);
        while (!let_go) {
            timer.expires_after(std::chrono::milliseconds(20));
            co_await timer.async_wait(boost::asio::use_awaitable);
        }
        --at_work;
        ++done;
    }
};

} // namespace

TEST_CASE("a kind of job that fills its places keeps no other kind waiting", "[unit][app]")
{
    TestDatabase database(db::Dialect::Sqlite);
    const SystemClock clock;
    net::Runtime runtime(2);
    SlowJobs slow;
    std::atomic<int> quick = 0;
    app::JobRunner jobs(database.store(), clock, runtime, database.metrics());
    jobs.handle("slow", [&](Job) { return slow.run(); });
    jobs.handle("quick", [&](Job) -> boost::asio::awaitable<void> {
        ++quick;
        co_return;
    });
    jobs.limit("slow", 192);
    jobs.start();
    const auto enqueue = [&](const std::string& kind, int count) {
        database.store().write_now([&](db::UnitOfWork& work) {
            for (int i = 0; i < count; ++i) {
                const auto now = clock.now();
                jobs.enqueue(work, Job{.id = new_id(now), .kind = kind, .run_at = now, .created_at = now});
            }
        });
    };
    constexpr int kSlow = 300; // more than there are places in all
    enqueue("slow", kSlow);
    CHECK(soon([&] { return slow.at_work == 192; }));
    enqueue("quick", 3);
    CHECK(soon([&] { return quick == 3; }));
    CHECK(slow.done == 0);
    slow.let_go = true;
    CHECK(soon([&] { return slow.done == kSlow; }));
    CHECK(slow.most == 192);
    const auto left = [&] {
        return database.store().read_now([](db::Session& session) { return db::JobRepository(session).count(); });
    };
    CHECK(soon([&] { return left() == 0; }));
    jobs.stop(std::chrono::seconds(5));
    runtime.stop();
    runtime.join();
}
