#pragma once

#include "db/session.hpp"

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace soci {
class soci_error;
}

/// How this folder reaches its two databases below SOCI: opening, whole scripts, and what an error means. For db/*.cpp.
namespace chancery::db {

/// What the database refused or could not do. The message names neither bound values nor credentials.
class DatabaseError : public std::runtime_error {
public:
    enum class Kind {
        Other,
        Conflict,       ///< serialization failure, deadlock, unique value just taken: the transaction may be run again
        ConnectionLost, ///< a fresh connection may help
        LockWait        ///< another transaction held a lock for longer than lock_timeout
    };

    DatabaseError(Kind kind, const std::string& message) : std::runtime_error(message), kind_(kind) {}

    Kind kind() const { return kind_; }

private:
    Kind kind_;
};

enum class Access { ReadWrite, ReadOnly };

/// `file` is created when it is not there. Throws DatabaseError.
std::unique_ptr<Session> open_sqlite(const std::string& file, Access access);
/// `url` begins with "postgresql://" or "postgres://". Throws DatabaseError.
std::unique_ptr<Session> open_postgres(const std::string& url);

/// Runs statements that have no parameters and whose rows nobody wants. Throws DatabaseError.
void run_script(Session& session, const std::string& sql);

/// Whether a transaction is open (SQLite ends one by itself after some errors).
bool in_transaction(Session& session);
/// Whether a statement failed in the open transaction, so that PostgreSQL takes no other before a rollback; SQLite goes
/// on.
bool in_failed_transaction(Session& session);
/// Whether the connection to PostgreSQL still stands; SQLite's always does.
bool is_connected(Session& session);

/// Runs `work`, turning SOCI's errors, whose texts quote bound values, into DatabaseError.
[[noreturn]] void throw_database_error(Session& session, const soci::soci_error& error);

} // namespace chancery::db
