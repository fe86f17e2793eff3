#include "tests/conformance/openapi/contract.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include <atomic>
#include <latch>
#include <set>
#include <thread>

using namespace chancery;
using namespace chancery::test;

namespace {

/// While it lives the database's threads wait, and their queue takes no more.
class FullQueue {
public:
    enum class Of { Reads, Changes };

    FullQueue(TestDatabase& database, Of what)
    {
        const auto& config = database.config();
        const bool sqlite = database.store().dialect() == db::Dialect::Sqlite;
        const int readers = sqlite ? config.readers : config.connections;
        const int writers = sqlite ? 1 : config.connections / 4; // as PostgresQueue has it
        // First every thread waits, so that the queue stays as full as it gets.
        while (inside_ < (what == Of::Reads ? readers : writers)) {
            queue_one(database.store(), what);
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        while (!full_) {
            queue_one(database.store(), what);
        }
    }

    ~FullQueue()
    {
        open_.count_down();
        while (ended_ < begun_) {
            context_.restart();
            context_.run_one_for(std::chrono::milliseconds(10));
        }
    }

    FullQueue(const FullQueue&) = delete;
    FullQueue& operator=(const FullQueue&) = delete;

private:
    void queue_one(db::Store& store, Of what)
    {
        ++begun_;
        const auto ended = [this](const std::exception_ptr& error) {
            ++ended_;
            full_ = full_ || error != nullptr;
        };
        boost::asio::co_spawn(context_, what == Of::Reads ? read(store) : change(store), ended);
        context_.restart();
        context_.poll();
    }

    boost::asio::awaitable<void> read(db::Store& store)
    {
        const auto wait = [this](db::Session&) {
            ++inside_;
            open_.wait();
            return 0;
        };
        co_await store.read(wait);
    }

    boost::asio::awaitable<void> change(db::Store& store)
    {
        const auto wait = [this](db::UnitOfWork&) {
            ++inside_;
            open_.wait();
        };
        co_await store.write(wait);
    }

    boost::asio::io_context context_{1};
    std::latch open_{1};
    std::atomic<int> inside_{0};
    bool full_ = false;
    int begun_ = 0;
    int ended_ = 0;
};

void check_busy(const ApiAnswer& answer)
{
    INFO(answer.body);
    CHECK(answer.status == 503);
    CHECK(answer.code() == "BUSY");
    CHECK(std::stoi("0" + answer.field("retry-after")) >= 1);
}

} // namespace

TEST_CASE("whoever asks a server that has too much to do is told when to come again", "[conformance][openapi]")
{
    // What records something before it answers, and what reads before it changes anything.
    const std::set<std::string> recorded{"GET /api/v1/certificates/{id}",     "GET /api/v1/certificates/{id}/chain",
                                         "GET /api/v1/certificates/{id}/der", "GET /api/v1/certificates/{id}/pem",
                                         "GET /api/v1/certificates/exports",  "GET /api/v1/events"};
    const std::set<std::string> readers{"POST /api/v1/sessions", "POST /api/v1/policy-evaluations",
                                        "POST /api/v1/certificates/search"};
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const ApiClient stranger(world.router);
    const auto what = GENERATE(FullQueue::Of::Reads, FullQueue::Of::Changes);
    const FullQueue full(world.test.database, what);
    for (const auto& operation : operations()) {
        const bool reads =
            operation.method == "GET" ? !recorded.contains(operation.name()) : readers.contains(operation.name());
        const bool asked = what == FullQueue::Of::Reads ? reads : recorded.contains(operation.name());
        if (asked) {
            INFO(operation.name());
            check_busy(operation.send(operation.open ? stranger : world.admin,
                                      operation.target("0192f0c4-8a51-7c3e-b0a4-5d2f6f1c9e11")));
        }
    }
    if (what == FullQueue::Of::Changes) {
        check_busy(stranger.post("/oauth2/token",
                                 "grant_type=client_credentials&client_id=0192f0c4-8a51-7c3e-b0a4-5d2f6f1c9e11&"
                                 "client_secret=chs_x",
                                 {{"Content-Type", "application/x-www-form-urlencoded"}}));
    }
}
