#include "api/audit_events.hpp"

#include "api/answers.hpp"
#include "api/etag.hpp"
#include "api/paging.hpp"
#include "db/repositories/audit_repository.hpp"
#include "issuance/inventory/history.hpp"

namespace chancery::api::audit_events {
namespace {

namespace inventory = issuance::inventory;

constexpr std::string_view kSorts[] = {"-sequence"};

/// Not `whole`: without what is for those alone who may read the log.
void write_members(json::Writer& out, const AuditEvent& event, bool whole)
{
    out.member("id", event.id).member("sequence", event.sequence);
    write_time(out, "at", event.at);
    write_actor(out, "actor", event.actor);
    if (whole) {
        out.member("source_address", event.source_address);
    }
    out.member("action", event.action)
        .begin_object("resource")
        .member("type", event.resource_type)
        .member("id", event.resource_id)
        .end_object()
        .member("outcome", name_of(event.outcome));
    if (whole) {
        out.member("request_id", event.request_id);
    }
    out.raw_member("details", event.details);
    if (whole) {
        out.member("previous_hash", event.previous_hash).member("hash", event.hash);
    }
}

void write_event(json::Writer& out, const AuditEvent& event)
{
    out.begin_object();
    write_members(out, event, true);
    out.end_object();
}

db::Position position_of(const AuditEvent& event)
{
    return {.value = std::to_string(event.sequence), .id = event.id};
}

db::AuditFilter read_filter(QueryReader& query)
{
    return {.action = query.text("action").value_or(""),
            .actor_id = query.text("actor_id").value_or(""),
            .resource_type = query.text("resource_type").value_or(""),
            .resource_id = query.text("resource_id").value_or(""),
            .outcome = query.choice<Outcome>("outcome"),
            .request_id = query.text("request_id").value_or(""),
            .since = query.time("since"),
            .until = query.time("until")};
}

} // namespace

Result<Answer> list(const Call& call, db::Session& session)
{
    QueryReader query(call.request);
    const auto paging = read_paging(call, query, kSorts);
    const auto filter = read_filter(query);
    CHANCERY_CHECK(query.finish());
    db::AuditRepository log(session);
    const auto total = paging.include_total ? std::optional(log.count(filter)) : std::nullopt;
    return list_response(call, paging, log.list(filter, paging.request), write_event, position_of, total);
}

Result<Answer> of_certificate(const Call& call, db::Session& session)
{
    CHANCERY_TRY(id, id_of(call.request));
    QueryReader query(call.request);
    const auto paging = read_paging(call, query, kSorts);
    CHANCERY_CHECK(query.finish());
    CHANCERY_TRY(history, inventory::history_of(call.core(), session, call.caller, id));
    const auto write_one = [whole = inventory::sees_whole_records(call.caller)](json::Writer& out,
                                                                                const AuditEvent& event) {
        out.begin_object();
        write_members(out, event, whole);
        out.end_object();
    };
    db::AuditRepository log(session);
    const auto total = paging.include_total ? std::optional(log.count(history)) : std::nullopt;
    return list_response(call, paging, log.list(history, paging.request), write_one, position_of, total);
}

Result<Answer> show(const Call& call, db::Session& session)
{
    CHANCERY_TRY(id, id_of(call.request));
    const auto event = db::AuditRepository(session).find(id);
    if (!event) {
        return refuse(Code::NotFound, "there is no audit event with this id");
    }
    json::Writer out;
    write_event(out, *event);
    return resource_response(200, out.take(), make_etag(event->sequence));
}

Result<Answer> head(const Call&, db::Session& session)
{
    const auto head = db::AuditRepository(session).head();
    json::Writer out;
    out.begin_object().member("sequence", head.sequence).member("hash", head.hash).end_object();
    return resource_response(200, out.take(), make_etag(head.sequence));
}

} // namespace chancery::api::audit_events
