#pragma once

#include "db/connection.hpp"

#include <exception>
#include <memory>
#include <string>

namespace chancery::db {

/// A connection that comes back: whoever lost it gets another one at the next use.
class PostgresConnection {
public:
    /// Connects; throws DatabaseError.
    explicit PostgresConnection(std::string url) : url_(std::move(url)), session_(open_postgres(url_)) {}

    /// Connects when there is no connection; throws DatabaseError.
    Session& session();

    /// After an error: ends the transaction when one is open; lets a connection go that is lost, and says so in the
    /// log. Gives what the error was, Other when it was not the database's.
    DatabaseError::Kind recover(const std::exception_ptr& error) noexcept;

private:
    std::string url_;
    std::unique_ptr<Session> session_;
};

/// Other for what is no DatabaseError.
DatabaseError::Kind kind_of(const std::exception_ptr& error);

/// How often a unit of work or a read was tried in vain, and whether it may be tried again.
class Retries {
public:
    /// Counts the error; false: the caller gets it. Never for what is neither a conflict nor a lost connection.
    bool again(DatabaseError::Kind kind);
    /// Waits as long as the errors so far call for: two that met once should not meet again.
    void back_off() const;

private:
    int conflicts_ = 0;
    int losses_ = 0;
    bool lost_last_ = false;
};

} // namespace chancery::db
