#include "tests/support/test_database.hpp"

#include "pki/digest.hpp"
#include "tests/support/checklist_log.hpp"

#include <libpq-fe.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <stdexcept>
#include <unistd.h>

namespace chancery::test {
namespace {

namespace fs = std::filesystem;

std::string environment(const char* name)
{
    const char* const value = std::getenv(name);
    return value != nullptr ? value : "";
}

std::string unique_name(std::string_view kind)
{
    static std::atomic<int> count{0};
    return "chancery_" + std::string(kind) + '_' + std::to_string(::getpid()) + '_' + std::to_string(count++);
}

/// The server's URL with another database at its end.
std::string with_database(const std::string& url, const std::string& database)
{
    const auto query = url.find('?');
    const auto slash = url.find('/', url.find("://") + 3);
    const auto end = slash == std::string::npos ? query : slash;
    return url.substr(0, end) + '/' + database + (query == std::string::npos ? "" : url.substr(query));
}

void run_on_server(const std::string& sql)
{
    const std::unique_ptr<PGconn, decltype(&PQfinish)> connection(
        PQconnectdb(environment("CHANCERY_TEST_POSTGRES").c_str()), &PQfinish);
    const std::unique_ptr<PGresult, decltype(&PQclear)> result(PQexec(connection.get(), sql.c_str()), &PQclear);
    if (PQresultStatus(result.get()) != PGRES_COMMAND_OK) {
        throw std::runtime_error(std::string("the test server refused: ") + PQerrorMessage(connection.get()));
    }
}

void migrate(const std::string& url)
{
    metrics::Registry metrics;
    db::Store store({.url = url, .readers = 1, .connections = 1, .sha256_hex = &pki::sha256_hex}, metrics);
    store.migrate();
    store.close();
}

fs::path new_directory()
{
    auto path = fs::temp_directory_path() / unique_name("test");
    fs::create_directories(path);
    return path;
}

/// One migrated SQLite file a process, which others are copies of.
const fs::path& sqlite_template()
{
    struct Template {
        fs::path directory = new_directory();
        fs::path file = directory / "template.db";

        Template() { migrate("sqlite:" + file.string()); }

        ~Template()
        {
            std::error_code ignored;
            fs::remove_all(directory, ignored);
        }
    };

    static const Template made;
    return made.file;
}

/// Databases to drop when the process ends: the first drop makes the server write a checkpoint, the others find it
/// done.
class Leftovers {
public:
    ~Leftovers()
    {
        for (const auto& name : names_) {
            try {
                run_on_server("DROP DATABASE " + name + " WITH (FORCE)");
            } catch (const std::exception&) { // a leftover in a server for tests harms nobody
            }
        }
    }

    void add(const std::string& name)
    {
        const std::lock_guard lock(mutex_);
        names_.push_back(name);
    }

private:
    std::mutex mutex_{};
    std::vector<std::string> names_{};
};

Leftovers& leftovers()
{
    static Leftovers made;
    return made;
}

/// One migrated PostgreSQL database a process, which others are copies of.
const std::string& postgres_template()
{
    struct Template {
        std::string name = unique_name("template");

        Template()
        {
            leftovers().add(name);
            run_on_server("CREATE DATABASE " + name);
            migrate(with_database(environment("CHANCERY_TEST_POSTGRES"), name));
        }
    };

    static const Template made;
    return made.name;
}

} // namespace

std::vector<db::Dialect> test_dialects()
{
    if (!environment("CHANCERY_TEST_POSTGRES").empty()) {
        return {db::Dialect::Sqlite, db::Dialect::Postgres};
    }
    if (environment("CHANCERY_REQUIRE_POSTGRES") == "1") {
        throw std::runtime_error("CHANCERY_REQUIRE_POSTGRES=1, but CHANCERY_TEST_POSTGRES is not set");
    }
    return {db::Dialect::Sqlite};
}

bool postgres_is_tested()
{
    return test_dialects().size() == 2;
}

/// Where the data is: a directory, or a database of the server.
struct TestDatabase::Place {
    fs::path directory{};
    std::string database{};

    ~Place()
    {
        std::error_code ignored;
        if (!directory.empty()) {
            fs::remove_all(directory, ignored);
        }
        if (!database.empty()) {
            leftovers().add(database);
        }
    }
};

TestDatabase::TestDatabase(db::Dialect dialect, db::StoreConfig config) : TestDatabase(dialect, std::move(config), true)
{
}

TestDatabase::TestDatabase(db::Dialect dialect, db::StoreConfig config, bool migrated)
    : place_(std::make_unique<Place>()), config_(std::move(config))
{
    config_.sha256_hex = &pki::sha256_hex;
    note_for_checklist(dialect == db::Dialect::Sqlite ? "database sqlite" : "database postgresql");
    switch (dialect) {
        case db::Dialect::Sqlite: {
            place_->directory = new_directory();
            const auto file = place_->directory / "chancery.db";
            if (migrated) {
                fs::copy_file(sqlite_template(), file);
            }
            config_.url = "sqlite:" + file.string();
            break;
        }
        case db::Dialect::Postgres:
            place_->database = unique_name("test");
            run_on_server("CREATE DATABASE " + place_->database +
                          (migrated ? " TEMPLATE " + postgres_template() : std::string()));
            config_.url = with_database(environment("CHANCERY_TEST_POSTGRES"), place_->database);
            break;
    }
    reopen();
}

std::unique_ptr<TestDatabase> TestDatabase::empty(db::Dialect dialect)
{
    return std::unique_ptr<TestDatabase>(new TestDatabase(dialect, {}, false));
}

TestDatabase::~TestDatabase()
{
    store_.reset();
}

void TestDatabase::reopen()
{
    store_.reset();
    store_ = std::make_unique<db::Store>(config_, metrics_);
}

} // namespace chancery::test
