#include "db/connection.hpp"
#include "db/statement.hpp"
#include "tests/support/run.hpp"
#include "tests/unit/db/store_support.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include <algorithm>
#include <atomic>
#include <functional>
#include <latch>
#include <thread>

using namespace chancery;
using namespace chancery::test;
using chancery::db::Dialect;
using chancery::db::OrderRepository;
using chancery::db::Session;
using chancery::db::UnitOfWork;

TEST_CASE("what a unit of work wrote is there after it and after a restart", "[unit][db]")
{
    TestDatabase database(GENERATE(from_range(test_dialects())));
    const auto order = sample_order();
    const auto answer = database.store().write_now([&](UnitOfWork& unit) {
        place(unit, order);
        return 42;
    });
    CHECK(answer == 42);
    CHECK(order_exists(database.store(), order.id));
    database.reopen();
    CHECK(order_exists(database.store(), order.id));
    CHECK(audited_actions(database.store()) == std::vector<std::string>{"order.create"});
}

TEST_CASE("a refusal undoes its unit and keeps only what is to be audited always", "[unit][db]")
{
    TestDatabase database(GENERATE(from_range(test_dialects())));
    const auto order = sample_order();
    const auto outcome = database.store().write_now([&](UnitOfWork& unit) -> Result<int> {
        place(unit, order);
        unit.audit_always(sample_event("order.refused", order.id));
        return refuse(Code::Conflict, "no");
    });
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().code == Code::Conflict);
    CHECK_FALSE(order_exists(database.store(), order.id));
    CHECK(audited_actions(database.store()) == std::vector<std::string>{"order.refused"});
}

TEST_CASE("what is to be written always is there after a commit and after a refusal, once, and not after an exception",
          "[unit][db]")
{
    TestDatabase database(GENERATE(from_range(test_dialects())));
    auto& store = database.store();
    const auto undone = sample_order();
    const auto kept = sample_order();
    const auto always = [](UnitOfWork& unit, const Order& order) {
        unit.write_always([order](db::Session& session) { OrderRepository(session).insert(order); });
    };
    const auto refused = store.write_now([&](UnitOfWork& unit) -> Result<void> {
        place(unit, undone);
        always(unit, kept);
        return refuse(Code::Conflict, "no");
    });
    CHECK_FALSE(refused.has_value());
    CHECK_FALSE(order_exists(store, undone.id));
    CHECK(order_exists(store, kept.id));

    const auto committed = sample_order();
    store.write_now([&](UnitOfWork& unit) { always(unit, committed); });
    CHECK(order_exists(store, committed.id));

    const auto lost = sample_order();
    CHECK_THROWS(store.write_now([&](UnitOfWork& unit) {
        always(unit, lost);
        throw std::domain_error("broken");
    }));
    CHECK_FALSE(order_exists(store, lost.id));
    store.ping();
}

TEST_CASE("an exception undoes its unit with everything audited, and reaches the caller", "[unit][db]")
{
    TestDatabase database(GENERATE(from_range(test_dialects())));
    const auto order = sample_order();
    CHECK_THROWS_AS(database.store().write_now([&](UnitOfWork& unit) {
        place(unit, order);
        unit.audit_always(sample_event("order.refused", order.id));
        throw std::domain_error("broken");
    }),
                    std::domain_error);
    CHECK_FALSE(order_exists(database.store(), order.id));
    CHECK(audited_actions(database.store()).empty());
    database.store().ping();
}

TEST_CASE("a statement that fails leaves the connection and its statements usable", "[unit][db]")
{
    TestDatabase database(GENERATE(from_range(test_dialects())), {.connections = 1});
    const auto order = sample_order();
    database.store().write_now([&](UnitOfWork& unit) { OrderRepository(unit).insert(order); });
    for (int i = 0; i < 3; ++i) {
        CHECK_THROWS(database.store().write_now([&](UnitOfWork& unit) { OrderRepository(unit).insert(order); }));
        const auto other = sample_order();
        database.store().write_now([&](UnitOfWork& unit) { OrderRepository(unit).insert(other); });
        CHECK(order_exists(database.store(), other.id));
    }
}

TEST_CASE("an error of the database says nothing of the values that were bound", "[unit][db]")
{
    TestDatabase database(GENERATE(from_range(test_dialects())));
    auto order = sample_order();
    order.request = "TOP-SECRET-VALUE";
    std::string message;
    try {
        for (int i = 0; i < 2; ++i) {
            database.store().write_now([&](UnitOfWork& unit) { OrderRepository(unit).insert(order); });
        }
    } catch (const std::exception& error) {
        message = error.what();
    }
    CHECK_FALSE(message.empty());
    CHECK(message.find("TOP-SECRET-VALUE") == std::string::npos);
    CHECK(message.find(order.id) == std::string::npos);
}

TEST_CASE("in a group a refusal and an exception leave their neighbours alone", "[unit][db]")
{
    TestDatabase database(GENERATE(from_range(test_dialects())), {.connections = 4});
    auto& store = database.store();
    std::vector<Order> orders;
    for (int i = 0; i < 9; ++i) {
        orders.push_back(sample_order());
    }
    Plug plug(store);
    std::vector<std::thread> callers;
    std::atomic<int> thrown{0};
    for (int i = 0; i < 9; ++i) {
        callers.emplace_back([&, i] {
            const auto& order = orders[static_cast<std::size_t>(i)];
            try {
                static_cast<void>(store.write_now([&](UnitOfWork& unit) -> Result<void> {
                    place(unit, order);
                    if (i % 3 == 1) {
                        unit.audit_always(sample_event("order.refused", order.id));
                        return refuse(Code::Conflict, "no");
                    }
                    if (i % 3 == 2) {
                        OrderRepository(unit).insert(order); // its primary key is there
                    }
                    return {};
                }));
            } catch (const std::exception&) {
                ++thrown;
            }
        });
    }
    wait_until_queued(database, 9);
    plug.pull();
    for (auto& caller : callers) {
        caller.join();
    }
    CHECK(thrown == 3);
    for (std::size_t i = 0; i < 9; ++i) {
        CHECK(order_exists(store, orders[i].id) == (i % 3 == 0));
    }
    auto actions = audited_actions(store);
    CHECK(std::count(actions.begin(), actions.end(), "order.create") == 3);
    CHECK(std::count(actions.begin(), actions.end(), "order.refused") == 3);
    // The plug and the nine; PostgreSQL may end a group early, when time is up.
    CHECK(commits(database) >= 1);
    CHECK(commits(database) <= 4);
    CHECK(first_gap(store) == 0);
}

TEST_CASE("actions for after the commit run once it is durable, and not after a refusal", "[unit][db]")
{
    TestDatabase database(GENERATE(from_range(test_dialects())));
    auto& store = database.store();
    const auto order = sample_order();
    std::vector<bool> seen_by_another_connection;
    store.write_now([&](UnitOfWork& unit) {
        OrderRepository(unit).insert(order);
        unit.on_commit([&] { seen_by_another_connection.push_back(order_exists(store, order.id)); });
    });
    CHECK(seen_by_another_connection == std::vector<bool>{true});
    bool ran = false;
    static_cast<void>(store.write_now([&](UnitOfWork& unit) -> Result<void> {
        unit.on_commit([&] { ran = true; });
        return refuse(Code::Conflict, "no");
    }));
    CHECK_FALSE(ran);
}

TEST_CASE("in a group actions wait for the commit of all, and only those of units that are kept run", "[unit][db]")
{
    TestDatabase database(GENERATE(from_range(test_dialects())), {.connections = 4});
    auto& store = database.store();
    const Order orders[] = {sample_order(), sample_order(), sample_order(), sample_order()};
    std::atomic<int> ran{0};
    std::atomic<int> all_there{0};
    Queued queued(database);
    for (std::size_t i = 0; i < 4; ++i) {
        queued.add([&, i](UnitOfWork& unit) {
            place(unit, orders[i]);
            unit.on_commit([&, i] {
                ++ran;
                all_there += order_exists(store, orders[i].id) ? 1 : 0;
            });
            if (i == 2) {
                throw std::domain_error("broken");
            }
            return i != 1;
        });
    }
    queued.pull();
    CHECK(queued.outcomes() == Texts{"kept", "refused", "threw", "kept"});
    CHECK(ran == 2);
    CHECK(all_there == 2);
}

TEST_CASE("two stores on one database write one chain without a gap", "[unit][db]")
{
    TestDatabase database(GENERATE(from_range(test_dialects())));
    metrics::Registry metrics;
    db::Store second(database.config(), metrics);
    db::Store* const stores[] = {&database.store(), &second};
    std::vector<std::thread> callers;
    for (int i = 0; i < 12; ++i) {
        callers.emplace_back([&, i] {
            for (int round = 0; round < 20; ++round) {
                static_cast<void>(stores[i % 2]->write_now([&](UnitOfWork& unit) -> Result<void> {
                    place(unit, sample_order());
                    unit.audit_always(sample_event("order.tried"));
                    if (round % 4 == 3) {
                        return refuse(Code::Conflict, "no");
                    }
                    return {};
                }));
            }
        });
    }
    for (auto& caller : callers) {
        caller.join();
    }
    const auto actions = audited_actions(database.store());
    CHECK(std::count(actions.begin(), actions.end(), "order.tried") == 240);
    CHECK(std::count(actions.begin(), actions.end(), "order.create") == 180);
    CHECK(first_gap(database.store()) == 0);
}

TEST_CASE("a full queue is answered with StoreBusy, and what is queued is still done", "[unit][db]")
{
    TestDatabase database(GENERATE(from_range(test_dialects())), {.connections = 1, .max_queue = 3});
    auto& store = database.store();
    Plug plug(store);
    std::vector<std::thread> callers;
    std::atomic<int> done{0};
    for (int i = 0; i < 3; ++i) {
        callers.emplace_back([&] {
            store.write_now([](UnitOfWork&) {});
            ++done;
        });
    }
    wait_until_queued(database, 3);
    CHECK_THROWS_AS(store.write_now([](UnitOfWork&) {}), db::StoreBusy);
    const auto from_coroutine = [&]() -> boost::asio::awaitable<bool> {
        co_await store.write([](UnitOfWork&) { return 1; });
        co_return true;
    };
    CHECK_THROWS_AS(run(from_coroutine()), db::StoreBusy);
    plug.pull();
    for (auto& caller : callers) {
        caller.join();
    }
    CHECK(done == 3);
}

TEST_CASE("coroutines are resumed on their own executor with the unit's value or exception", "[unit][db]")
{
    TestDatabase database(GENERATE(from_range(test_dialects())));
    auto& store = database.store();
    const auto order = sample_order();
    const auto work = [&]() -> boost::asio::awaitable<bool> {
        const auto home = std::this_thread::get_id();
        co_await store.write([&](UnitOfWork& unit) { place(unit, order); });
        CHECK(std::this_thread::get_id() == home);
        const auto found =
            co_await store.read([&](Session& session) { return OrderRepository(session).find(order.id); });
        CHECK(std::this_thread::get_id() == home);
        CHECK(found.has_value());
        bool thrown = false;
        try {
            co_await store.write([](UnitOfWork&) { throw std::domain_error("broken"); });
        } catch (const std::domain_error&) {
            thrown = true;
        }
        co_return thrown;
    };
    CHECK(run(work()));
}

TEST_CASE("many coroutines in flight are all answered", "[unit][db]")
{
    TestDatabase database(GENERATE(from_range(test_dialects())));
    auto& store = database.store();
    boost::asio::io_context context(1);
    int answered = 0;
    const auto one = [&]() -> boost::asio::awaitable<void> {
        const auto order = sample_order();
        co_await store.write([&](UnitOfWork& unit) { place(unit, order); });
        ++answered;
    };
    for (int i = 0; i < 300; ++i) {
        boost::asio::co_spawn(context, one(), [](std::exception_ptr error) { CHECK_FALSE(error); });
    }
    context.run();
    CHECK(answered == 300);
    const auto head = store.read_now([](Session& session) { return db::AuditRepository(session).head(); });
    CHECK(head.sequence == 300);
}

TEST_CASE("a read sees one state of the database from its beginning to its end", "[unit][db]")
{
    TestDatabase database(GENERATE(from_range(test_dialects())));
    auto& store = database.store();
    store.read_now([&](Session& session) {
        const auto before = OrderRepository(session).count({});
        std::thread([&] {
            store.write_now([](UnitOfWork& unit) { OrderRepository(unit).insert(sample_order()); });
        }).join();
        CHECK(OrderRepository(session).count({}) == before);
        return true;
    });
    CHECK(store.read_now([](Session& session) { return OrderRepository(session).count({}); }) == 1);
}

TEST_CASE("a read cannot write", "[unit][db]")
{
    TestDatabase database(GENERATE(from_range(test_dialects())));
    CHECK_THROWS(database.store().read_now([](Session& session) {
        OrderRepository(session).insert(sample_order());
        return true;
    }));
}

TEST_CASE("closing finishes what is queued and refuses what comes later", "[unit][db]")
{
    TestDatabase database(GENERATE(from_range(test_dialects())), {.connections = 1});
    auto& store = database.store();
    const auto order = sample_order();
    Plug plug(store);
    std::thread caller([&] { store.write_now([&](UnitOfWork& unit) { OrderRepository(unit).insert(order); }); });
    wait_until_queued(database, 1);
    std::thread closer([&] { store.close(); });
    plug.pull();
    caller.join();
    closer.join();
    CHECK_THROWS(store.write_now([](UnitOfWork&) {}));
    database.reopen();
    CHECK(order_exists(database.store(), order.id));
}

TEST_CASE("of two that change one state at once, one wins", "[unit][db]")
{
    TestDatabase database(GENERATE(from_range(test_dialects())));
    auto& store = database.store();
    for (int round = 0; round < 20; ++round) {
        const auto order = sample_order();
        store.write_now([&](UnitOfWork& unit) { OrderRepository(unit).insert(order); });
        std::atomic<int> winners{0};
        std::latch start(4);
        std::vector<std::thread> callers;
        for (int i = 0; i < 4; ++i) {
            callers.emplace_back([&] {
                start.arrive_and_wait();
                winners +=
                    store.write_now([&](UnitOfWork& unit) { return OrderRepository(unit).mark_processing(order); });
            });
        }
        for (auto& caller : callers) {
            caller.join();
        }
        CHECK(winners == 1);
    }
}

TEST_CASE("a commit is on the disk when it is acknowledged", "[unit][db]")
{
    const auto dialect = GENERATE(from_range(test_dialects()));
    TestDatabase database(dialect);
    database.store().write_now([&](UnitOfWork& unit) {
        switch (dialect) {
            case Dialect::Sqlite:
                CHECK(db::Query(unit, "PRAGMA synchronous").value<long long>() == 2); // FULL
                CHECK(db::Query(unit, "PRAGMA journal_mode").value<std::string>() == "wal");
                break;
            case Dialect::Postgres:
                CHECK(db::Query(unit, "SHOW synchronous_commit").value<std::string>() == "on");
                break;
        }
    });
}

TEST_CASE("a look-up sees what was committed before it, and its exception reaches the caller", "[db]")
{
    for (const auto dialect : test_dialects()) {
        INFO("dialect " << static_cast<int>(dialect));
        TestDatabase database(dialect);
        auto& store = database.store();
        const auto order = sample_order();
        store.write_now([&](UnitOfWork& work) { OrderRepository(work).insert(order); });
        CHECK(test::run(
            store.look_up([&](Session& session) { return OrderRepository(session).find(order.id).has_value(); })));
        CHECK_THROWS_AS(test::run(store.look_up([](Session&) -> bool { throw std::domain_error("no"); })),
                        std::domain_error);
        CHECK_THROWS(test::run(store.look_up([&](Session& session) {
            OrderRepository(session).insert(order); // the same id again; on SQLite, also a write where none may be
            return true;
        })));
        CHECK(test::run(
            store.look_up([&](Session& session) { return OrderRepository(session).find(order.id).has_value(); })));
        store.close();
        CHECK_THROWS_AS(test::run(store.look_up([](Session&) { return true; })), std::runtime_error);
    }
}
