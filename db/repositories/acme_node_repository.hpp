#pragma once

#include "core/clock.hpp"
#include "db/session.hpp"

#include <optional>
#include <string>

namespace chancery::db {

/// The server processes that share a database, and where each can be reached by the others: one row for each URL.
class AcmeNodeRepository {
public:
    explicit AcmeNodeRepository(Session& session) : session_(session) {}

    /// The process behind the URL is this one now; whichever was there before is no more.
    void announce(const std::string& node, const std::string& url, Time seen_at);
    std::optional<std::string> find_url(const std::string& node);
    void remove_unseen_since(Time limit_time);

private:
    Session& session_;
};

} // namespace chancery::db
