#include "tests/unit/db/list_plans.hpp"

#include "db/connection.hpp"
#include "db/store.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <string_view>

namespace chancery::test {

using db::Dialect;
using db::PageRequest;
using db::Position;
using db::Query;

namespace {

std::string plan_of(db::Session& session, const Statement& listed)
{
    const bool sqlite = session.dialect() == Dialect::Sqlite;
    Query explain(session, (sqlite ? "EXPLAIN QUERY PLAN " : "EXPLAIN ") + listed.sql);
    for (const auto& cell : listed.parameters) {
        if (cell.is_number) {
            explain.bind(cell.number);
        } else {
            explain.bind(cell.text);
        }
    }
    std::string plan;
    for (const auto& line : explain.all([&](db::Row& row) {
             if (sqlite) {
                 for (int i = 0; i < 3; ++i) {
                     row.get<long long>();
                 }
             }
             return row.get<std::string>();
         })) {
        plan += line + '\n';
    }
    return plan;
}

bool contains(const std::string& text, std::string_view part)
{
    return text.find(part) != std::string::npos;
}

/// A line of SQLite's that reads a table from its beginning to its end, in no order that helps.
bool is_scan(std::string_view line, bool sorts)
{
    const auto at = line.find("SCAN ");
    if (at == std::string_view::npos) {
        return line.find("Seq Scan") != std::string_view::npos;
    }
    const auto what = line.substr(at + 5);
    // The log's key is its sequence: its rows are read in their order.
    const bool in_order = !sorts && what.starts_with("audit_events");
    // What the statement has made itself; each of the terms was found through the index.
    constexpr std::string_view kOwn[] = {"bucketed", "cells", "placed", "(subquery", "terms", "CONSTANT ROW"};
    const bool own = std::ranges::any_of(kOwn, [&](std::string_view name) { return what.starts_with(name); });
    return line.find("INDEX") == std::string_view::npos && !in_order && !own;
}

Work work_of(const std::string& plan)
{
    const bool sorts = contains(plan, "TEMP B-TREE") || contains(plan, "Sort");
    for (std::size_t at = 0; at < plan.size();) {
        const auto end = plan.find('\n', at);
        if (is_scan(std::string_view(plan).substr(at, end - at), sorts)) {
            return Work::Scan;
        }
        at = end + 1;
    }
    return sorts ? Work::Sort : Work::Walk;
}

/// PostgreSQL reads a small table whole, or sorts it, whatever indexes it has; this makes it show what it would do with
/// a large one.
void prefer_indexes(db::Session& session, Work most)
{
    if (session.dialect() == Dialect::Postgres) {
        const auto* const sort = most == Work::Walk ? "off" : "on";
        db::run_script(session, "SET enable_seqscan = off; SET enable_bitmapscan = off; "
                                "SET enable_incremental_sort = off; SET enable_sort = " +
                                    std::string(sort));
    }
}

} // namespace

std::vector<Statement> prepared_by(db::Session& session, const List& list)
{
    auto& statements = session.impl().statements;
    statements.clear();
    list(session);
    std::vector<Statement> page;
    bool by_terms = false;
    for (auto& [sql, statement] : statements) {
        by_terms = by_terms || sql.starts_with("WITH RECURSIVE terms");
        if (!sql.starts_with("SELECT count(*)") && !sql.starts_with("SELECT set_config") &&
            !sql.starts_with("EXPLAIN")) {
            page.push_back({.sql = statement->sql, .parameters = statement->parameters});
        }
    }
    REQUIRE_FALSE(page.empty());
    REQUIRE((by_terms || page.size() <= 2));
    return page;
}

void check_plans(TestDatabase& database, const std::vector<Case>& cases)
{
    database.store().write_now([&](db::UnitOfWork& session) {
        for (const auto& one : cases) {
            prefer_indexes(session, one.most);
            std::string all;
            for (const auto& statement : prepared_by(session, one.list)) {
                const auto plan = plan_of(session, statement);
                INFO(one.what << '\n' << statement.sql << '\n' << plan);
                CHECK(work_of(plan) <= one.most);
                all += plan;
            }
            INFO(one.what << '\n' << all);
            CHECK(contains(all, one.index));
        }
    });
}

void check_plans(const std::vector<Case>& cases)
{
    TestDatabase database(GENERATE(from_range(test_dialects())));
    check_plans(database, cases);
}

std::vector<PageRequest> pages(const std::string& value)
{
    std::vector<PageRequest> all;
    for (const bool descending : {true, false}) {
        all.push_back({.limit = 51, .descending = descending});
        all.push_back({.limit = 51, .descending = descending, .after = Position{.value = value, .id = "x"}});
    }
    return all;
}

} // namespace chancery::test
