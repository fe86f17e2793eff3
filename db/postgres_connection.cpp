#include "db/postgres_connection.hpp"

#include "core/log.hpp"
#include "core/random.hpp"

#include <algorithm>
#include <array>
#include <thread>

namespace chancery::db {
namespace {

constexpr int kMaxConflicts = 10;
constexpr int kMaxLosses = 3;
constexpr int kLongest = 6; // 64 to 128 ms

/// 1 to 2, 2 to 4, 4 to 8 … ms.
std::chrono::microseconds pause(int attempt)
{
    std::array<unsigned char, 2> bytes{};
    random_bytes(bytes);
    const auto base = 1000L << std::min(attempt, kLongest);
    return std::chrono::microseconds(base + (bytes[0] * 256L + bytes[1]) % base);
}

std::string text_of(const std::exception_ptr& error)
{
    try {
        std::rethrow_exception(error);
    } catch (const std::exception& thrown) {
        return thrown.what();
    } catch (...) {
        return "unknown";
    }
}

} // namespace

Session& PostgresConnection::session()
{
    if (!session_) {
        session_ = open_postgres(url_);
        log::info("database.reconnected");
    }
    return *session_;
}

DatabaseError::Kind PostgresConnection::recover(const std::exception_ptr& error) noexcept
{
    const auto kind = kind_of(error);
    const bool lost = kind == DatabaseError::Kind::ConnectionLost;
    try {
        if (!lost && session_ && is_connected(*session_) && in_transaction(*session_)) {
            run_script(*session_, "ROLLBACK");
        }
    } catch (const std::exception& failure) {
        log::warning("database.rollback_failed", {{"error", failure.what()}});
    }
    if (lost || (session_ && !is_connected(*session_))) {
        log::warning("database.connection_lost", {{"error", text_of(error)}});
        session_.reset();
    }
    return kind;
}

DatabaseError::Kind kind_of(const std::exception_ptr& error)
{
    try {
        std::rethrow_exception(error);
    } catch (const DatabaseError& thrown) {
        return thrown.kind();
    } catch (...) {
        return DatabaseError::Kind::Other;
    }
}

bool Retries::again(DatabaseError::Kind kind)
{
    lost_last_ = kind == DatabaseError::Kind::ConnectionLost;
    switch (kind) {
        case DatabaseError::Kind::Conflict:
            return ++conflicts_ <= kMaxConflicts;
        case DatabaseError::Kind::ConnectionLost:
            return ++losses_ <= kMaxLosses;
        case DatabaseError::Kind::LockWait:
        case DatabaseError::Kind::Other:
            return false;
    }
    return false;
}

void Retries::back_off() const
{
    if (lost_last_) {
        std::this_thread::sleep_for(pause(kLongest));
    } else if (conflicts_ > 0) {
        std::this_thread::sleep_for(pause(conflicts_ - 1));
    }
}

} // namespace chancery::db
