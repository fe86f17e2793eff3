#include "api/policy_decisions.hpp"

#include "api/answers.hpp"
#include "api/etag.hpp"
#include "api/paging.hpp"
#include "db/repositories/order_repository.hpp"
#include "db/repositories/policy_decision_repository.hpp"
#include "issuance/inventory/visibility.hpp"
#include "issuance/policies/decisions.hpp"

namespace chancery::api::policy_decisions {
namespace {

constexpr std::string_view kSorts[] = {"-decided_at"};

void write_request(json::Writer& out, const PolicyDecisionRecord& record, const std::optional<std::string>& order_id)
{
    out.member("id", record.id);
    write_time(out, "decided_at", record.decided_at);
    out.member("action", name_of(record.action)).member("pathway", name_of(record.pathway));
    write_actor(out, "requested_by", record.requested_by);
    out.member("common_name", record.common_name);
    write_names(out, "names", record.names);
    out.member("name_count", record.name_count).member_or_null("order_id", order_id);
}

void write_row(json::Writer& out, const PolicyDecisionRecord& record)
{
    out.begin_object();
    write_request(out, record, record.order_id.empty() ? std::nullopt : std::optional(record.order_id));
    out.begin_array("outcomes");
    for (const auto& [rule, outcome] : record.outcomes) {
        out.begin_object().member("rule", rule).member("outcome", name_of(outcome)).end_object();
    }
    out.end_array().end_object();
}

} // namespace

Result<Answer> list(const Call& call, db::Session& session)
{
    QueryReader query(call.request);
    const auto paging = read_paging(call, query, kSorts);
    const db::PolicyDecisionFilter filter{.visible =
                                              issuance::inventory::visible_requests(call.core(), session, call.caller),
                                          .rule = query.text("rule").value_or(""),
                                          .outcome = query.choice<PolicyOutcome>("outcome"),
                                          .since = query.time("since"),
                                          .until = query.time("until")};
    CHANCERY_CHECK(query.finish());
    db::PolicyDecisionRepository decisions(session);
    auto found = decisions.list(filter, paging.request);
    decisions.read_outcomes(found);
    const auto by_time = [](const PolicyDecisionRecord& record) {
        return db::Position{.value = std::to_string(to_millis(record.decided_at)), .id = record.id};
    };
    const auto total = paging.include_total ? std::optional(decisions.count(filter)) : std::nullopt;
    return list_response(call, paging, found, write_row, by_time, total);
}

Result<Answer> show(const Call& call, db::Session& session)
{
    CHANCERY_TRY(id, id_of(call.request));
    CHANCERY_TRY(record, issuance::read_policy_decision(call.core(), session, call.caller, id));
    const bool has_order = db::OrderRepository(session).find(record.order_id).has_value();
    json::Writer out;
    out.begin_object();
    write_request(out, record, has_order ? std::optional(record.order_id) : std::nullopt);
    out.raw_member("decision", record.document).end_object();
    return resource_response(200, out.take(), make_etag(1));
}

} // namespace chancery::api::policy_decisions
