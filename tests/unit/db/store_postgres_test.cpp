// What only PostgreSQL has: lost connections, deadlocks, commits that fail.
#include "db/connection.hpp"
#include "tests/unit/db/store_support.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <latch>
#include <thread>

using namespace chancery;
using namespace chancery::test;
using chancery::db::Dialect;
using chancery::db::OrderRepository;
using chancery::db::Session;
using chancery::db::UnitOfWork;

TEST_CASE("a deadlock between two units on PostgreSQL is run again until both are done", "[unit][db]")
{
    if (!postgres_is_tested()) {
        return;
    }
    TestDatabase database(Dialect::Postgres);
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

TEST_CASE("a unit survives the loss of its connection to PostgreSQL before the commit", "[unit][db]")
{
    if (!postgres_is_tested()) {
        return;
    }
    TestDatabase database(Dialect::Postgres, {.connections = 2});
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

TEST_CASE("a unit that has to wait for a row on PostgreSQL does not keep its group waiting", "[unit][db]")
{
    if (!postgres_is_tested()) {
        return;
    }
    TestDatabase database(Dialect::Postgres, {.connections = 4});
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

TEST_CASE("a commit that PostgreSQL refuses because of one unit happens without it", "[unit][db]")
{
    if (!postgres_is_tested()) {
        return;
    }
    TestDatabase database(Dialect::Postgres, {.connections = 4});
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

TEST_CASE("a group whose connection to PostgreSQL is lost before the commit happens once", "[unit][db]")
{
    if (!postgres_is_tested()) {
        return;
    }
    TestDatabase database(Dialect::Postgres, {.connections = 4});
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

TEST_CASE("a unit that goes on after a failed statement on PostgreSQL is not kept", "[unit][db]")
{
    if (!postgres_is_tested()) {
        return;
    }
    TestDatabase database(Dialect::Postgres, {.connections = 1});
    auto& store = database.store();
    const auto order = sample_order();
    CHECK_THROWS_AS(store.write_now([&](UnitOfWork& unit) {
        OrderRepository(unit).insert(order);
        CHECK_THROWS(OrderRepository(unit).insert(order));
    }),
                    std::logic_error);
    CHECK_FALSE(order_exists(store, order.id));
}

TEST_CASE("a unit whose connection is lost during the commit is not run again", "[unit][db]")
{
    if (!postgres_is_tested()) {
        return;
    }
    TestDatabase database(Dialect::Postgres, {.connections = 1});
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
