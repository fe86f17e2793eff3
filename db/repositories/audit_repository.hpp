#pragma once

#include "core/model/audit.hpp"
#include "db/page.hpp"
#include "db/session.hpp"

#include <optional>
#include <string>
#include <vector>

namespace chancery::db {

struct AuditFilter {
    std::string action{}; ///< exact, or a prefix when it ends with '*'
    std::string actor_id{};
    std::string resource_type{};
    std::string resource_id{};
    std::optional<Outcome> outcome{};
    std::string request_id{};
    std::optional<Time> since{};
    std::optional<Time> until{};
};

/// What happened to some resources. Several ids are as many lists in one.
struct ResourceHistory {
    std::vector<std::string> resource_ids{};
    std::vector<std::string> without{}; ///< actions that are left out
};

struct AuditHead {
    long long sequence = 0;
    std::string hash{}; ///< 64 zeros when empty
};

/// The text whose SHA-256 is the record's `hash`: every field and `previous_hash` in a fixed form.
std::string audit_hash_input(const AuditEvent& event);

/// Reads the log; it is written by the end of a unit of work only (UnitOfWork::audit).
class AuditRepository {
public:
    explicit AuditRepository(Session& session) : session_(session) {}

    /// By sequence; `page.after->value` is a sequence number.
    std::vector<AuditEvent> list(const AuditFilter& filter, const PageRequest& page);
    long long count(const AuditFilter& filter);
    /// The same of a history; at most a handful of resources.
    std::vector<AuditEvent> list(const ResourceHistory& history, const PageRequest& page);
    long long count(const ResourceHistory& history);
    std::optional<AuditEvent> find(const std::string& id);
    /// Ascending, from `first_sequence` on.
    std::vector<AuditEvent> range(long long first_sequence, int limit);
    /// The same of resources of these types.
    std::vector<AuditEvent> range_of(const std::vector<std::string>& resource_types, long long first_sequence,
                                     int limit);
    AuditHead head();

private:
    Session& session_;
};

} // namespace chancery::db
