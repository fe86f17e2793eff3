#include "acme/challenges.hpp"

#include "acme/authorizations.hpp"
#include "acme/limits.hpp"
#include "acme/resources.hpp"
#include "core/id.hpp"
#include "db/repositories/acme_repository.hpp"
#include "db/repositories/operation_repository.hpp"
#include "issuance/audit.hpp"

#include <algorithm>
#include <stdexcept>

namespace chancery::acme {
namespace {

namespace audit = issuance::audit;

struct Found {
    AcmeChallenge challenge{};
    AcmeAuthorization authorization{};
};

Outcome<Found> find_own_challenge(db::Session& session, const Call& call)
{
    auto authorization = is_id(call.id()) ? db::AcmeOrderRepository(session).find_authorization_of_challenge(call.id())
                                          : std::optional<AcmeAuthorization>();
    if (!authorization || authorization->account_id != call.account_id()) {
        return not_found("challenge");
    }
    auto challenge = *std::ranges::find(authorization->challenges, call.id(), &AcmeChallenge::id);
    return Found{.challenge = std::move(challenge), .authorization = std::move(*authorization)};
}

Outcome<Found> read(Context& context, db::Session& session, const Call& call)
{
    CHANCERY_CHECK(current_account(context, session, *call.account));
    return find_own_challenge(session, call);
}

Outcome<void> check_answerable(const Found& found, Time now)
{
    if (status_at(found.authorization, now) != AcmeAuthorizationStatus::Pending) {
        return malformed("the challenge's authorization is no longer pending");
    }
    const bool busy = std::ranges::any_of(
        found.authorization.challenges, [](const auto& one) { return one.status == AcmeChallengeStatus::Processing; });
    if (busy) {
        return malformed("another challenge of this authorization is being validated");
    }
    return {};
}

/// The keys by which a persistent record may know the account, the current one first.
std::vector<std::string> thumbprints_for(db::UnitOfWork& work, const Found& found)
{
    if (found.challenge.type != name_of(ChallengeType::DnsPersist01)) {
        return {};
    }
    db::AcmeAccountRepository accounts(work);
    auto thumbprints = accounts.past_thumbprints(found.authorization.account_id);
    if (const auto account = accounts.find(found.authorization.account_id)) {
        thumbprints.insert(thumbprints.begin(), account->thumbprint);
    }
    return thumbprints;
}

void enqueue_validation(Context& context, db::UnitOfWork& work, const Call& call, const Found& found, Time now)
{
    const ValidationTask task{.challenge_id = found.challenge.id,
                              .authorization_id = found.authorization.id,
                              .account_id = found.authorization.account_id,
                              .type = found.challenge.type,
                              .identifier = found.authorization.identifier,
                              .wildcard = found.authorization.wildcard,
                              .token = found.challenge.token,
                              .key_authorization = found.challenge.key_authorization,
                              .account_url = call.urls.account(found.authorization.account_id),
                              .thumbprints = thumbprints_for(work, found),
                              .source_address = call.request.peer,
                              .request_id = call.request.request_id};
    // Before the job, which may end before this request is answered.
    work.on_commit([&under_way = context.under_way, id = task.authorization_id] { under_way.start(id); });
    context.core.jobs.enqueue(work, Job{.id = new_id(now),
                                        .kind = std::string(kValidateJob),
                                        .subject_id = found.challenge.id,
                                        .payload = to_payload(task),
                                        .run_at = now,
                                        .created_at = now});
}

Outcome<Found> answer(Context& context, db::UnitOfWork& work, const Call& call)
{
    CHANCERY_TRY(account, current_account(context, work, *call.account));
    CHANCERY_TRY(found, find_own_challenge(work, call));
    if (found.challenge.status != AcmeChallengeStatus::Pending) {
        return found;
    }
    const auto now = context.core.clock.now();
    CHANCERY_CHECK(check_answerable(found, now));
    // dns-persist-01 has no token, hence no key authorization.
    if (found.challenge.type != name_of(ChallengeType::DnsPersist01)) {
        found.challenge.key_authorization = found.challenge.token + '.' + account.thumbprint;
    }
    found.challenge.status = AcmeChallengeStatus::Processing;
    // False: a parallel request was quicker, and its validation is the one that counts.
    if (db::AcmeOrderRepository(work).start_challenge(found.challenge.id, found.challenge.key_authorization)) {
        enqueue_validation(context, work, call, found, now);
    }
    return found;
}

issuance::Caller caller_of(const ValidationTask& task)
{
    issuance::Caller caller;
    caller.actor = {ActorType::AcmeClient, task.account_id, ""};
    caller.scope = Scope::Write;
    caller.acme_account_id = task.account_id;
    caller.source_address = task.source_address;
    caller.request_id = task.request_id;
    return caller;
}

/// The order's error names the identifier, which the challenge's own does not.
std::string order_error(const ValidationTask& task, const Error& error)
{
    return to_json({.type = error.type,
                    .status = 403,
                    .detail = task.type + " validation of " + task.identifier.value + " failed: " + error.detail});
}

void record_validation(Context& context, db::UnitOfWork& work, const ValidationTask& task,
                       const ValidationResult& result)
{
    json::Writer details;
    details.begin_object()
        .member("identifier", task.identifier.value)
        .member("challenge", task.type)
        .member("account", task.account_id);
    if (!result) {
        details.member("error", name_of(result.error().type)).member("detail", result.error().detail);
    }
    details.end_object();
    const audit::Resource resource{"acme_authorization", task.authorization_id};
    const auto now = context.core.clock.now();
    if (result) {
        audit::record(work, caller_of(task), now, audit::kAcmeAuthorizationValid, resource, details.take());
    } else {
        audit::record_refusal(work, caller_of(task), now, audit::kAcmeAuthorizationFailed, resource, details.take());
    }
}

void store_outcome(Context& context, db::UnitOfWork& work, const ValidationTask& task, const ValidationResult& result)
{
    db::AcmeOrderRepository orders(work);
    const auto authorization = orders.find_authorization(task.authorization_id);
    const auto now = context.core.clock.now();
    // An authorization that expired meanwhile stays so, whatever a late job finds out.
    if (!authorization || status_at(*authorization, now) != AcmeAuthorizationStatus::Pending) {
        return;
    }
    const auto found = std::ranges::find(authorization->challenges, task.challenge_id, &AcmeChallenge::id);
    if (found == authorization->challenges.end() || found->status != AcmeChallengeStatus::Processing) {
        return;
    }
    auto challenge = *found;
    challenge.status = result ? AcmeChallengeStatus::Valid : AcmeChallengeStatus::Invalid;
    auto status = AcmeAuthorizationStatus::Valid;
    auto expires = now + context.settings.authorization_lifetime;
    std::optional<std::string> error;
    if (result) {
        challenge.validated_at = now;
        expires = std::min<Time>(expires, result->valid_until.value_or(expires));
    } else {
        challenge.error = to_json(result.error());
        status = AcmeAuthorizationStatus::Invalid;
        expires = authorization->expires_at;
        error = order_error(task, result.error());
    }
    if (result && expires < authorization->expires_at) {
        // An order must not outlive what proves its names (RFC 8555 section 7.1.6).
        orders.shorten_orders_of_authorization(task.authorization_id, expires);
    }
    if (orders.finish_challenge(challenge, status, expires, error)) {
        record_validation(context, work, task, result);
        if (result) {
            forget_failures(context, work, task.account_id, task.identifier);
        } else {
            count_failure(context, work, caller_of(task), task.account_id, task.identifier);
        }
    }
}

} // namespace

std::string to_payload(const ValidationTask& task)
{
    json::Writer out;
    out.begin_object()
        .member("challenge_id", task.challenge_id)
        .member("authorization_id", task.authorization_id)
        .member("account_id", task.account_id)
        .member("type", task.type)
        .member("identifier_type", name_of(task.identifier.type))
        .member("identifier", task.identifier.value)
        .member("wildcard", task.wildcard)
        .member("token", task.token)
        .member("key_authorization", task.key_authorization)
        .member("account_url", task.account_url)
        .member("thumbprints", task.thumbprints)
        .member("source_address", task.source_address)
        .member("request_id", task.request_id)
        .end_object();
    return out.take();
}

ValidationTask read_task(json::Reader& in)
{
    ValidationTask task;
    task.challenge_id = in.string("challenge_id");
    task.authorization_id = in.string("authorization_id");
    task.account_id = in.string("account_id");
    task.type = in.string("type");
    task.identifier.type = from_name<NameType>(in.string("identifier_type")).value_or(NameType::Dns);
    task.identifier.value = in.string("identifier");
    task.wildcard = in.optional_boolean("wildcard").value_or(false);
    task.token = in.string("token");
    task.key_authorization = in.string("key_authorization");
    task.account_url = in.optional_string("account_url").value_or("");
    task.thumbprints = in.optional_strings("thumbprints").value_or(std::vector<std::string>());
    task.source_address = in.string("source_address");
    task.request_id = in.string("request_id");
    return task;
}

ValidationTask read_task(const Job& job)
{
    json::Reader in(job.payload);
    auto task = read_task(in);
    if (!in.finish(json::Unknown::Ignore)) {
        throw std::runtime_error("the payload of validation job " + job.id + " cannot be read");
    }
    return task;
}

http::Awaitable<void> finish_validation(Context& context, ValidationTask task, ValidationResult result,
                                        std::string job_id)
{
    co_await context.core.store.write([&](db::UnitOfWork& work) {
        store_outcome(context, work, task, result);
        db::JobRepository(work).remove(job_id);
        work.on_commit([&] { context.under_way.end(task.authorization_id); });
    });
}

http::Awaitable<Outcome<http::Response>> challenge(Context& context, Call call)
{
    if (!call.is_get()) {
        json::Reader in(call.payload);
        if (auto object = finish(in); !object) {
            co_return std::unexpected(std::move(object).error());
        }
    }
    auto found =
        call.is_get()
            ? co_await context.core.store.look_up([&](db::Session& session) { return read(context, session, call); })
            : co_await context.core.store.write([&](db::UnitOfWork& work) { return answer(context, work, call); });
    if (!found) {
        co_return std::unexpected(std::move(found).error());
    }
    auto response = http::json_response(200, challenge_json(found->challenge, call.urls));
    response.fields.add("Link", link(call.urls.authorization(found->authorization.id), "up"));
    const auto status = found->challenge.status;
    if (status == AcmeChallengeStatus::Pending || status == AcmeChallengeStatus::Processing) {
        response.with("Retry-After", "1");
    }
    co_return response;
}

} // namespace chancery::acme
