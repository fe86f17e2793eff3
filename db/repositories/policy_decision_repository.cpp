#include "db/repositories/policy_decision_repository.hpp"

#include "db/sql_text.hpp"
#include "db/statement.hpp"

namespace chancery::db {
namespace {

constexpr SqlText kColumns = "id, decided_at, order_id, action, pathway, requester_type, requester_id, requester_name, "
                             "common_name, names, name_count, document";
constexpr std::string_view kInsert = kInsertInto<"policy_decisions", kColumns>;
constexpr std::string_view kFind = kSql<"SELECT ", kColumns, " FROM policy_decisions WHERE id = :id">;

template <class R> auto columns(R& r)
{
    return pack(r.id, r.decided_at, r.order_id, r.action, r.pathway, r.requested_by.type, r.requested_by.id,
                r.requested_by.name, r.common_name, r.names, r.name_count, r.document);
}

PolicyDecisionRecord read_record(Row& row)
{
    PolicyDecisionRecord record;
    row.read_all(columns(record));
    return record;
}

} // namespace

void PolicyDecisionRepository::insert(const PolicyDecisionRecord& record)
{
    Query(session_, kInsert).bind_all(columns(record)).run();
}

std::optional<PolicyDecisionRecord> PolicyDecisionRepository::find(const std::string& id)
{
    return Query(session_, kFind).bind(id).one(read_record);
}

} // namespace chancery::db
