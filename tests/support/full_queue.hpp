#pragma once

#include "tests/support/test_database.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <atomic>
#include <chrono>
#include <exception>
#include <latch>
#include <thread>

namespace chancery::test {

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
        full_ = false; // it may have been, before the threads took what was in it
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

} // namespace chancery::test
