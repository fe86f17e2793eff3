#include "api/policy_replays.hpp"

#include "api/answers.hpp"
#include "api/context.hpp"
#include "api/etag.hpp"
#include "api/paging.hpp"
#include "api/policies.hpp"
#include "api/prefer.hpp"
#include "db/repositories/policy_replay_repository.hpp"
#include "issuance/policies/document.hpp"
#include "issuance/policies/replays.hpp"
#include "issuance/validation.hpp"

namespace chancery::api::policy_replays {
namespace {

constexpr std::string_view kSorts[] = {"-created_at"};
constexpr long long kDefaultDays = 30;

void write_replay(json::Writer& out, const PolicyReplay& replay)
{
    out.begin_object()
        .member("id", replay.id)
        .member("state", name_of(replay.state))
        .member_or_null("policy_id", replay.policy_id)
        .member_or_null("policy_version", replay.policy_version)
        .raw_member("policy", replay.document)
        .member("certificates", name_of(replay.certificates))
        .member("order_days", replay.order_days);
    write_actor(out, "requested_by", replay.requested_by);
    write_time(out, "created_at", replay.created_at);
    write_time(out, "started_at", replay.started_at);
    write_time(out, "completed_at", replay.completed_at);
    out.member("certificate_total", replay.certificate_total)
        .member("order_total", replay.order_total)
        .raw_member("findings", replay.tally)
        .member_or_null("error", replay.error)
        .end_object();
}

std::string text_of(const PolicyReplay& replay)
{
    json::Writer out;
    write_replay(out, replay);
    return out.take();
}

/// 202 while it is under way, 201 once it is over.
http::Response started_response(const PolicyReplay& replay)
{
    auto response =
        created_response(text_of(replay), "/api/v1/policy-replays/" + replay.id, make_etag(replay.revision));
    if (!replay.is_over()) {
        response.status = 202;
        response.with("Retry-After", "2");
    }
    return response;
}

/// `policy` with a draft, or `policy_id`.
Result<PolicyReplay> read_replay(std::string_view text)
{
    json::Reader in(text);
    PolicyReplay replay{
        .policy_id = in.optional_string("policy_id"),
        .certificates = read_choice<ReplayedCertificates>(in, "certificates").value_or(ReplayedCertificates::Active),
        .order_days = in.optional_integer("order_days").value_or(kDefaultDays)};
    const bool has_draft = in.is_object("policy");
    if (has_draft == replay.policy_id.has_value()) {
        in.reject("policy", "exclusive", "needs either policy, a draft, or policy_id");
    }
    const auto draft = in.raw("policy").value_or("{}");
    CHANCERY_CHECK(in.finish());
    if (has_draft) {
        const auto policy = policies::read_policy(draft, {});
        if (!policy) {
            return refuse(issuance::at_pointer("/policy", policy.error()));
        }
        replay.document = issuance::policy_document(*policy);
    }
    return replay;
}

Result<Answer> start(const Call& call, db::UnitOfWork& work, std::string& id)
{
    CHANCERY_TRY(wanted, read_replay(body_of(call.request)));
    CHANCERY_TRY(started, issuance::start_replay(call.core(), work, call.caller, wanted));
    id = started.id;
    return Answer(started_response(started));
}

} // namespace

Result<Answer> list(const Call& call, db::Session& session)
{
    QueryReader query(call.request);
    const auto paging = read_paging(call, query, kSorts);
    const auto state = query.choice<ReplayState>("state");
    CHANCERY_CHECK(query.finish());
    db::PolicyReplayRepository replays(session);
    const auto by_time = [](const PolicyReplay& replay) {
        return db::Position{.value = std::to_string(to_millis(replay.created_at)), .id = replay.id};
    };
    const auto whose = issuance::requester_of_replays(call.caller);
    const auto total = paging.include_total ? std::optional(replays.count(state, whose)) : std::nullopt;
    return list_response(call, paging, replays.list(state, paging.request, whose), write_replay, by_time, total);
}

http::Awaitable<http::Response> create(Services& services, const Route& route, const http::Request& request)
{
    std::string id;
    const auto starting = [&id](const Call& call, db::UnitOfWork& work) {
        id.clear();
        return start(call, work, id);
    };
    auto outcome = co_await write(services, route, request, starting);
    const auto wait = preferred_wait(request);
    if (!outcome || !wait || id.empty()) { // without an id it is the answer to an earlier request with the same key
        co_return finish(request, std::move(outcome));
    }
    auto response = started_response(co_await issuance::wait_for_replay(services.core, id, *wait));
    response.with("Preference-Applied", "wait=" + std::to_string(wait->count()));
    co_return finish(request, Answer(std::move(response)));
}

Result<Answer> show(const Call& call, db::Session& session)
{
    CHANCERY_TRY(id, id_of(call.request));
    CHANCERY_TRY(replay, issuance::find_replay(session, call.caller, id));
    auto response = resource_response(200, text_of(replay), make_etag(replay.revision));
    if (!replay.is_over()) {
        response.with("Retry-After", "2");
    }
    return response;
}

Result<Answer> cancel(const Call& call, db::UnitOfWork& work)
{
    CHANCERY_TRY(id, id_of(call.request));
    json::Reader in(body_of(call.request));
    CHANCERY_CHECK(in.finish());
    CHANCERY_TRY(replay, issuance::cancel_replay(call.core(), work, call.caller, id));
    return resource_response(200, text_of(replay), make_etag(replay.revision));
}

} // namespace chancery::api::policy_replays
