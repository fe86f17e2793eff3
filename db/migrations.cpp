#include "db/migrations.hpp"

#include "core/clock.hpp"
#include "core/log.hpp"
#include "db/connection.hpp"
#include "db/statement.hpp"

#include <charconv>
#include <map>

namespace chancery::db {
namespace {

constexpr auto kCreateTable = R"sql(
    CREATE TABLE IF NOT EXISTS schema_migrations (
        number BIGINT PRIMARY KEY,
        name TEXT NOT NULL,
        applied_at BIGINT NOT NULL,
        checksum TEXT NOT NULL
    ))sql";

constexpr std::string_view kHasTableSqlite =
    "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'schema_migrations'";
constexpr std::string_view kHasTablePostgres = R"sql(
    SELECT count(*) FROM information_schema.tables
     WHERE table_schema = current_schema() AND table_name = 'schema_migrations')sql";

constexpr std::string_view kNumbers = "SELECT number FROM schema_migrations ORDER BY number";
constexpr std::string_view kChecksum = "SELECT checksum FROM schema_migrations WHERE number = :number";
constexpr std::string_view kRecord = R"sql(
    INSERT INTO schema_migrations (number, name, applied_at, checksum)
    VALUES (:number, :name, :applied_at, :checksum))sql";

// Any number that no other program takes in this database; held until the transaction ends.
constexpr auto kBeginPostgres = "BEGIN; SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = 0; "
                                "SELECT pg_advisory_xact_lock(4841367718923501)";

struct FileName {
    int number = 0;
    std::string name{};
    std::optional<Dialect> dialect{};
};

FileName parse(std::string_view file)
{
    FileName parsed;
    auto stem = file;
    if (!stem.ends_with(".sql")) {
        throw std::runtime_error("not the name of a migration: " + std::string(file));
    }
    stem.remove_suffix(4);
    for (const auto& [suffix, dialect] : {std::pair<std::string_view, Dialect>(".sqlite3", Dialect::Sqlite),
                                          std::pair<std::string_view, Dialect>(".postgresql", Dialect::Postgres)}) {
        if (stem.ends_with(suffix)) {
            parsed.dialect = dialect;
            stem.remove_suffix(suffix.size());
        }
    }
    const auto digits = stem.substr(0, 4);
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), parsed.number);
    if (stem.size() < 6 || read.ptr != digits.data() + 4 || stem[4] != '_' ||
        stem.find('.') != std::string_view::npos) {
        throw std::runtime_error("not the name of a migration: " + std::string(file));
    }
    parsed.name = stem;
    return parsed;
}

void begin_locked(Session& session)
{
    run_script(session, session.dialect() == Dialect::Postgres ? kBeginPostgres : "BEGIN IMMEDIATE");
}

/// Whether it was missing. Inside a transaction that holds the lock.
bool apply_if_missing(Session& session, const Migration& migration, Sha256Hex sha256_hex)
{
    run_script(session, kCreateTable);
    const auto checksum = sha256_hex(migration.sql);
    const auto known = Query(session, kChecksum).bind(migration.number).value<std::string>();
    if (known && *known != checksum) {
        throw std::runtime_error("the migration " + migration.name + " is not the one this database was made with");
    }
    if (known) {
        return false;
    }
    run_script(session, migration.sql);
    Query(session, kRecord).bind(migration.number, migration.name, SystemClock().now(), checksum).run();
    return true;
}

bool apply(Session& session, const Migration& migration, Sha256Hex sha256_hex)
{
    begin_locked(session);
    try {
        const bool applied = apply_if_missing(session, migration, sha256_hex);
        run_script(session, "COMMIT");
        return applied;
    } catch (...) {
        if (is_connected(session) && in_transaction(session)) {
            run_script(session, "ROLLBACK");
        }
        throw;
    }
}

} // namespace

std::vector<Migration> migrations_for(Dialect dialect, std::span<const EmbeddedFile> files)
{
    // By number, the common file before the dialect's own.
    std::map<std::pair<int, bool>, std::pair<FileName, std::string_view>> sorted;
    for (const auto& file : files) {
        auto parsed = parse(file.name);
        if (parsed.dialect && *parsed.dialect != dialect) {
            continue;
        }
        const std::pair key(parsed.number, parsed.dialect.has_value());
        if (!sorted.emplace(key, std::pair(std::move(parsed), file.content)).second) {
            throw std::runtime_error("two migrations have one number: " + std::string(file.name));
        }
    }
    std::vector<Migration> migrations;
    for (const auto& [key, file] : sorted) {
        if (migrations.empty() || migrations.back().number != key.first) {
            migrations.push_back({.number = key.first, .name = file.first.name, .sql = {}});
        }
        if (migrations.back().name != file.first.name || key.first < 1) {
            throw std::runtime_error("two migrations have one number, or one has none: " + file.first.name);
        }
        migrations.back().sql += file.second;
    }
    return migrations;
}

std::vector<std::string> apply_migrations(Session& session, Sha256Hex sha256_hex)
{
    std::vector<std::string> applied;
    for (const auto& migration : migrations_for(session.dialect())) {
        if (apply(session, migration, sha256_hex)) {
            log::info("database.migrated", {{"migration", migration.name}});
            applied.push_back(migration.name);
        }
    }
    return applied;
}

std::vector<int> applied_migrations(Session& session)
{
    const auto has_table = session.dialect() == Dialect::Postgres ? kHasTablePostgres : kHasTableSqlite;
    if (Query(session, has_table).value<long long>().value_or(0) == 0) {
        return {};
    }
    return Query(session, kNumbers).values<int>();
}

} // namespace chancery::db
