#include "db/repositories/policy_waiver_repository.hpp"

#include "db/list_query.hpp"
#include "db/sql_text.hpp"

namespace chancery::db {
namespace {

constexpr SqlText kColumns =
    "id, policy_id, policy_version, rule, names, certificate_id, order_id, reason, approver_type, "
    "approver_id, approver_name, created_at, expires_at, revoked_at, revoked_by, revision";
constexpr std::string_view kInsert = kInsertInto<"policy_waivers", kColumns>;
constexpr std::string_view kFind = kSql<"SELECT ", kColumns, " FROM policy_waivers WHERE id = :id">;
constexpr std::string_view kList = kSql<"SELECT ", kColumns, " FROM policy_waivers">;
constexpr std::string_view kCount = "SELECT count(*) FROM policy_waivers";
constexpr std::string_view kUnrevoked =
    kSql<"SELECT ", kColumns, " FROM policy_waivers WHERE revoked_at IS NULL ORDER BY id">;
constexpr std::string_view kRevoke = R"sql(
    UPDATE policy_waivers SET revoked_at = :at, revoked_by = :by, revision = revision + 1
     WHERE id = :id AND revision = :revision AND revoked_at IS NULL)sql";

template <class W> auto columns(W& w)
{
    return pack(w.id, w.policy_id, w.policy_version, w.rule, w.names, w.certificate_id, w.order_id, w.reason,
                w.approved_by.type, w.approved_by.id, w.approved_by.name, w.created_at, w.expires_at, w.revoked_at,
                w.revoked_by, w.revision);
}

PolicyWaiver read_waiver(Row& row)
{
    PolicyWaiver waiver;
    row.read_all(columns(waiver));
    return waiver;
}

Conditions conditions(const WaiverFilter& filter)
{
    Conditions where;
    where.add_equal("policy_id", filter.policy_id);
    if (!filter.state) {
        return where;
    }
    switch (*filter.state) {
        case WaiverState::Active:
            where.add("revoked_at IS NULL AND expires_at > ?", filter.now);
            break;
        case WaiverState::Expired:
            where.add("revoked_at IS NULL AND expires_at <= ?", filter.now);
            break;
        case WaiverState::Revoked:
            where.add("revoked_at IS NOT NULL");
            break;
    }
    return where;
}

} // namespace

void PolicyWaiverRepository::insert(const PolicyWaiver& waiver)
{
    Query(session_, kInsert).bind_all(columns(waiver)).run();
}

std::optional<PolicyWaiver> PolicyWaiverRepository::find(const std::string& id)
{
    return Query(session_, kFind).bind(id).one(read_waiver);
}

std::vector<PolicyWaiver> PolicyWaiverRepository::list(const WaiverFilter& filter, const PageRequest& page)
{
    auto where = conditions(filter);
    where.page("created_at", Conditions::Key::Number, page);
    Query query(session_, std::string(kList) + where.sql());
    return where.bind_to(query).all(read_waiver);
}

long long PolicyWaiverRepository::count(const WaiverFilter& filter)
{
    const auto where = conditions(filter);
    Query query(session_, std::string(kCount) + where.sql());
    return where.bind_to(query).value<long long>().value_or(0);
}

std::vector<PolicyWaiver> PolicyWaiverRepository::unrevoked()
{
    return Query(session_, kUnrevoked).all(read_waiver);
}

bool PolicyWaiverRepository::revoke(const std::string& id, long long revision, const std::string& by, Time at)
{
    return Query(session_, kRevoke).bind(at, by, id, revision).run() == 1;
}

} // namespace chancery::db
