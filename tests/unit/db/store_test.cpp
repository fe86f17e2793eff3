#include "core/result.hpp"
#include "db/connection.hpp"
#include "db/repositories/audit_repository.hpp"
#include "db/repositories/order_repository.hpp"
#include "db/statement.hpp"
#include "db/store.hpp"
#include "tests/support/run.hpp"
#include "tests/support/test_database.hpp"
#include "tests/unit/db/samples.hpp"

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

namespace {

/// Holds the only writer until it is told to go on, so that what is queued meanwhile is one group.
class Plug {
public:
    explicit Plug(db::Store& store)
        : thread_([this, &store] {
              store.write_now([this](UnitOfWork&) {
                  entered_.count_down();
                  leave_.wait();
              });
          })
    {
        entered_.wait();
    }

    void pull()
    {
        leave_.count_down();
        thread_.join();
    }

private:
    std::latch entered_{1};
    std::latch leave_{1};
    std::thread thread_;
};

void wait_until_queued(TestDatabase& database, int units)
{
    const auto line = "chancery_db_queue " + std::to_string(units);
    while (database.metrics().render().find(line) == std::string::npos) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
}

bool order_exists(db::Store& store, const std::string& id)
{
    return store.read_now([&](Session& session) { return OrderRepository(session).find(id).has_value(); });
}

std::vector<std::string> audited_actions(db::Store& store)
{
    return store.read_now([](Session& session) {
        std::vector<std::string> actions;
        for (const auto& event : db::AuditRepository(session).range(1, 1000)) {
            actions.push_back(event.action);
        }
        return actions;
    });
}

int commits(TestDatabase& database)
{
    const std::string name = "\nchancery_db_commits_total ";
    const auto text = database.metrics().render();
    return std::stoi(text.substr(text.find(name) + name.size()));
}

/// The first sequence number at which the audit log does not go on from the record before; 0: none, up to the head.
long long first_gap(db::Store& store)
{
    return store.read_now([](Session& session) -> long long {
        db::AuditRepository audit(session);
        db::AuditHead last{.sequence = 0, .hash = std::string(64, '0')};
        for (const auto& event : audit.range(1, 100'000)) {
            if (event.sequence != last.sequence + 1 || event.previous_hash != last.hash) {
                return last.sequence + 1;
            }
            last = {.sequence = event.sequence, .hash = event.hash};
        }
        const auto head = audit.head();
        return head.sequence == last.sequence && head.hash == last.hash ? 0 : last.sequence + 1;
    });
}

/// Units of work that are queued in their order while the only writer is held, and then run as a group.
class Queued {
public:
    explicit Queued(TestDatabase& database) : database_(database), plug_(database.store()) {}

    /// `work` returns whether its unit is kept.
    void add(std::function<bool(UnitOfWork&)> work)
    {
        outcomes_.push_back(std::make_unique<std::string>("running"));
        callers_.emplace_back([this, work = std::move(work), &outcome = *outcomes_.back()] {
            try {
                const auto kept = database_.store().write_now([&](UnitOfWork& unit) -> Result<void> {
                    if (work(unit)) {
                        return {};
                    }
                    return refuse(Code::Conflict, "no");
                });
                outcome = kept ? "kept" : "refused";
            } catch (const std::exception&) {
                outcome = "threw";
            }
        });
        wait_until_queued(database_, static_cast<int>(callers_.size()));
    }

    void pull() { plug_.pull(); }

    void join(std::size_t which)
    {
        if (callers_[which].joinable()) {
            callers_[which].join();
        }
    }

    std::vector<std::string> outcomes()
    {
        std::vector<std::string> all;
        for (std::size_t i = 0; i < callers_.size(); ++i) {
            join(i);
            all.push_back(*outcomes_[i]);
        }
        return all;
    }

private:
    TestDatabase& database_;
    Plug plug_;
    std::vector<std::thread> callers_{};
    std::vector<std::unique_ptr<std::string>> outcomes_{};
};

using Texts = std::vector<std::string>;

/// Inserts an order with its audit record.
void place(UnitOfWork& unit, const Order& order)
{
    OrderRepository(unit).insert(order);
    unit.audit(sample_event("order.create", order.id));
}

} // namespace

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

TEST_CASE("a deadlock between two units on PostgreSQL is run again until both are done", "[unit][db]")
{
    for (const auto dialect : test_dialects()) {
        if (dialect != Dialect::Postgres) {
            continue;
        }
        TestDatabase database(dialect);
        auto& store = database.store();
        const Order orders[] = {sample_order(), sample_order()};
        store.write_now([&](UnitOfWork& unit) {
            OrderRepository(unit).insert(orders[0]);
            OrderRepository(unit).insert(orders[1]);
        });
        std::latch both(2);
        std::atomic<int> runs{0};
        const auto cross = [&](int first) {
            store.write_now([&](UnitOfWork& unit) {
                const bool first_run = runs++ < 2;
                OrderRepository(unit).fail(orders[first].id, "{}", at(1));
                if (first_run) {
                    both.arrive_and_wait();
                }
                OrderRepository(unit).fail(orders[1 - first].id, "{}", at(1));
            });
        };
        std::thread other([&] { cross(1); });
        cross(0);
        other.join();
        CHECK(runs >= 3);
        const auto retries = "\nchancery_db_retries_total " + std::to_string(runs - 2) + '\n';
        CHECK(database.metrics().render().find(retries) != std::string::npos);
    }
}

TEST_CASE("a unit survives the loss of its connection to PostgreSQL before the commit", "[unit][db]")
{
    for (const auto dialect : test_dialects()) {
        if (dialect != Dialect::Postgres) {
            continue;
        }
        TestDatabase database(dialect, {.connections = 2});
        auto& store = database.store();
        const auto admin = db::open_postgres(database.url());
        const auto end_all_others = [&] {
            db::run_script(*admin, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                                   "WHERE datname = current_database() AND pid <> pg_backend_pid()");
        };
        const auto idle = sample_order();
        end_all_others();
        store.write_now([&](UnitOfWork& unit) { place(unit, idle); });
        CHECK(order_exists(store, idle.id));

        const auto order = sample_order();
        int runs = 0;
        store.write_now([&](UnitOfWork& unit) {
            place(unit, order);
            if (++runs == 1) {
                end_all_others();
            }
        });
        CHECK(runs == 2);
        CHECK(audited_actions(store) == std::vector<std::string>{"order.create", "order.create"});
    }
}

TEST_CASE("a unit that has to wait for a row on PostgreSQL does not keep its group waiting", "[unit][db]")
{
    for (const auto dialect : test_dialects()) {
        if (dialect != Dialect::Postgres) {
            continue;
        }
        TestDatabase database(dialect, {.connections = 4});
        auto& store = database.store();
        const Order orders[] = {sample_order(), sample_order(), sample_order()};
        store.write_now([&](UnitOfWork& unit) { OrderRepository(unit).insert(orders[1]); });
        const auto other = db::open_postgres(database.url());
        db::run_script(*other, "BEGIN; UPDATE orders SET revision = revision");
        Queued queued(database);
        queued.add([&](UnitOfWork& unit) { return place(unit, orders[0]), true; });
        queued.add([&](UnitOfWork& unit) { return OrderRepository(unit).fail(orders[1].id, "{}", at(1)), true; });
        queued.add([&](UnitOfWork& unit) { return place(unit, orders[2]), true; });
        queued.pull();
        queued.join(0);
        queued.join(2);
        CHECK(order_exists(store, orders[0].id));
        CHECK(order_exists(store, orders[2].id));
        db::run_script(*other, "ROLLBACK");
        CHECK(queued.outcomes() == Texts{"kept", "kept", "kept"});
        CHECK(store.read_now([&](Session& session) { return OrderRepository(session).find(orders[1].id)->status; }) ==
              OrderStatus::Failed);
    }
}

TEST_CASE("a commit that PostgreSQL refuses because of one unit happens without it", "[unit][db]")
{
    for (const auto dialect : test_dialects()) {
        if (dialect != Dialect::Postgres) {
            continue;
        }
        TestDatabase database(dialect, {.connections = 4});
        auto& store = database.store();
        const auto admin = db::open_postgres(database.url());
        db::run_script(*admin, R"sql(
            CREATE FUNCTION check_late() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF NEW.common_name = 'bad' THEN RAISE EXCEPTION 'bad'; END IF;
                RETURN NULL;
            END
            $$;
            CREATE CONSTRAINT TRIGGER check_late AFTER INSERT ON orders DEFERRABLE INITIALLY DEFERRED
                FOR EACH ROW EXECUTE FUNCTION check_late())sql");
        Order orders[] = {sample_order(), sample_order(), sample_order()};
        orders[1].common_name = "bad";
        Queued queued(database);
        for (const auto& order : orders) {
            queued.add([&](UnitOfWork& unit) { return place(unit, order), true; });
        }
        queued.pull();
        CHECK(queued.outcomes() == Texts{"kept", "threw", "kept"});
        CHECK(order_exists(store, orders[0].id));
        CHECK_FALSE(order_exists(store, orders[1].id));
        CHECK(order_exists(store, orders[2].id));
        CHECK(audited_actions(store) == Texts{"order.create", "order.create"});
        CHECK(first_gap(store) == 0);
    }
}

TEST_CASE("a group whose connection to PostgreSQL is lost before the commit happens once", "[unit][db]")
{
    for (const auto dialect : test_dialects()) {
        if (dialect != Dialect::Postgres) {
            continue;
        }
        TestDatabase database(dialect, {.connections = 4});
        auto& store = database.store();
        const auto admin = db::open_postgres(database.url());
        const Order orders[] = {sample_order(), sample_order(), sample_order()};
        std::atomic<bool> cut{false};
        Queued queued(database);
        for (std::size_t i = 0; i < 3; ++i) {
            queued.add([&, i](UnitOfWork& unit) {
                place(unit, orders[i]);
                if (i == 2 && !cut.exchange(true)) {
                    db::run_script(*admin, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                                           "WHERE datname = current_database() AND pid <> pg_backend_pid()");
                }
                return i != 1;
            });
        }
        queued.pull();
        CHECK(queued.outcomes() == Texts{"kept", "refused", "kept"});
        CHECK(order_exists(store, orders[0].id));
        CHECK_FALSE(order_exists(store, orders[1].id));
        CHECK(order_exists(store, orders[2].id));
        CHECK(audited_actions(store) == Texts{"order.create", "order.create"});
    }
}

TEST_CASE("a unit that goes on after a failed statement on PostgreSQL is not kept", "[unit][db]")
{
    for (const auto dialect : test_dialects()) {
        if (dialect != Dialect::Postgres) {
            continue;
        }
        TestDatabase database(dialect, {.connections = 1});
        auto& store = database.store();
        const auto order = sample_order();
        CHECK_THROWS_AS(store.write_now([&](UnitOfWork& unit) {
            OrderRepository(unit).insert(order);
            CHECK_THROWS(OrderRepository(unit).insert(order));
        }),
                        std::logic_error);
        CHECK_FALSE(order_exists(store, order.id));
    }
}

TEST_CASE("a unit whose connection is lost during the commit is not run again", "[unit][db]")
{
    for (const auto dialect : test_dialects()) {
        if (dialect != Dialect::Postgres) {
            continue;
        }
        TestDatabase database(dialect, {.connections = 1});
        auto& store = database.store();
        const auto admin = db::open_postgres(database.url());
        db::run_script(*admin, R"sql(
            CREATE FUNCTION cut() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                PERFORM pg_terminate_backend(pg_backend_pid());
                RETURN NULL;
            END
            $$;
            CREATE CONSTRAINT TRIGGER cut AFTER INSERT ON orders DEFERRABLE INITIALLY DEFERRED
                FOR EACH ROW EXECUTE FUNCTION cut())sql");
        int runs = 0;
        CHECK_THROWS_AS(store.write_now([&](UnitOfWork& unit) {
            ++runs;
            OrderRepository(unit).insert(sample_order());
        }),
                        db::DatabaseError);
        CHECK(runs == 1);
        store.ping();
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
