#pragma once

#include "db/repositories/audit_repository.hpp"
#include "db/unit_of_work.hpp"

#include <optional>
#include <vector>

namespace chancery::db {

using Sha256Hex = std::string (*)(std::string_view);

/// Appends to the audit chain within one transaction: the head is read at the first event and stored once, at the end.
/// On PostgreSQL reading it locks it for every other writer until the commit, so what a whole group of units
/// appends comes last, at once.
class AuditLog {
public:
    AuditLog(Session& session, Sha256Hex sha256_hex) : session_(session), sha256_hex_(sha256_hex) {}

    void append(std::vector<AuditEvent> events);

    /// The head as it is now, to go back to when what was appended is rolled back.
    std::optional<AuditHead> mark() const { return head_; }

    void go_back(std::optional<AuditHead> mark) { head_ = std::move(mark); }

    /// Stores the new head, if there is one; before COMMIT.
    void finish();

private:
    Session& session_;
    Sha256Hex sha256_hex_;
    std::optional<AuditHead> head_{};
    long long stored_sequence_ = 0;
};

} // namespace chancery::db
