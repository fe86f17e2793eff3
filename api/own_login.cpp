#include "api/own_login.hpp"

#include "api/answers.hpp"
#include "api/context.hpp"
#include "api/etag.hpp"
#include "api/session_cookie.hpp"
#include "db/repositories/identity_repository.hpp"
#include "issuance/identity/identity.hpp"

namespace chancery::api::own_login {
namespace {

Result<issuance::PasswordChange> read_change(const http::Request& request)
{
    json::Reader in(body_of(request));
    issuance::PasswordChange change{.current = Secret(in.string("current_password")),
                                    .fresh = Secret(in.string("new_password")),
                                    .session_token = credentials_of(request).session_token};
    CHANCERY_CHECK(in.finish());
    return change;
}

/// With a session the answer brings its successor, which the cookie names from now on.
Answer changed(const std::optional<issuance::NewSession>& made)
{
    json::Writer out;
    out.begin_object();
    out.member_or_null("csrf_token", made ? std::optional(made->session.csrf_token) : std::nullopt);
    write_time(out, "expires_at", made ? std::optional(made->session.expires_at) : std::nullopt);
    auto response = http::json_response(200, out.end_object().take());
    if (made) {
        response.with("Set-Cookie", session_cookie(*made));
    }
    return response;
}

/// Whoever holds a session of somebody else must not find the code by trying.
Result<void> begin_attempt(const Call& call)
{
    const auto refusal = call.services.logins.begin("totp " + call.caller.actor.id, call.request.peer, call.now);
    if (!refusal) {
        return {};
    }
    return refuse(Problem{.code = Code::RateLimited,
                          .detail = "There were too many wrong codes.",
                          .retry_after_seconds = static_cast<int>(refusal->retry_after.count())});
}

void attempt_succeeded(const Call& call)
{
    call.services.logins.succeeded("totp " + call.caller.actor.id, call.request.peer);
}

} // namespace

http::Awaitable<http::Response> change_password(Services& services, const Route& route, const http::Request& request)
{
    auto change = read_change(request);
    if (!change) {
        WriteWork tell = [&](const Call&, db::UnitOfWork&) -> Result<Answer> {
            return std::unexpected(change.error());
        };
        co_return finish(request, co_await write(services, route, request, std::move(tell)));
    }
    const bool has_session = !change->session_token.empty();
    auto caller = co_await services.core.store.write(
        [&](db::UnitOfWork& work) { return admit_caller(services, route, request, work); });
    if (!caller) {
        co_return finish(request, std::unexpected(std::move(caller).error()));
    }
    auto verdict = co_await issuance::check_password_change(services.core, services.logins, std::move(*caller),
                                                            std::move(*change));
    if (!verdict) {
        co_return finish(request, std::unexpected(std::move(verdict).error()));
    }
    WriteWork work = [&](const Call& call, db::UnitOfWork& unit) -> Result<Answer> {
        CHANCERY_TRY(made, issuance::change_own_password(call.core(), unit, call.caller, *verdict, has_session));
        return changed(made);
    };
    co_return finish(request, co_await write(services, route, request, std::move(work)));
}

Result<Answer> show_totp(const Call& call, db::Session& session)
{
    const auto state = issuance::totp_state(session, call.caller.actor.id);
    json::Writer out;
    out.begin_object().member("enabled", state.enabled);
    write_time(out, "enabled_at", state.enabled_at);
    out.member("recovery_codes_left", state.recovery_codes_left).end_object();
    return http::json_response(200, out.take());
}

Result<Answer> start_totp(const Call& call, db::UnitOfWork& work)
{
    json::Reader in(body_of(call.request));
    CHANCERY_CHECK(in.finish());
    CHANCERY_TRY(made, issuance::start_totp(call.core(), work, call.caller));
    json::Writer out;
    out.begin_object().member("secret", made.text.reveal()).member("otpauth_uri", made.uri.reveal()).end_object();
    auto response = http::json_response(201, out.take());
    response.with("Location", "/api/v1/me/totp");
    return response;
}

Result<Answer> confirm_totp(const Call& call, db::UnitOfWork& work)
{
    json::Reader in(body_of(call.request));
    const auto code = in.string("code");
    CHANCERY_CHECK(in.finish());
    CHANCERY_CHECK(begin_attempt(call));
    CHANCERY_TRY(codes, issuance::confirm_totp(call.core(), work, call.caller, code));
    attempt_succeeded(call);
    json::Writer out;
    out.begin_object().member("recovery_codes", codes).end_object();
    return http::json_response(200, out.take());
}

Result<Answer> remove_totp(const Call& call, db::UnitOfWork& work)
{
    json::Reader in(body_of(call.request));
    const issuance::SecondFactor factor{.totp_code = in.optional_string("totp_code").value_or(""),
                                        .recovery_code = in.optional_string("recovery_code").value_or("")};
    if (factor.empty()) {
        in.reject("totp_code", "required", "is required, or a recovery_code");
    }
    CHANCERY_CHECK(in.finish());
    CHANCERY_CHECK(begin_attempt(call));
    CHANCERY_CHECK(issuance::remove_own_totp(call.core(), work, call.caller, factor));
    attempt_succeeded(call);
    return http::empty_response(204);
}

Result<Answer> remove_totp_of_user(const Call& call, db::UnitOfWork& work)
{
    CHANCERY_TRY(id, id_of(call.request));
    const auto user = db::UserRepository(work).find(id);
    if (!user) {
        return refuse(Code::NotFound, "there is no user with this id");
    }
    CHANCERY_TRY(revision, matched_revision(call.request, user->revision));
    CHANCERY_CHECK(issuance::remove_totp(call.core(), work, call.caller, id, revision));
    return http::empty_response(204);
}

} // namespace chancery::api::own_login
