#include "api/policies.hpp"

#include "api/answers.hpp"
#include "api/etag.hpp"
#include "api/paging.hpp"
#include "db/repositories/configuration_repository.hpp"
#include "issuance/administration.hpp"
#include "issuance/policy/policy_set.hpp"

namespace chancery::api::policies {
namespace {

/// The members that a client writes, in a document of its own: what PUT takes and PATCH is merged into.
void write_writable(json::Writer& out, const Policy& policy)
{
    out.member("name", policy.name)
        .member("description", policy.description)
        .member("enabled", policy.enabled)
        .member("patterns", policy.patterns)
        .member("actions", names_of(policy.actions))
        .begin_array("rules");
    for (const auto& rule : policy.rules) {
        out.begin_object()
            .member("action", rule.action)
            .member("fail", name_of(rule.fail))
            .raw_member("values", rule.values)
            .end_object();
    }
    out.end_array();
}

void write_policy(json::Writer& out, const Policy& policy)
{
    out.begin_object().member("id", policy.id).member("version", policy.version);
    write_writable(out, policy);
    write_time(out, "created_at", policy.created_at);
    write_time(out, "updated_at", policy.updated_at);
    out.end_object();
}

std::string text_of(const Policy& policy)
{
    json::Writer out;
    write_policy(out, policy);
    return out.take();
}

PolicyRule read_rule(json::Reader in)
{
    PolicyRule rule{.action = in.string("action"), .fail = read_required_choice<Severity>(in, "fail", Severity::Hard)};
    if (in.has("values") && !in.is_object("values")) {
        in.reject("values", "type", "must be an object");
    }
    rule.values = in.raw("values").value_or("{}");
    return rule;
}

Result<Policy> find(const Call& call, db::Session& session)
{
    CHANCERY_TRY(id, id_of(call.request));
    auto policy = db::PolicyRepository(session).find(id);
    if (!policy) {
        return refuse(Code::NotFound, "there is no policy with this id");
    }
    return std::move(*policy);
}

http::Response policy_response(const Policy& policy)
{
    return resource_response(200, text_of(policy), make_etag(policy.version));
}

} // namespace

Result<Policy> read_policy(std::string_view text, Policy policy)
{
    json::Reader in(text);
    policy.name = in.string("name");
    policy.description = in.optional_string("description").value_or("");
    policy.enabled = in.optional_boolean("enabled").value_or(true);
    policy.patterns = in.strings("patterns");
    policy.actions = read_choices<PolicyAction>(in, "actions");
    if (!in.has("actions")) {
        in.reject("actions", "required", "is required");
    }
    policy.rules.clear();
    for (const auto& rule : in.objects("rules")) {
        policy.rules.push_back(read_rule(rule));
    }
    CHANCERY_CHECK(in.finish());
    return policy;
}

Result<Answer> list(const Call& call, db::Session& session)
{
    QueryReader query(call.request);
    const auto paging = read_paging(call, query, {});
    const auto enabled = query.boolean("enabled");
    CHANCERY_CHECK(query.finish());
    auto all = db::PolicyRepository(session).list();
    std::erase_if(all, [&](const Policy& policy) { return enabled && policy.enabled != *enabled; });
    return short_list_response(call, paging, std::move(all), write_policy);
}

Result<Answer> create(const Call& call, db::UnitOfWork& work)
{
    CHANCERY_TRY(wanted, read_policy(body_of(call.request), {}));
    CHANCERY_TRY(policy, issuance::create_policy(call.core(), work, call.caller, wanted));
    return created_response(text_of(policy), "/api/v1/policies/" + policy.id, make_etag(policy.version));
}

Result<Answer> show(const Call& call, db::Session& session)
{
    CHANCERY_TRY(policy, find(call, session));
    return policy_response(policy);
}

Result<Answer> replace(const Call& call, db::UnitOfWork& work)
{
    CHANCERY_TRY(policy, find(call, work));
    CHANCERY_TRY(version, matched_revision(call.request, policy.version));
    CHANCERY_TRY(wanted, read_policy(body_of(call.request), policy));
    CHANCERY_TRY(changed, issuance::update_policy(call.core(), work, call.caller, wanted, version));
    return policy_response(changed);
}

Result<Answer> change(const Call& call, db::UnitOfWork& work)
{
    CHANCERY_TRY(policy, find(call, work));
    CHANCERY_TRY(version, matched_revision(call.request, policy.version));
    json::Writer writable;
    writable.begin_object();
    write_writable(writable, policy);
    CHANCERY_TRY(merged, json::merge_patch(writable.end_object().take(), call.request.body));
    CHANCERY_TRY(wanted, read_policy(merged, policy));
    CHANCERY_TRY(changed, issuance::update_policy(call.core(), work, call.caller, wanted, version));
    return policy_response(changed);
}

Result<Answer> retire(const Call& call, db::UnitOfWork& work)
{
    CHANCERY_TRY(policy, find(call, work));
    CHANCERY_TRY(version, matched_revision(call.request, policy.version));
    CHANCERY_CHECK(issuance::retire_policy(call.core(), work, call.caller, policy.id, version));
    return http::empty_response(204);
}

Result<Answer> versions(const Call& call, db::Session& session)
{
    CHANCERY_TRY(id, id_of(call.request));
    QueryReader query(call.request);
    auto paging = read_paging(call, query, {});
    CHANCERY_CHECK(query.finish());
    auto found = db::PolicyRepository(session).versions(id);
    if (found.empty()) {
        return refuse(Code::NotFound, "there is no policy with this id");
    }
    // All versions share the policy's id, so the number of the version is what a page goes on after.
    const auto total = static_cast<long long>(found.size());
    std::sort(found.begin(), found.end(), [](const Policy& a, const Policy& b) { return a.version < b.version; });
    if (paging.request.after) {
        const auto seen = std::stoll(paging.request.after->value);
        std::erase_if(found, [seen](const Policy& policy) { return policy.version <= seen; });
    }
    const auto by_version = [](const Policy& policy) {
        return db::Position{.value = std::to_string(policy.version), .id = policy.id};
    };
    return list_response(call, paging, found, write_policy, by_version,
                         paging.include_total ? std::optional(total) : std::nullopt);
}

Result<Answer> catalogue(const Call& call, db::Session&)
{
    QueryReader query(call.request);
    CHANCERY_CHECK(query.finish());
    json::Writer out;
    out.begin_object().begin_array("items");
    for (const auto& rule : issuance::policy::rule_catalogue()) {
        out.begin_object()
            .member("name", rule.name)
            .member("description", rule.description)
            .raw_member("values_schema", rule.values_schema)
            .end_object();
    }
    out.end_array().null_member("next_cursor").member("has_more", false).end_object();
    return http::json_response(200, out.take());
}

} // namespace chancery::api::policies
