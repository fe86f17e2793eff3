#include "api/policy_waivers.hpp"

#include "api/answers.hpp"
#include "api/etag.hpp"
#include "api/paging.hpp"
#include "core/id.hpp"
#include "db/repositories/policy_waiver_repository.hpp"
#include "issuance/policies/waivers.hpp"

namespace chancery::api::policy_waivers {
namespace {

constexpr std::string_view kSorts[] = {"-created_at"};

void write_waiver(json::Writer& out, const PolicyWaiver& waiver, Time now)
{
    out.begin_object()
        .member("id", waiver.id)
        .member("state", name_of(waiver.state(now)))
        .member("policy_id", waiver.policy_id)
        .member("policy_version", waiver.policy_version)
        .member("rule", waiver.rule);
    write_names(out, "subject_alternative_names", waiver.names);
    out.member_or_null("certificate_id", waiver.certificate_id)
        .member_or_null("order_id", waiver.order_id)
        .member("reason", waiver.reason);
    write_actor(out, "approved_by", waiver.approved_by);
    write_time(out, "created_at", waiver.created_at);
    write_time(out, "expires_at", waiver.expires_at);
    write_time(out, "revoked_at", waiver.revoked_at);
    out.member_or_null("revoked_by", waiver.revoked_by).end_object();
}

std::string text_of(const PolicyWaiver& waiver, Time now)
{
    json::Writer out;
    write_waiver(out, waiver, now);
    return out.take();
}

/// It changes when the waiver is revoked, and when it expires.
std::string etag_of(const PolicyWaiver& waiver, Time now)
{
    return make_etag(waiver.revision, name_of(waiver.state(now)));
}

Result<PolicyWaiver> find(const Call& call, db::Session& session)
{
    CHANCERY_TRY(id, id_of(call.request));
    auto waiver = db::PolicyWaiverRepository(session).find(id);
    if (!waiver) {
        return refuse(Code::NotFound, "there is no waiver with this id");
    }
    return std::move(*waiver);
}

std::optional<std::string> read_id(json::Reader& in, std::string_view member)
{
    auto id = in.optional_string(member);
    if (id && !is_id(*id)) {
        in.reject(member, "format", "is not an id");
    }
    return id;
}

std::vector<Name> read_names(json::Reader& in)
{
    std::vector<Name> names;
    for (auto& each : in.optional_objects("subject_alternative_names").value_or(std::vector<json::Reader>{})) {
        const auto type = read_required_choice<NameType>(each, "type", NameType::Dns);
        names.push_back({type, each.string("value")});
    }
    return names;
}

Result<PolicyWaiver> read_waiver(std::string_view text)
{
    json::Reader in(text);
    PolicyWaiver waiver{.policy_id = in.string("policy_id"),
                        .rule = in.string("rule"),
                        .names = read_names(in),
                        .certificate_id = read_id(in, "certificate_id"),
                        .order_id = read_id(in, "order_id"),
                        .reason = in.string("reason")};
    const auto expires = from_rfc3339(in.string("expires_at"));
    if (!expires && in.is_string("expires_at")) {
        in.reject("expires_at", "format", "must be an RFC 3339 time, such as 2027-01-31T12:00:00Z");
    }
    waiver.expires_at = expires.value_or(Time{});
    CHANCERY_CHECK(in.finish());
    return waiver;
}

} // namespace

Result<Answer> list(const Call& call, db::Session& session)
{
    QueryReader query(call.request);
    const auto paging = read_paging(call, query, kSorts);
    const db::WaiverFilter filter{
        .policy_id = query.id("policy_id").value_or(""), .state = query.choice<WaiverState>("state"), .now = call.now};
    CHANCERY_CHECK(query.finish());
    db::PolicyWaiverRepository waivers(session);
    const auto show_one = [&](json::Writer& out, const PolicyWaiver& waiver) { write_waiver(out, waiver, call.now); };
    const auto by_time = [](const PolicyWaiver& waiver) {
        return db::Position{.value = std::to_string(to_millis(waiver.created_at)), .id = waiver.id};
    };
    const auto total = paging.include_total ? std::optional(waivers.count(filter)) : std::nullopt;
    return list_response(call, paging, waivers.list(filter, paging.request), show_one, by_time, total);
}

Result<Answer> create(const Call& call, db::UnitOfWork& work)
{
    CHANCERY_CHECK(issuance::require_waiver_approver(call.caller));
    CHANCERY_TRY(wanted, read_waiver(body_of(call.request)));
    CHANCERY_TRY(waiver, issuance::grant_waiver(call.core(), work, call.caller, wanted));
    return created_response(text_of(waiver, call.now), "/api/v1/policy-waivers/" + waiver.id,
                            etag_of(waiver, call.now));
}

Result<Answer> show(const Call& call, db::Session& session)
{
    CHANCERY_TRY(waiver, find(call, session));
    return resource_response(200, text_of(waiver, call.now), etag_of(waiver, call.now));
}

Result<Answer> revoke(const Call& call, db::UnitOfWork& work)
{
    CHANCERY_TRY(waiver, find(call, work));
    CHANCERY_TRY(revision, matched_revision(call.request, waiver.revision));
    CHANCERY_CHECK(issuance::revoke_waiver(call.core(), work, call.caller, waiver.id, revision));
    return http::empty_response(204);
}

} // namespace chancery::api::policy_waivers
