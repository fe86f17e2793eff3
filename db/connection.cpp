#include "db/connection.hpp"

#include "db/statement.hpp"

#include <libpq-fe.h>
#include <soci/error.h>
#include <soci/postgresql/soci-postgresql.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <mutex>

namespace chancery::db {
namespace {

using sqlite_api::sqlite3;

// A writer in another process (the command line) holds the lock for one commit; a migration may take longer.
constexpr int kBusyTimeoutMillis = 10'000;

// synchronous=FULL: a commit is on the disk when it returns. The log is copied back every 10,000 pages (40 MB) instead
// of 1,000, because that copy stops the writer. No memory map: SQLite drops it whenever another connection has written,
// and unmapping interrupts every core.
constexpr auto kSqliteSettings = R"sql(
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA foreign_keys = ON;
    PRAGMA temp_store = MEMORY;
    PRAGMA cache_size = -65536;
    PRAGMA wal_autocheckpoint = 10000;
    PRAGMA journal_size_limit = 67108864)sql";

constexpr auto kPostgresSettings = R"sql(
    SET client_encoding = 'UTF8';
    SET statement_timeout = '30s';
    SET lock_timeout = '10s';
    SET idle_in_transaction_session_timeout = '60s';
    SET client_min_messages = warning)sql";

/// A connection is used by one thread at a time, so SQLite need not lock it at every call, nor count its memory under
/// a lock that all threads share. Refused without harm when SQLite is running already.
void configure_sqlite()
{
    static std::once_flag once;
    std::call_once(once, [] {
        sqlite_api::sqlite3_config(SQLITE_CONFIG_MULTITHREAD);
        sqlite_api::sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    });
}

sqlite3* sqlite_handle(Session& session)
{
    return static_cast<soci::sqlite3_session_backend*>(session.sql().get_backend())->conn_;
}

PGconn* postgres_handle(Session& session)
{
    return static_cast<soci::postgresql_session_backend*>(session.sql().get_backend())->conn_;
}

std::string first_line(const std::string& text)
{
    return text.substr(0, text.find('\n'));
}

DatabaseError::Kind kind_of_state(const std::string& sqlstate, bool connected)
{
    // 23505: another transaction took the value after this one had looked for it; run again, it finds it taken.
    if (sqlstate == "40001" || sqlstate == "40P01" || sqlstate == "23505") {
        return DatabaseError::Kind::Conflict;
    }
    if (sqlstate == "55P03") {
        return DatabaseError::Kind::LockWait;
    }
    // 57P01 to 57P03: the server is going down, has crashed, or is not up yet.
    const bool lost = !connected || sqlstate.starts_with("08") || sqlstate.starts_with("57P0");
    return lost ? DatabaseError::Kind::ConnectionLost : DatabaseError::Kind::Other;
}

void run_sqlite(Session& session, const std::string& sql)
{
    auto* const handle = sqlite_handle(session);
    if (sqlite_api::sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
        throw DatabaseError(DatabaseError::Kind::Other, std::string("SQLite: ") + sqlite_api::sqlite3_errmsg(handle));
    }
}

void run_postgres(Session& session, const std::string& sql)
{
    auto* const handle = postgres_handle(session);
    const std::unique_ptr<PGresult, decltype(&PQclear)> result(PQexec(handle, sql.c_str()), &PQclear);
    const auto status = PQresultStatus(result.get());
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_EMPTY_QUERY) {
        const char* const state = PQresultErrorField(result.get(), PG_DIAG_SQLSTATE);
        throw DatabaseError(kind_of_state(state != nullptr ? state : "", PQstatus(handle) == CONNECTION_OK),
                            "PostgreSQL: " + first_line(PQerrorMessage(handle)));
    }
}

/// SOCI reads the text as key=value pairs and spoils a URL that has no '=' in it, so the URL is given one.
std::string with_application_name(const std::string& url)
{
    if (url.find("application_name=") != std::string::npos) {
        return url;
    }
    return url + (url.find('?') == std::string::npos ? "?" : "&") + "application_name=chancery";
}

} // namespace

std::unique_ptr<Session> open_sqlite(const std::string& file, Access access)
{
    if (file.empty() || file.find('"') != std::string::npos) {
        throw DatabaseError(DatabaseError::Kind::Other, "SQLite: not a usable file name");
    }
    configure_sqlite();
    try {
        auto impl = std::make_unique<Session::Impl>(Dialect::Sqlite);
        impl->sql.open(soci::sqlite3, "dbname=\"" + file + '"');
        auto session = std::make_unique<Session>(std::move(impl));
        sqlite_api::sqlite3_busy_timeout(sqlite_handle(*session), kBusyTimeoutMillis);
        run_script(*session, kSqliteSettings);
        if (access == Access::ReadOnly) {
            run_script(*session, "PRAGMA query_only = ON");
        }
        return session;
    } catch (const soci::soci_error& error) {
        throw DatabaseError(DatabaseError::Kind::Other,
                            "SQLite: cannot open " + file + ": " + error.get_error_message());
    }
}

std::unique_ptr<Session> open_postgres(const std::string& url)
{
    try {
        auto impl = std::make_unique<Session::Impl>(Dialect::Postgres);
        impl->sql.open(soci::postgresql, with_application_name(url));
        auto session = std::make_unique<Session>(std::move(impl));
        run_script(*session, kPostgresSettings);
        return session;
    } catch (const soci::soci_error& error) {
        throw DatabaseError(DatabaseError::Kind::ConnectionLost,
                            "PostgreSQL: cannot connect: " + first_line(error.get_error_message()));
    }
}

void run_script(Session& session, const std::string& sql)
{
    // Below SOCI, which takes one statement at a time and looks for ':' in it.
    switch (session.dialect()) {
        case Dialect::Sqlite:
            return run_sqlite(session, sql);
        case Dialect::Postgres:
            return run_postgres(session, sql);
    }
}

bool in_transaction(Session& session)
{
    switch (session.dialect()) {
        case Dialect::Sqlite:
            return sqlite_api::sqlite3_get_autocommit(sqlite_handle(session)) == 0;
        case Dialect::Postgres:
            return PQtransactionStatus(postgres_handle(session)) != PQTRANS_IDLE;
    }
    return false;
}

bool in_failed_transaction(Session& session)
{
    return session.dialect() == Dialect::Postgres && PQtransactionStatus(postgres_handle(session)) == PQTRANS_INERROR;
}

bool is_connected(Session& session)
{
    return session.dialect() == Dialect::Sqlite || PQstatus(postgres_handle(session)) == CONNECTION_OK;
}

void throw_database_error(Session& session, const soci::soci_error& error)
{
    const auto* const postgres = dynamic_cast<const soci::postgresql_soci_error*>(&error);
    const auto kind = kind_of_state(postgres != nullptr ? postgres->sqlstate() : "", is_connected(session));
    throw DatabaseError(kind, first_line(error.get_error_message()));
}

} // namespace chancery::db
