#include "api/alerts.hpp"

#include "api/answers.hpp"
#include "api/etag.hpp"
#include "api/paging.hpp"
#include "db/repositories/operation_repository.hpp"
#include "issuance/administration.hpp"
#include "issuance/inventory/visibility.hpp"

namespace chancery::api::alerts {
namespace {

constexpr std::string_view kSorts[] = {"-last_at"};

void write_alert(json::Writer& out, const Alert& alert)
{
    out.begin_object()
        .member("id", alert.id)
        .member("kind", alert.kind)
        .member("severity", name_of(alert.severity))
        .member("state", name_of(alert.state))
        .member("title", alert.title)
        .member("detail", alert.detail)
        .begin_object("resource")
        .member("type", alert.resource_type)
        .member("id", alert.resource_id)
        .end_object();
    write_time(out, "first_at", alert.first_at);
    write_time(out, "last_at", alert.last_at);
    out.member("count", alert.count).end_object();
}

http::Response alert_response(const Alert& alert)
{
    json::Writer out;
    write_alert(out, alert);
    return resource_response(200, out.take(), make_etag(alert.revision));
}

Result<Alert> find(const Call& call, db::Session& session)
{
    CHANCERY_TRY(id, id_of(call.request));
    return issuance::read_alert(call.core(), session, call.caller, id);
}

} // namespace

Result<Answer> list(const Call& call, db::Session& session)
{
    QueryReader query(call.request);
    const auto paging = read_paging(call, query, kSorts);
    const db::AlertFilter filter{.states = query.choices<AlertState>("state"),
                                 .severities = query.choices<AlertSeverity>("severity"),
                                 .kind = query.text("kind").value_or(""),
                                 .visible = issuance::inventory::visible_alerts(call.core(), session, call.caller)};
    CHANCERY_CHECK(query.finish());
    const auto by_time = [](const Alert& alert) {
        return db::Position{.value = std::to_string(to_millis(alert.last_at)), .id = alert.id};
    };
    db::AlertRepository alerts(session);
    const auto total = paging.include_total ? std::optional(alerts.count(filter)) : std::nullopt;
    return list_response(call, paging, alerts.list(filter, paging.request), write_alert, by_time, total);
}

Result<Answer> show(const Call& call, db::Session& session)
{
    CHANCERY_TRY(alert, find(call, session));
    return alert_response(alert);
}

Result<Answer> change(const Call& call, db::UnitOfWork& work)
{
    CHANCERY_TRY(alert, find(call, work));
    CHANCERY_TRY(revision, matched_revision(call.request, alert.revision));
    json::Writer writable;
    writable.begin_object().member("state", name_of(alert.state)).end_object();
    CHANCERY_TRY(merged, json::merge_patch(writable.take(), call.request.body));
    json::Reader in(merged);
    const auto state = read_required_choice<AlertState>(in, "state", alert.state);
    CHANCERY_CHECK(in.finish());
    CHANCERY_TRY(changed, issuance::set_alert_state(call.core(), work, call.caller, alert.id, state, revision));
    return alert_response(changed);
}

} // namespace chancery::api::alerts
