#include "db/audit_log.hpp"

#include "db/statement.hpp"

namespace chancery::db {
namespace {

constexpr std::string_view kHead = "SELECT sequence, hash FROM audit_head WHERE id = 1";
constexpr std::string_view kLockHead = "SELECT sequence, hash FROM audit_head WHERE id = 1 FOR UPDATE";

constexpr std::string_view kInsert = R"sql(
    INSERT INTO audit_events (sequence, id, at, actor_type, actor_id, actor_name, source_address, action, resource_type,
                              resource_id, outcome, request_id, details, previous_hash, hash)
    VALUES (:sequence, :id, :at, :actor_type, :actor_id, :actor_name, :source_address, :action, :resource_type,
            :resource_id, :outcome, :request_id, :details, :previous_hash, :hash))sql";

constexpr std::string_view kStoreHead = R"sql(
    UPDATE audit_head SET sequence = :sequence, hash = :hash WHERE id = 1 AND sequence = :stored)sql";

AuditHead read_head(Session& session)
{
    // SQLite has one writer anyway.
    const auto sql = session.dialect() == Dialect::Postgres ? kLockHead : kHead;
    auto head = Query(session, sql).one([](Row& row) {
        AuditHead found;
        row.read(found.sequence, found.hash);
        return found;
    });
    if (!head) {
        throw std::runtime_error("the audit log has no head");
    }
    return *std::move(head);
}

void insert(Session& session, const AuditEvent& e)
{
    Query(session, kInsert)
        .bind(e.sequence, e.id, e.at, e.actor.type, e.actor.id, e.actor.name, e.source_address, e.action,
              e.resource_type, e.resource_id, e.outcome, e.request_id, e.details, e.previous_hash, e.hash)
        .run();
}

} // namespace

void AuditLog::append(const std::vector<AuditEvent>& events)
{
    if (events.empty()) {
        return;
    }
    if (!head_) {
        head_ = read_head(session_);
        stored_sequence_ = head_->sequence;
    }
    for (auto event : events) {
        event.sequence = head_->sequence + 1;
        event.previous_hash = head_->hash;
        event.hash = sha256_hex_(audit_hash_input(event));
        insert(session_, event);
        head_ = {.sequence = event.sequence, .hash = std::move(event.hash)};
    }
}

void AuditLog::finish()
{
    if (!head_ || head_->sequence == stored_sequence_) {
        return;
    }
    if (Query(session_, kStoreHead).bind(head_->sequence, head_->hash, stored_sequence_).run() != 1) {
        throw std::runtime_error("the head of the audit log moved while it was held");
    }
}

} // namespace chancery::db
