#include "db/repositories/policy_replay_repository.hpp"

#include "db/list_query.hpp"
#include "db/sql_text.hpp"

namespace chancery::db {
namespace {

constexpr SqlText kColumns =
    "id, state, policy_id, policy_version, document, certificates, order_days, requester_type, requester_id, "
    "requester_name, created_at, started_at, completed_at, certificate_total, order_total, phase, after_value, "
    "after_id, "
    "tally, error, revision";
constexpr std::string_view kInsert = kInsertInto<"policy_replays", kColumns>;
constexpr std::string_view kFind = kSql<"SELECT ", kColumns, " FROM policy_replays WHERE id = :id">;
constexpr std::string_view kList = kSql<"SELECT ", kColumns, " FROM policy_replays">;
constexpr std::string_view kCount = "SELECT count(*) FROM policy_replays";
constexpr std::string_view kUnderWay = "SELECT count(*) FROM policy_replays WHERE state IN ('pending', 'running')";
constexpr std::string_view kSave = R"sql(
    UPDATE policy_replays
       SET state = :state, started_at = :started_at, completed_at = :completed_at,
           certificate_total = :certificate_total, order_total = :order_total, phase = :phase,
           after_value = :after_value, after_id = :after_id, tally = :tally, error = :error, revision = revision + 1
     WHERE id = :id AND revision = :revision AND state IN ('pending', 'running'))sql";

constexpr std::string_view kCancel = R"sql(
    UPDATE policy_replays SET state = 'cancelled', completed_at = :at, revision = revision + 1
     WHERE id = :id AND state IN ('pending', 'running'))sql";

template <class R> auto columns(R& r)
{
    return pack(r.id, r.state, r.policy_id, r.policy_version, r.document, r.certificates, r.order_days,
                r.requested_by.type, r.requested_by.id, r.requested_by.name, r.created_at, r.started_at, r.completed_at,
                r.certificate_total, r.order_total, r.phase, r.after_value, r.after_id, r.tally, r.error, r.revision);
}

PolicyReplay read_replay(Row& row)
{
    PolicyReplay replay;
    row.read_all(columns(replay));
    return replay;
}

Conditions conditions(std::optional<ReplayState> state, const std::optional<Actor>& requested_by)
{
    Conditions where;
    if (requested_by) {
        where.add("requester_id = ? AND requester_type = ?", requested_by->id, requested_by->type);
    }
    if (state) {
        where.add_is("state", *state);
    }
    return where;
}

} // namespace

void PolicyReplayRepository::insert(const PolicyReplay& replay)
{
    Query(session_, kInsert).bind_all(columns(replay)).run();
}

std::optional<PolicyReplay> PolicyReplayRepository::find(const std::string& id)
{
    return Query(session_, kFind).bind(id).one(read_replay);
}

std::vector<PolicyReplay> PolicyReplayRepository::list(std::optional<ReplayState> state, const PageRequest& page,
                                                       const std::optional<Actor>& requested_by)
{
    auto where = conditions(state, requested_by);
    where.page("created_at", Conditions::Key::Number, page);
    Query query(session_, std::string(kList) + where.sql());
    return where.bind_to(query).all(read_replay);
}

long long PolicyReplayRepository::count(std::optional<ReplayState> state, const std::optional<Actor>& requested_by)
{
    const auto where = conditions(state, requested_by);
    Query query(session_, std::string(kCount) + where.sql());
    return where.bind_to(query).value<long long>().value_or(0);
}

long long PolicyReplayRepository::count_under_way()
{
    return Query(session_, kUnderWay).value<long long>().value_or(0);
}

bool PolicyReplayRepository::save(const PolicyReplay& replay)
{
    return Query(session_, kSave)
               .bind(replay.state, replay.started_at, replay.completed_at, replay.certificate_total, replay.order_total,
                     replay.phase, replay.after_value, replay.after_id, replay.tally, replay.error, replay.id,
                     replay.revision)
               .run() == 1;
}

bool PolicyReplayRepository::cancel(const std::string& id, Time at)
{
    return Query(session_, kCancel).bind(at, id).run() == 1;
}

} // namespace chancery::db
