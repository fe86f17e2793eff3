#pragma once

#include "core/metrics.hpp"
#include "db/store.hpp"

#include <memory>
#include <string>
#include <vector>

namespace chancery::test {

/// SQLite, and PostgreSQL when CHANCERY_TEST_POSTGRES holds the URL of a server where the role may create databases.
/// Throws when CHANCERY_REQUIRE_POSTGRES=1 and there is none. `auto dialect = GENERATE(from_range(test_dialects()));`
std::vector<db::Dialect> test_dialects();
/// For a case that only PostgreSQL can have.
bool postgres_is_tested();

/// A fresh, migrated database of its own, gone with the object.
class TestDatabase {
public:
    /// `config` without `url` and `sha256_hex`, which are given here.
    explicit TestDatabase(db::Dialect dialect, db::StoreConfig config = {});
    /// The same without the schema.
    static std::unique_ptr<TestDatabase> empty(db::Dialect dialect);
    ~TestDatabase();
    TestDatabase(const TestDatabase&) = delete;
    TestDatabase& operator=(const TestDatabase&) = delete;

    db::Store& store() { return *store_; }

    metrics::Registry& metrics() { return metrics_; }

    /// As StoreConfig::url wants it.
    const std::string& url() const { return config_.url; }

    const db::StoreConfig& config() const { return config_; }

    /// Closes the store and opens it again on the same data, as a restart does.
    void reopen();

private:
    struct Place;
    TestDatabase(db::Dialect dialect, db::StoreConfig config, bool migrated);

    std::unique_ptr<Place> place_;
    db::StoreConfig config_;
    metrics::Registry metrics_{};
    std::unique_ptr<db::Store> store_{};
};

} // namespace chancery::test
