#include "api/sessions.hpp"

#include "api/answers.hpp"
#include "api/context.hpp"
#include "api/negotiation.hpp"
#include "db/repositories/identity_repository.hpp"
#include "issuance/identity/identity.hpp"
#include "issuance/identity/token_text.hpp"

namespace chancery::api::sessions {
namespace {

Result<issuance::Login> read_login(const http::Request& request)
{
    json::Reader in(body_of(request));
    issuance::Login login{.email = in.string("email"),
                          .password = Secret(in.string("password")),
                          .source_address = request.peer,
                          .request_id = request.request_id};
    CHANCERY_CHECK(in.finish());
    return login;
}

std::string cookie_of(std::string_view token, long long lifetime_seconds)
{
    return std::string(kSessionCookie) + '=' + std::string(token) +
           "; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=" + std::to_string(lifetime_seconds);
}

Answer signed_in(const issuance::NewSession& made)
{
    json::Writer out;
    out.begin_object()
        .begin_object("user")
        .member("id", made.user.id)
        .member("email", made.user.email)
        .member("name", made.user.name)
        .member("role", name_of(made.user.role))
        .end_object()
        .member("csrf_token", made.session.csrf_token);
    write_time(out, "expires_at", made.session.expires_at);
    auto response = http::json_response(201, out.end_object().take());
    const auto lifetime =
        std::chrono::duration_cast<std::chrono::seconds>(made.session.expires_at - made.session.created_at);
    response.with("Location", "/api/v1/me");
    response.with("Set-Cookie", cookie_of(made.token.reveal(), lifetime.count()));
    return response;
}

/// The session of the request's cookie, when that is what it came with.
std::optional<chancery::Session> session_of(const Call& call, db::Session& session)
{
    const auto token = credentials_of(call.request).session_token;
    return token.empty() ? std::nullopt : db::SessionRepository(session).find_by_hash(issuance::token_hash(token));
}

void write_rights(json::Writer& out, const issuance::Caller& caller)
{
    out.begin_array("rights");
    for (const auto right : all_rights()) {
        if (issuance::has_right(caller, right)) {
            out.value(name_of_right(right));
        }
    }
    out.end_array();
}

} // namespace

http::Awaitable<http::Response> log_in(Services& services, const Route&, const http::Request& request)
{
    auto login = read_login(request);
    if (!login) {
        co_return finish(request, std::unexpected(std::move(login).error()));
    }
    auto made = co_await issuance::log_in(services.core, services.logins, std::move(*login));
    if (!made) {
        co_return finish(request, std::unexpected(std::move(made).error()));
    }
    co_return finish(request, signed_in(*made));
}

Result<Answer> log_out(const Call& call, db::UnitOfWork& work)
{
    const auto token = credentials_of(call.request).session_token;
    if (token.empty()) {
        return refuse(Code::Conflict, "the request came with a token, not with a session");
    }
    CHANCERY_CHECK(issuance::log_out(call.core(), work, call.caller, token));
    auto response = http::empty_response(204);
    response.with("Set-Cookie", cookie_of("", 0));
    return response;
}

Result<Answer> me(const Call& call, db::Session& session)
{
    const auto& caller = call.caller;
    json::Writer out;
    out.begin_object();
    write_actor(out, "actor", caller.actor);
    out.member("role", name_of(caller.role))
        .member("scope", name_of(caller.scope))
        .member("domain_ids", caller.domain_ids);
    write_rights(out, caller);
    const auto signed_in_session = session_of(call, session);
    out.member_or_null("csrf_token", signed_in_session ? std::optional(signed_in_session->csrf_token) : std::nullopt);
    return http::json_response(200, out.end_object().take());
}

} // namespace chancery::api::sessions
