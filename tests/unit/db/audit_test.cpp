#include "db/connection.hpp"
#include "db/repositories/audit_repository.hpp"
#include "db/store.hpp"
#include "pki/digest.hpp"
#include "tests/support/test_database.hpp"
#include "tests/unit/db/samples.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <thread>

using namespace chancery;
using namespace chancery::test;
using chancery::db::AuditRepository;
using chancery::db::Session;
using chancery::db::UnitOfWork;

namespace {

/// The first sequence number at which the chain is broken; 0 when it holds from the first record to the head.
long long first_break(db::Store& store)
{
    return store.read_now([](Session& session) -> long long {
        AuditRepository audit(session);
        std::string previous(64, '0');
        long long expected = 1;
        for (const auto& event : audit.range(1, 100'000)) {
            if (event.sequence != expected || event.previous_hash != previous ||
                event.hash != pki::sha256_hex(db::audit_hash_input(event))) {
                return expected;
            }
            previous = event.hash;
            ++expected;
        }
        const auto head = audit.head();
        return head.sequence == expected - 1 && head.hash == previous ? 0 : expected;
    });
}

std::string sha256_unless_poison(std::string_view text)
{
    if (text.find("poison") != std::string_view::npos) {
        throw std::domain_error("poison");
    }
    return pki::sha256_hex(text);
}

void record(db::Store& store, const std::vector<AuditEvent>& events)
{
    store.write_now([&](UnitOfWork& unit) {
        for (const auto& event : events) {
            unit.audit(event);
        }
    });
}

std::vector<std::string> found(db::Store& store, const db::AuditFilter& filter, const db::PageRequest& page = {})
{
    return store.read_now([&](Session& session) {
        auto ids = ids_of(AuditRepository(session).list(filter, page));
        if (!page.after && page.limit == 50) {
            CHECK(AuditRepository(session).count(filter) == static_cast<long long>(ids.size()));
        }
        return ids;
    });
}

} // namespace

TEST_CASE("an audit record comes back as it was written", "[unit][db]")
{
    TestDatabase database(GENERATE(from_range(test_dialects())));
    auto event = sample_event("order.create");
    event.outcome = Outcome::Failure;
    event.details = R"({"text":"ä' \" :name ?"})";
    record(database.store(), {event});
    const auto stored =
        database.store().read_now([&](Session& session) { return AuditRepository(session).find(event.id).value(); });
    CHECK(stored.sequence == 1);
    CHECK(stored.at == event.at);
    CHECK(stored.actor == event.actor);
    CHECK(stored.source_address == event.source_address);
    CHECK(stored.action == event.action);
    CHECK(stored.resource_type == event.resource_type);
    CHECK(stored.resource_id == event.resource_id);
    CHECK(stored.outcome == event.outcome);
    CHECK(stored.request_id == event.request_id);
    CHECK(stored.details == event.details);
    CHECK(stored.previous_hash == std::string(64, '0'));
    CHECK(first_break(database.store()) == 0);
}

TEST_CASE("the chain has no gaps under eight writers at once", "[unit][db]")
{
    TestDatabase database(GENERATE(from_range(test_dialects())));
    std::vector<std::thread> writers;
    for (int i = 0; i < 8; ++i) {
        writers.emplace_back([&] {
            for (int n = 0; n < 25; ++n) {
                record(database.store(), {sample_event("a.one"), sample_event("a.two")});
            }
        });
    }
    for (auto& writer : writers) {
        writer.join();
    }
    CHECK(first_break(database.store()) == 0);
    const auto head = database.store().read_now([](Session& session) { return AuditRepository(session).head(); });
    CHECK(head.sequence == 400);
}

TEST_CASE("a record that cannot be written takes its whole unit along and leaves no gap", "[unit][db]")
{
    TestDatabase database(GENERATE(from_range(test_dialects())));
    auto config = database.config();
    config.sha256_hex = &sha256_unless_poison;
    metrics::Registry metrics;
    db::Store store(config, metrics);
    std::vector<std::thread> writers;
    std::atomic<int> refused{0};
    for (int i = 0; i < 12; ++i) {
        writers.emplace_back([&, i] {
            try {
                record(store, {sample_event("a.one"), sample_event(i % 3 == 0 ? "poison" : "a.two")});
            } catch (const std::domain_error&) {
                ++refused;
            }
        });
    }
    for (auto& writer : writers) {
        writer.join();
    }
    CHECK(refused == 4);
    CHECK(first_break(store) == 0);
    CHECK(store.read_now([](Session& session) { return AuditRepository(session).head(); }).sequence == 16);
}

TEST_CASE("the log refuses to be changed, and a change made around it is found", "[unit][db]")
{
    const auto dialect = GENERATE(from_range(test_dialects()));
    TestDatabase database(dialect);
    record(database.store(), {sample_event("a.one"), sample_event("a.two"), sample_event("a.three")});
    const bool sqlite = dialect == db::Dialect::Sqlite;
    const auto session =
        sqlite ? db::open_sqlite(database.url().substr(7), db::Access::ReadWrite) : db::open_postgres(database.url());
    CHECK_THROWS_AS(db::run_script(*session, "UPDATE audit_events SET actor_id = 'x' WHERE sequence = 2"),
                    db::DatabaseError);
    CHECK_THROWS_AS(db::run_script(*session, "DELETE FROM audit_events WHERE sequence = 2"), db::DatabaseError);
    if (!sqlite) {
        CHECK_THROWS_AS(db::run_script(*session, "TRUNCATE audit_events"), db::DatabaseError);
    }
    CHECK(first_break(database.store()) == 0);

    db::run_script(*session, sqlite ? "DROP TRIGGER audit_events_no_update"
                                    : "ALTER TABLE audit_events DISABLE TRIGGER audit_events_no_change");
    db::run_script(*session, "UPDATE audit_events SET actor_id = 'x' WHERE sequence = 2");
    CHECK(first_break(database.store()) == 2);
}

TEST_CASE("a record cut off at the end is missed by the head", "[unit][db]")
{
    const auto dialect = GENERATE(from_range(test_dialects()));
    TestDatabase database(dialect);
    record(database.store(), {sample_event("a.one"), sample_event("a.two")});
    const bool sqlite = dialect == db::Dialect::Sqlite;
    const auto session =
        sqlite ? db::open_sqlite(database.url().substr(7), db::Access::ReadWrite) : db::open_postgres(database.url());
    db::run_script(*session, sqlite ? "DROP TRIGGER audit_events_no_delete"
                                    : "ALTER TABLE audit_events DISABLE TRIGGER audit_events_no_change");
    db::run_script(*session, "DELETE FROM audit_events WHERE sequence = 2");
    CHECK(first_break(database.store()) == 2);
}

TEST_CASE("every field of a record is under its hash", "[unit][db]")
{
    const auto base = sample_event("order.create");
    const auto differs = [&](auto change) {
        auto other = base;
        change(other);
        return db::audit_hash_input(other) != db::audit_hash_input(base);
    };
    CHECK(differs([](AuditEvent& e) { e.sequence = 9; }));
    CHECK(differs([](AuditEvent& e) { e.id = "x"; }));
    CHECK(differs([](AuditEvent& e) { e.at += std::chrono::milliseconds(1); }));
    CHECK(differs([](AuditEvent& e) { e.actor.type = ActorType::System; }));
    CHECK(differs([](AuditEvent& e) { e.actor.id = "x"; }));
    CHECK(differs([](AuditEvent& e) { e.actor.name = "x"; }));
    CHECK(differs([](AuditEvent& e) { e.source_address = "x"; }));
    CHECK(differs([](AuditEvent& e) { e.action = "x"; }));
    CHECK(differs([](AuditEvent& e) { e.resource_type = "x"; }));
    CHECK(differs([](AuditEvent& e) { e.resource_id = "x"; }));
    CHECK(differs([](AuditEvent& e) { e.outcome = Outcome::Failure; }));
    CHECK(differs([](AuditEvent& e) { e.request_id = "x"; }));
    CHECK(differs([](AuditEvent& e) { e.details = "{}"; }));
    CHECK(differs([](AuditEvent& e) { e.previous_hash = "x"; }));
    // Text that moves from one field to its neighbour.
    CHECK(differs([](AuditEvent& e) {
        e.actor.id += 'A';
        e.actor.name.erase(0, 1);
    }));
}

TEST_CASE("the log is narrowed by every filter and paged by sequence", "[unit][db]")
{
    TestDatabase database(GENERATE(from_range(test_dialects())));
    auto& store = database.store();
    auto first = sample_event("order.create", "order-1");
    auto second = sample_event("order.create.refused", "order-2");
    second.outcome = Outcome::Failure;
    second.actor.id = "user-2";
    second.at = at(2);
    auto third = sample_event("certificate.revoke", "certificate-1");
    third.resource_type = "certificate";
    third.request_id = "request-3";
    third.at = at(3);
    record(store, {first, second, third});

    using Ids = std::vector<std::string>;
    CHECK(found(store, {}) == Ids{first.id, second.id, third.id});
    CHECK(found(store, {.action = "order.create"}) == Ids{first.id});
    CHECK(found(store, {.action = "order.create*"}) == Ids{first.id, second.id});
    CHECK(found(store, {.action = "*"}).size() == 3);
    CHECK(found(store, {.actor_id = "user-2"}) == Ids{second.id});
    CHECK(found(store, {.resource_type = "certificate"}) == Ids{third.id});
    CHECK(found(store, {.resource_type = "order", .resource_id = "order-1"}) == Ids{first.id});
    CHECK(found(store, {.outcome = Outcome::Failure}) == Ids{second.id});
    CHECK(found(store, {.request_id = "request-3"}) == Ids{third.id});
    CHECK(found(store, {.since = at(2), .until = at(3)}) == Ids{second.id});

    CHECK(found(store, {}, {.limit = 2, .descending = true}) == Ids{third.id, second.id});
    const db::Position position{.value = "2", .id = second.id};
    CHECK(found(store, {}, {.limit = 2, .descending = true, .after = position}) == Ids{first.id});
    CHECK(found(store, {}, {.limit = 2, .after = position}) == Ids{third.id});
}
