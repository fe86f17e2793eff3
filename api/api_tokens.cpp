#include "api/api_tokens.hpp"

#include "api/answers.hpp"
#include "api/etag.hpp"
#include "api/paging.hpp"
#include "db/repositories/identity_repository.hpp"
#include "issuance/identity/identity.hpp"

namespace chancery::api::api_tokens {
namespace {

/// `text` is the token itself, shown at its creation and never again; null says that there was one.
void write_members(json::Writer& out, const ApiToken& token)
{
    out.member("id", token.id)
        .member("user_id", token.user_id)
        .member("name", token.name)
        .member("scope", name_of(token.scope))
        .member_or_null("source_cidrs", token.source_cidrs);
    write_time(out, "created_at", token.created_at);
    write_time(out, "expires_at", token.expires_at);
    write_time(out, "last_used_at", token.last_used_at);
    write_time(out, "revoked_at", token.revoked_at);
}

void write_token(json::Writer& out, const ApiToken& token)
{
    out.begin_object();
    write_members(out, token);
    out.end_object();
}

std::string created_text(const ApiToken& token, const std::optional<std::string>& text)
{
    json::Writer out;
    out.begin_object();
    write_members(out, token);
    out.member_or_null("token", text).end_object();
    return out.take();
}

/// A token changes once: when it is revoked. Its last use is shown, too.
long long revision_of(const ApiToken& token)
{
    return token.revoked_at ? 2 : 1;
}

std::string etag_of(const ApiToken& token)
{
    return make_etag(revision_of(token), token.last_used_at ? std::to_string(to_millis(*token.last_used_at)) : "");
}

/// Own tokens, or anybody's with the right to manage users; others do not exist for the caller.
Result<ApiToken> find(const Call& call, db::Session& session, issuance::Right right_to_others)
{
    CHANCERY_TRY(id, id_of(call.request));
    auto token = db::ApiTokenRepository(session).find(id);
    if (!token || (token->user_id != call.caller.actor.id && !issuance::has_right(call.caller, right_to_others))) {
        return refuse(Code::NotFound, "there is no API token with this id");
    }
    return std::move(*token);
}

} // namespace

Result<Answer> list(const Call& call, db::Session& session)
{
    QueryReader query(call.request);
    const auto paging = read_paging(call, query, {});
    const auto user_id = query.id("user_id").value_or(call.caller.actor.id);
    CHANCERY_CHECK(query.finish());
    if (user_id != call.caller.actor.id && !issuance::has_right(call.caller, issuance::Right::ReadUsers)) {
        return refuse(Code::Forbidden, "the tokens of others are not yours to see");
    }
    return short_list_response(call, paging, db::ApiTokenRepository(session).list_by_user(user_id), write_token);
}

Result<Answer> create(const Call& call, db::UnitOfWork& work)
{
    json::Reader in(body_of(call.request));
    const auto name = in.string("name");
    const auto scope = read_required_choice<Scope>(in, "scope", Scope::Read);
    const auto user_id = in.optional_string("user_id").value_or(call.caller.actor.id);
    const auto expires_at = read_time(in, "expires_at");
    const auto source_cidrs = in.optional_strings("source_cidrs");
    CHANCERY_CHECK(in.finish());
    if (user_id != call.caller.actor.id) {
        CHANCERY_CHECK(issuance::require(work, call.caller, issuance::Right::ManageUsers, call.now));
    }
    CHANCERY_TRY(
        made, issuance::create_token(call.core(), work, call.caller, user_id, name, scope, expires_at, source_cidrs));
    auto response = created_response(created_text(made.token, std::string(made.text.reveal())),
                                     "/api/v1/api-tokens/" + made.token.id, etag_of(made.token));
    return Answer(std::move(response), created_text(made.token, std::nullopt));
}

Result<Answer> show(const Call& call, db::Session& session)
{
    CHANCERY_TRY(token, find(call, session, issuance::Right::ReadUsers));
    json::Writer out;
    write_token(out, token);
    return resource_response(200, out.take(), etag_of(token));
}

Result<Answer> revoke(const Call& call, db::UnitOfWork& work)
{
    CHANCERY_TRY(token, find(call, work, issuance::Right::ManageUsers));
    CHANCERY_CHECK(matched_revision(call.request, revision_of(token)));
    CHANCERY_CHECK(issuance::revoke_token(call.core(), work, call.caller, token.id));
    return http::empty_response(204);
}

} // namespace chancery::api::api_tokens
