#include "api/sessions.hpp"

#include "api/answers.hpp"
#include "api/context.hpp"
#include "api/etag.hpp"
#include "api/negotiation.hpp"
#include "api/paging.hpp"
#include "api/session_cookie.hpp"
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
                          .factor = {.totp_code = in.optional_string("totp_code").value_or(""),
                                     .recovery_code = in.optional_string("recovery_code").value_or("")},
                          .previous_session = request.cookie(kSessionCookie).value_or(""),
                          .source_address = request.peer,
                          .request_id = request.request_id};
    CHANCERY_CHECK(in.finish());
    return login;
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
    response.with("Location", "/api/v1/me");
    response.with("Set-Cookie", session_cookie(made));
    return response;
}

/// The session of the request's cookie, when that is what it came with.
std::optional<chancery::Session> session_of(const Call& call, db::Session& session)
{
    const auto token = credentials_of(call.request).session_token;
    return token.empty() ? std::nullopt : db::SessionRepository(session).find_by_hash(issuance::token_hash(token));
}

void write_session(json::Writer& out, const chancery::Session& one, const std::string& current)
{
    out.begin_object()
        .member("id", one.id)
        .member("user_id", one.user_id)
        .member("source_address", one.source_address)
        .member("current", one.id == current);
    write_time(out, "created_at", one.created_at);
    write_time(out, "expires_at", one.expires_at);
    out.end_object();
}

std::string current_id(const Call& call, db::Session& session)
{
    const auto current = session_of(call, session);
    return current ? current->id : std::string();
}

/// A session never changes.
constexpr long long kRevision = 1;

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
    response.with("Set-Cookie", session_cookie("", 0));
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

Result<Answer> list(const Call& call, db::Session& session)
{
    QueryReader query(call.request);
    const auto paging = read_paging(call, query, {});
    const auto user_id = query.id("user_id").value_or(call.caller.actor.id);
    CHANCERY_CHECK(query.finish());
    if (user_id != call.caller.actor.id && !issuance::has_right(call.caller, issuance::Right::ReadUsers)) {
        return refuse(Code::Forbidden, "the sessions of others are not yours to see");
    }
    const auto current = current_id(call, session);
    const auto show_one = [&](json::Writer& out, const chancery::Session& one) { write_session(out, one, current); };
    return short_list_response(call, paging, db::SessionRepository(session).live_of_user(user_id, call.now), show_one);
}

Result<Answer> show(const Call& call, db::Session& session)
{
    CHANCERY_TRY(id, id_of(call.request));
    CHANCERY_TRY(found, issuance::find_session(session, call.caller, id, issuance::Right::ReadUsers));
    json::Writer out;
    write_session(out, found, current_id(call, session));
    return resource_response(200, out.take(), make_etag(kRevision));
}

Result<Answer> revoke(const Call& call, db::UnitOfWork& work)
{
    CHANCERY_TRY(id, id_of(call.request));
    CHANCERY_TRY(found, issuance::find_session(work, call.caller, id, issuance::Right::ManageUsers));
    CHANCERY_CHECK(matched_revision(call.request, kRevision));
    CHANCERY_CHECK(issuance::revoke_session(call.core(), work, call.caller, found.id));
    return http::empty_response(204);
}

} // namespace chancery::api::sessions
