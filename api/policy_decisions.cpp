#include "api/policy_decisions.hpp"

#include "api/answers.hpp"
#include "api/etag.hpp"
#include "db/repositories/order_repository.hpp"
#include "issuance/policies/decisions.hpp"

namespace chancery::api::policy_decisions {

Result<Answer> show(const Call& call, db::Session& session)
{
    CHANCERY_TRY(id, id_of(call.request));
    CHANCERY_TRY(record, issuance::read_policy_decision(session, call.caller, id));
    const bool has_order = db::OrderRepository(session).find(record.order_id).has_value();
    json::Writer out;
    out.begin_object().member("id", record.id);
    write_time(out, "decided_at", record.decided_at);
    out.member("action", name_of(record.action)).member("pathway", name_of(record.pathway));
    write_actor(out, "requested_by", record.requested_by);
    out.member("common_name", record.common_name);
    write_names(out, "names", record.names);
    out.member("name_count", record.name_count)
        .member_or_null("order_id", has_order ? std::optional(record.order_id) : std::nullopt)
        .raw_member("decision", record.document)
        .end_object();
    return resource_response(200, out.take(), make_etag(1));
}

} // namespace chancery::api::policy_decisions
