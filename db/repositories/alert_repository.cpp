#include "db/list_query.hpp"
#include "db/repositories/figures.hpp"
#include "db/repositories/operation_repository.hpp"
#include "db/repositories/visible_requests.hpp"
#include "db/sql_text.hpp"

namespace chancery::db {
namespace {

constexpr SqlText kColumns = "id, kind, cause, severity, state, title, detail, resource_type, resource_id, first_at, "
                             "last_at, occurrences, revision";
constexpr std::string_view kRaise = kSql<kInsertInto<"alerts", kColumns>, R"sql(
    ON CONFLICT (cause) DO UPDATE
       SET occurrences = alerts.occurrences + 1, revision = alerts.revision + 1, last_at = excluded.last_at,
           severity = excluded.severity, title = excluded.title, detail = excluded.detail,
           state = CASE WHEN alerts.state = 'resolved' THEN 'open' ELSE alerts.state END
    RETURNING id)sql">;
constexpr std::string_view kResolve = R"sql(
    UPDATE alerts SET state = 'resolved', revision = revision + 1 WHERE cause = :cause AND state <> 'resolved')sql";
constexpr std::string_view kResolveAbout = R"sql(
    UPDATE alerts SET state = 'resolved', revision = revision + 1
     WHERE resource_id = :resource_id AND kind = :kind AND state <> 'resolved')sql";
constexpr std::string_view kFind = kSql<"SELECT ", kColumns, " FROM alerts WHERE id = :id">;
constexpr std::string_view kList = kSql<"SELECT ", kColumns, " FROM alerts">;
constexpr std::string_view kCount = "SELECT count(*) FROM alerts";
constexpr std::string_view kSetState =
    "UPDATE alerts SET state = :state, revision = revision + 1 WHERE id = :id AND revision = :revision";

template <class A> auto columns(A& a)
{
    return pack(a.id, a.kind, a.cause, a.severity, a.state, a.title, a.detail, a.resource_type, a.resource_id,
                a.first_at, a.last_at, a.count, a.revision);
}

Alert read_alert(Row& row)
{
    Alert alert;
    row.read_all(columns(alert));
    return alert;
}

Conditions conditions(const AlertFilter& filter)
{
    Conditions where;
    where.add_any("state", filter.states).add_in("severity", filter.severities).add_equal("kind", filter.kind);
    if (filter.visible) {
        const auto check = check_alert(*filter.visible);
        where.add_values(check.sql, check.values);
    }
    return where;
}

} // namespace

std::string AlertRepository::raise(const Alert& alert)
{
    return Query(session_, kRaise).bind_all(columns(alert)).value<std::string>().value();
}

void AlertRepository::resolve_about(const std::string& kind, const std::string& resource_id)
{
    Query(session_, kResolveAbout).bind(resource_id, kind).run();
}

void AlertRepository::resolve(const std::string& cause)
{
    Query(session_, kResolve).bind(cause).run();
}

std::optional<Alert> AlertRepository::find(const std::string& id, const std::optional<VisibleAlerts>& visible)
{
    const auto check = visible ? check_alert(*visible) : SqlPiece{"1 = 1"};
    Query query(session_, numbered(std::string(kFind) + " AND " + check.sql));
    return bind_all(query.bind(id), check).one(read_alert);
}

std::vector<Alert> AlertRepository::list(const AlertFilter& filter, const PageRequest& page)
{
    if (filter.visible) {
        prefer_indexes(session_);
    }
    auto where = conditions(filter);
    where.page("last_at", Conditions::Key::Number, page);
    Query query(session_, std::string(kList) + where.sql());
    return where.bind_to(query).all(read_alert);
}

long long AlertRepository::count(const AlertFilter& filter)
{
    const auto where = conditions(filter);
    Query query(session_, std::string(kCount) + where.sql());
    return where.bind_to(query).value<long long>().value_or(0);
}

bool AlertRepository::set_state(const std::string& id, AlertState state, long long expected_revision)
{
    return Query(session_, kSetState).bind(state, id, expected_revision).run() == 1;
}

} // namespace chancery::db
