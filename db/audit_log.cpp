#include "db/audit_log.hpp"

#include "db/statement.hpp"

#include <algorithm>
#include <bit>
#include <span>

namespace chancery::db {
namespace {

constexpr std::string_view kHead = "SELECT sequence, hash FROM audit_head WHERE id = 1";
// A group of units is impatient with locks up to here. For the head it waits its time: who holds it waits for nobody.
constexpr std::string_view kLockHead = R"sql(
    SELECT head.sequence, head.hash FROM (SELECT set_config('lock_timeout', '10s', true)) AS patience, audit_head head
     WHERE head.id = 1 FOR UPDATE OF head)sql";

constexpr std::string_view kInsertInto = R"sql(
    INSERT INTO audit_events (sequence, id, at, actor_type, actor_id, actor_name, source_address, action, resource_type,
                              resource_id, outcome, request_id, details, previous_hash, hash) VALUES )sql";
constexpr std::size_t kColumns = 15;
constexpr std::size_t kMostRows = 16;

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

/// The statement for so many records, each with parameters of its own.
std::string insert_of(std::size_t rows)
{
    std::string sql(kInsertInto);
    for (std::size_t i = 0; i < rows * kColumns; ++i) {
        sql += i % kColumns != 0 ? ", " : i == 0 ? "(" : "), (";
        sql += ":v" + std::to_string(i);
    }
    return sql + ')';
}

void bind(Query& query, const AuditEvent& e)
{
    query.bind(e.sequence, e.id, e.at, e.actor.type, e.actor.id, e.actor.name, e.source_address, e.action,
               e.resource_type, e.resource_id, e.outcome, e.request_id, e.details, e.previous_hash, e.hash);
}

/// In statements of 1, 2, 4, … records: few statements to prepare, few round trips while the head is locked.
void insert(Session& session, std::span<const AuditEvent> events)
{
    while (!events.empty()) {
        const auto rows = std::min(kMostRows, std::bit_floor(events.size()));
        Query query(session, insert_of(rows));
        for (const auto& event : events.first(rows)) {
            bind(query, event);
        }
        query.run();
        events = events.subspan(rows);
    }
}

} // namespace

void AuditLog::append(std::vector<AuditEvent> events)
{
    if (events.empty()) {
        return;
    }
    if (!head_) {
        head_ = read_head(session_);
        stored_sequence_ = head_->sequence;
    }
    auto head = *head_;
    for (auto& event : events) {
        event.sequence = head.sequence + 1;
        event.previous_hash = std::move(head.hash);
        event.hash = sha256_hex_(audit_hash_input(event));
        head = {.sequence = event.sequence, .hash = event.hash};
    }
    insert(session_, events);
    head_ = std::move(head);
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
