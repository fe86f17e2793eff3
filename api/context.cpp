#include "api/context.hpp"

#include "api/etag.hpp"
#include "api/negotiation.hpp"
#include "api/problem.hpp"
#include "core/text.hpp"
#include "server/http/caching.hpp"

namespace chancery::api {
namespace {

constexpr std::string_view kBearer = "bearer ";

bool changes_state(const http::Request& request)
{
    return request.method != "GET" && request.method != "HEAD";
}

/// A browser would show its certificate for any page that makes it ask; machines send none of these.
bool comes_from_browser(const http::Request& request)
{
    return request.fields.contains("origin") || request.fields.contains("sec-fetch-site");
}

/// One request with a key: answers from the record, or does the work and settles the record with it.
Result<Answer> write_once(const Call& call, db::UnitOfWork& unit, const IdempotencyKey& key, const WriteWork& work)
{
    const auto& caller_id = call.caller.actor.id;
    CHANCERY_TRY(claim, claim_idempotency_key(unit, caller_id, key, call.now));
    if (claim.state == Claim::State::Done) {
        return Answer(std::move(claim.replay));
    }
    if (claim.state == Claim::State::Running) {
        return refuse(still_running());
    }
    CHANCERY_TRY(answer, work(call, unit));
    settle_idempotency_key(unit, caller_id, key, answer);
    return std::move(answer);
}

/// Who calls, counted in their own allowance, or in that of the address when the credentials are no good.
Result<issuance::Identified> identify_and_count(Services& services, const http::Request& request, db::Session& session)
{
    auto identified = issuance::identify_use(services.core, session, credentials_of(request));
    const auto principal = identified ? identified->caller.actor.id : std::string();
    CHANCERY_CHECK(services.allowances.spend(request, principal, services.core.clock.now()));
    return identified;
}

http::Awaitable<http::Response> act(Services& services, const Route& route, const http::Request& request)
{
    if (const auto* reading = std::get_if<Read>(&route.action)) {
        co_return finish(request, co_await read(services, route, request, reading->run));
    }
    if (const auto* writing = std::get_if<Write>(&route.action)) {
        co_return finish(request, co_await write(services, route, request, writing->run));
    }
    co_return co_await std::get<Custom>(route.action).run(services, route, request);
}

http::Awaitable<http::Response> answer(Services& services, const Route& route, const http::Request& request)
{
    if (auto refused = refuse_media_type(route, request)) {
        co_return std::move(*refused);
    }
    if (!route.right) {
        if (const auto counted = services.allowances.spend(request, {}, services.core.clock.now()); !counted) {
            co_return problem_response(request, counted.error());
        }
    }
    // The one exception that tells a client what to do; all others are the server's to log and to answer with 500.
    try {
        co_return co_await act(services, route, request);
    } catch (const db::StoreBusy&) {
        const Problem busy{.code = Code::Busy, .detail = "the server has too much to do at the moment"};
        co_return problem_response(request, busy);
    }
}

/// One request in the allowances' books, struck out when it is over, however it ends.
class Tab {
public:
    Tab(Allowances& allowances, const http::Request& request) : allowances_(allowances), request_(request) {}

    ~Tab() { allowances_.settle(request_); }

    Tab(const Tab&) = delete;
    Tab& operator=(const Tab&) = delete;

private:
    Allowances& allowances_;
    const http::Request& request_;
};

} // namespace

issuance::Credentials credentials_of(const http::Request& request)
{
    issuance::Credentials credentials{.csrf_token = std::string(request.header("x-csrf-token")),
                                      .changes_state = changes_state(request),
                                      .source_address = request.peer,
                                      .request_id = request.request_id};
    const auto authorization = request.header("authorization");
    if (to_lower(authorization.substr(0, kBearer.size())) == kBearer) {
        credentials.bearer_token = std::string(trim(authorization.substr(kBearer.size())));
    } else if (!authorization.empty()) {
        credentials.bearer_token = std::string(authorization); // another scheme: no token, so never a known one
    } else {
        credentials.session_token = request.cookie(kSessionCookie).value_or("");
        credentials.peer_certificate = comes_from_browser(request) ? "" : request.peer_certificate;
    }
    return credentials;
}

bool has_credentials(const http::Request& request)
{
    const auto credentials = credentials_of(request);
    return issuance::looks_like_token(credentials.bearer_token) || !credentials.session_token.empty() ||
           !credentials.peer_certificate.empty();
}

Result<issuance::Caller> admit_caller(Services& services, const Route& route, const http::Request& request,
                                      db::UnitOfWork& work)
{
    const auto now = services.core.clock.now();
    CHANCERY_TRY(identified, identify_and_count(services, request, work));
    if (route.right) {
        CHANCERY_CHECK(issuance::require(work, identified.caller, *route.right, now));
    }
    issuance::record_use(work, identified.use, now);
    return std::move(identified.caller);
}

Result<issuance::Caller> recheck_caller(Services& services, const Route& route, const http::Request& request,
                                        db::Session& session)
{
    CHANCERY_TRY(caller, issuance::identify(services.core, session, credentials_of(request)));
    if (route.right && !issuance::has_right(caller, *route.right)) {
        return refuse(Code::Forbidden, "the right for this is missing");
    }
    return std::move(caller);
}

http::Awaitable<Result<Answer>> read(Services& services, const Route& route, const http::Request& request,
                                     ReadWork work)
{
    const auto now = services.core.clock.now();
    bool denied = false;
    issuance::UnrecordedUse use;
    const auto reading = [&](db::Session& session) -> Result<Answer> {
        CHANCERY_TRY(identified, identify_and_count(services, request, session));
        const auto& caller = identified.caller;
        use = identified.use;
        denied = route.right && !issuance::has_right(caller, *route.right);
        if (denied) {
            return refuse(Code::Forbidden, "the right for this is missing");
        }
        return work(Call{.services = services, .request = request, .caller = caller, .now = now}, session);
    };
    auto outcome = co_await services.core.store.read(reading);
    if (denied) {
        // A denial leaves a record, which takes a writing transaction.
        const auto recording = [&](db::UnitOfWork& unit) -> Result<Answer> {
            CHANCERY_TRY(caller, admit_caller(services, route, request, unit));
            return work(Call{.services = services, .request = request, .caller = caller, .now = now}, unit);
        };
        co_return co_await services.core.store.write(recording);
    }
    if (!use.empty()) {
        const auto noting = [&](db::UnitOfWork& unit) { issuance::record_use(unit, use, now); };
        co_await services.core.store.write(noting);
    }
    co_return outcome;
}

http::Awaitable<Result<Answer>> write(Services& services, const Route& route, const http::Request& request,
                                      WriteWork work)
{
    std::optional<IdempotencyKey> key;
    if (route.repeat == Repeat::Idempotent) {
        auto given = read_idempotency_key(idempotency_mac_key(services.core), request);
        if (!given) {
            co_return std::unexpected(std::move(given).error());
        }
        key = std::move(*given);
    }
    const auto now = services.core.clock.now();
    const auto writing = [&](db::UnitOfWork& unit) -> Result<Answer> {
        CHANCERY_TRY(caller, admit_caller(services, route, request, unit));
        const Call call{.services = services, .request = request, .caller = caller, .now = now};
        return key ? write_once(call, unit, *key, work) : work(call, unit);
    };
    co_return co_await services.core.store.write(writing);
}

http::Response finish(const http::Request& request, Result<Answer> outcome)
{
    if (!outcome) {
        return problem_response(request, outcome.error());
    }
    if (outcome->kept_refusal) {
        return problem_response(request, *outcome->kept_refusal);
    }
    auto response = std::move(outcome->response);
    response.with("Cache-Control", "no-store");
    const auto etag = response.fields.find("etag");
    if (!changes_state(request) && etag && http::none_match_hits(request, *etag)) {
        response.status = 304;
        response.body.clear();
    }
    return response;
}

http::Awaitable<http::Response> serve(Services& services, const Route& route, const http::Request& request)
{
    const Tab tab(services.allowances, request);
    auto response = co_await answer(services, route, request);
    // Whoever was not identified on the way counts for the address.
    const auto counted = services.allowances.spend(request, {}, services.core.clock.now());
    if (!counted) {
        response = problem_response(request, counted.error());
    }
    co_return with_standing(std::move(response), services.allowances.standing(request));
}

} // namespace chancery::api
