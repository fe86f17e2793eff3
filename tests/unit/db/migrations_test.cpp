#include "db/connection.hpp"
#include "db/migrations.hpp"
#include "db/repositories/certificate_repository.hpp"
#include "db/repositories/order_repository.hpp"
#include "db/repositories/policy_decision_repository.hpp"
#include "db/store.hpp"
#include "tests/support/test_database.hpp"
#include "tests/unit/db/samples.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <sys/wait.h>
#include <unistd.h>

using namespace chancery;
using namespace chancery::test;
using chancery::db::Dialect;

namespace {

std::vector<int> all_numbers(Dialect dialect)
{
    std::vector<int> numbers;
    for (const auto& migration : db::migrations_for(dialect)) {
        numbers.push_back(migration.number);
    }
    return numbers;
}

std::unique_ptr<db::Session> connect(const TestDatabase& database, Dialect dialect)
{
    return dialect == Dialect::Sqlite ? db::open_sqlite(database.url().substr(7), db::Access::ReadWrite)
                                      : db::open_postgres(database.url());
}

/// Migrates in a process of its own; its exit status is 0 when that went well.
pid_t migrate_in_child(const db::StoreConfig& config)
{
    const pid_t child = ::fork();
    if (child == 0) {
        try {
            metrics::Registry metrics;
            db::Store store(config, metrics);
            store.migrate();
            ::_exit(0);
        } catch (const std::exception&) {
            ::_exit(1);
        }
    }
    return child;
}

} // namespace

TEST_CASE("an empty database is brought to the newest schema, once", "[unit][db]")
{
    const auto dialect = GENERATE(from_range(test_dialects()));
    const auto database = TestDatabase::empty(dialect);
    auto& store = database->store();
    CHECK(store.applied_migrations().empty());
    CHECK(store.migrate().size() == all_numbers(dialect).size());
    CHECK(store.applied_migrations() == all_numbers(dialect));
    CHECK(store.migrate().empty());
    store.write_now([](db::UnitOfWork& unit) { db::OrderRepository(unit).insert(sample_order()); });
}

TEST_CASE("several processes may migrate one database at once", "[unit][db]")
{
    const auto dialect = GENERATE(from_range(test_dialects()));
    const auto database = TestDatabase::empty(dialect);
    database->store().close();
    std::vector<pid_t> children;
    for (int i = 0; i < 4; ++i) {
        children.push_back(migrate_in_child(database->config()));
    }
    for (const auto child : children) {
        int status = -1;
        REQUIRE(::waitpid(child, &status, 0) == child);
        CHECK(status == 0);
    }
    database->reopen();
    CHECK(database->store().applied_migrations() == all_numbers(dialect));
}

TEST_CASE("a migration that changed after it was applied is refused", "[unit][db]")
{
    const auto dialect = GENERATE(from_range(test_dialects()));
    TestDatabase database(dialect);
    db::run_script(*connect(database, dialect), "UPDATE schema_migrations SET checksum = 'x' WHERE number = 1");
    CHECK_THROWS_WITH(database.store().migrate(), Catch::Contains("0001_schema"));
}

TEST_CASE("what decisions said before outcomes were kept is found in their documents", "[unit][db]")
{
    const auto dialect = GENERATE(from_range(test_dialects()));
    TestDatabase database(dialect);
    const std::string document = R"({"id":"d","blocked":true,"findings":[{"rule":"a","outcome":"fail"},)"
                                 R"({"rule":"b","outcome":"pass"},{"rule":"a","outcome":"warn"},)"
                                 R"({"rule":"a","outcome":"warn"},{"rule":"c","outcome":"waived"}],"fills":[]})";
    const std::vector<UnmetRule> unmet = {
        {"a", PolicyOutcome::Refused}, {"a", PolicyOutcome::Warned}, {"c", PolicyOutcome::Waived}};
    PolicyDecisionRecord record{.id = "d",
                                .decided_at = at(1),
                                .requested_by = {.type = ActorType::User, .id = "u", .name = "Ada"},
                                .document = document};
    database.store().write_now([&](db::UnitOfWork& unit) { db::PolicyDecisionRepository(unit).insert(record); });
    const auto migrations = db::migrations_for(dialect);
    const auto migration = std::ranges::find(migrations, 70, &db::Migration::number);
    REQUIRE(migration != migrations.end());
    db::run_script(*connect(database, dialect), migration->sql.substr(migration->sql.find("INSERT INTO")));
    database.store().write_now([&](db::UnitOfWork& unit) {
        db::PolicyDecisionRepository decisions(unit);
        const db::PolicyDecisionFilter filter{.visible = db::VisibleRequests{.own = record.requested_by}};
        auto found = decisions.list(filter, {.limit = 10});
        decisions.read_outcomes(found);
        REQUIRE(found.size() == 1);
        CHECK(found[0].outcomes == unmet);
        CHECK(decisions.count_between(filter.visible, {at(1), at(2)}).at(0).size() == 2);
        CHECK(decisions.count_between(filter.visible, {at(2), at(3)}).at(0).empty());
    });
}

TEST_CASE("orders from before names were kept of them are found by their names", "[unit][db]")
{
    const auto dialect = GENERATE(from_range(test_dialects()));
    TestDatabase database(dialect);
    auto complete = sample_order();
    complete.common_name = "WWW.example.com";
    complete.certificate_id = "c";
    complete.decision_id = "first";
    auto certificate = sample_certificate("www.example.com");
    certificate.id = "c";
    certificate.names.push_back({NameType::Dns, "b.example.net"});
    auto renewal = sample_order();
    renewal.kind = OrderKind::Renewal;
    renewal.requested_by = {.type = ActorType::System, .id = "system", .name = ""};
    renewal.renews_certificate = "c";
    database.store().write_now([&](db::UnitOfWork& unit) {
        db::CertificateRepository(unit).insert(certificate);
        db::OrderRepository(unit).insert(complete);
        db::OrderRepository(unit).insert(renewal);
        db::PolicyDecisionRepository(unit).insert(
            {.id = "refused",
             .order_id = "none",
             .requested_by = {},
             .names = {{NameType::Dns, "x.example"}, {NameType::Email, "ops@müll.example"}}});
    });
    const auto migrations = db::migrations_for(dialect);
    const auto migration = std::ranges::find(migrations, 81, &db::Migration::number);
    REQUIRE(migration != migrations.end());
    const auto& sql = migration->sql;
    // What it fills in, of rows that have none of it.
    std::string backfill = "UPDATE orders SET reversed_name = ''; DELETE FROM order_names;";
    for (auto at = sql.find("UPDATE orders"); at != std::string::npos; at = sql.find("UPDATE orders", at + 1)) {
        backfill += sql.substr(at, sql.find(';', at) + 1 - at);
    }
    for (auto at = sql.find("\nINSERT"); at != std::string::npos; at = sql.find("\nINSERT", at + 1)) {
        backfill += sql.substr(at, sql.find(';', at) + 1 - at);
    }
    db::run_script(*connect(database, dialect), backfill);
    const Actor nobody{.type = ActorType::User, .id = "nobody", .name = ""};
    database.store().read_now([&](db::Session& session) {
        db::OrderRepository orders(session);
        const auto under = [&](const std::string& domain) {
            return ids_of(orders.list({.visible = db::VisibleRequests{.own = nobody, .domains = {domain}}}, {}));
        };
        using Ids = std::vector<std::string>;
        CHECK(under("www.example.com").size() == 2);
        CHECK(under("example.net") == Ids{complete.id});
        const Actor owner{.type = ActorType::User, .id = certificate.requester_id, .name = ""};
        CHECK(orders.find(renewal.id, db::VisibleRequests{.own = owner}));
        db::PolicyDecisionRepository decisions(session);
        CHECK(decisions.find("refused", db::VisibleRequests{.own = nobody, .domains = {"example"}}));
        CHECK(decisions.find("refused", db::VisibleRequests{.own = nobody, .domains = {"@müll.example"}}));
        CHECK_FALSE(decisions.find("refused", db::VisibleRequests{.own = nobody, .domains = {"y.example"}}));
        return true;
    });
}

TEST_CASE("migrations go by their numbers, each once, the common file before the dialect's", "[unit][db]")
{
    using Files = std::vector<EmbeddedFile>;
    const Files files{{"0004_b.sql", "four;"},
                      {"0001_a.sqlite3.sql", "lite;"},
                      {"0001_a.postgresql.sql", "post;"},
                      {"0001_a.sql", "one;"}};
    const auto sqlite = db::migrations_for(Dialect::Sqlite, files);
    REQUIRE(sqlite.size() == 2);
    CHECK(sqlite[0].name == "0001_a");
    CHECK(sqlite[0].sql == "one;lite;");
    CHECK(sqlite[1].number == 4);
    CHECK(sqlite[1].sql == "four;");
    CHECK(db::migrations_for(Dialect::Postgres, files)[0].sql == "one;post;");
    for (const auto& wrong :
         {Files{{"0000_b.sql", ""}}, Files{{"0001_a.sql", ""}, {"0001_b.sql", ""}}, Files{{"one.sql", ""}},
          Files{{"0001_a.mysql.sql", ""}}, Files{{"0001.sql", ""}}, Files{{"0001_a.txt", ""}}}) {
        CHECK_THROWS(db::migrations_for(Dialect::Sqlite, wrong));
    }
}
