#pragma once

#include <memory>

namespace soci {
class session;
class statement;
} // namespace soci

namespace chancery::db {

enum class Dialect { Sqlite, Postgres };

/// One database connection with the statements prepared on it so far. Repositories are made from it, one line each; it
/// belongs to one thread at a time.
class Session {
public:
    struct Impl;
    explicit Session(std::unique_ptr<Impl> impl);
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    Dialect dialect() const;
    soci::session& sql();

    Impl& impl() { return *impl_; }

private:
    std::unique_ptr<Impl> impl_;
};

} // namespace chancery::db
