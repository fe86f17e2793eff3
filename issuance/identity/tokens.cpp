#include "core/id.hpp"
#include "core/json.hpp"
#include "db/repositories/identity_repository.hpp"
#include "issuance/audit.hpp"
#include "issuance/identity/identity.hpp"
#include "issuance/identity/source_ranges.hpp"
#include "issuance/identity/token_text.hpp"
#include "issuance/validation.hpp"

namespace chancery::issuance {
namespace {

/// Everybody manages their own tokens, those who manage users everybody's.
Result<void> require_token_right(db::UnitOfWork& work, const Caller& caller, const std::string& user_id, Time now)
{
    const bool own = caller.actor.type == ActorType::User && caller.actor.id == user_id;
    return require(work, caller, own ? Right::ManageOwnTokens : Right::ManageUsers, now);
}

std::string token_json(const ApiToken& token)
{
    json::Writer out;
    out.begin_object()
        .member("name", token.name)
        .member("user_id", token.user_id)
        .member("scope", name_of(token.scope));
    if (token.expires_at) {
        out.member("expires_at", to_rfc3339(*token.expires_at));
    }
    if (token.source_cidrs) {
        out.member("source_cidrs", *token.source_cidrs);
    }
    return out.end_object().take();
}

Result<void> check_token(Mistakes& mistakes, const Caller& caller, const std::string& name, Scope scope,
                         std::optional<Time> expires_at, Time now)
{
    mistakes.check_text("/name", name, 1, 100);
    if (expires_at && *expires_at <= now) {
        mistakes.add("/expires_at", "range", "must be in the future");
    }
    CHANCERY_CHECK(mistakes.result());
    if (scope > caller.scope) {
        return refuse(Code::Forbidden, "A token cannot have a wider scope than the caller.");
    }
    return {};
}

} // namespace

bool looks_like_token(std::string_view text)
{
    const auto kind = kind_of_text(text);
    return kind == TextKind::PersonalToken || kind == TextKind::MachineToken;
}

Result<NewToken> create_token(Core& core, db::UnitOfWork& work, const Caller& caller, const std::string& user_id,
                              const std::string& name, Scope scope, std::optional<Time> expires_at,
                              const SourceCidrs& source_cidrs)
{
    const auto now = core.clock.now();
    CHANCERY_CHECK(require_token_right(work, caller, user_id, now));
    Mistakes mistakes;
    const auto networks = normalise_cidrs(mistakes, "/source_cidrs", source_cidrs);
    CHANCERY_CHECK(check_token(mistakes, caller, name, scope, expires_at, now));
    if (!db::UserRepository(work).find(user_id)) {
        return refuse(Code::NotFound, "There is no such user.");
    }
    NewToken made{.text = new_token_text()};
    made.token = {.id = new_id(now),
                  .user_id = user_id,
                  .name = name,
                  .scope = scope,
                  .token_hash = token_hash(made.text.reveal()),
                  .source_cidrs = networks,
                  .created_at = now,
                  .expires_at = expires_at};
    db::ApiTokenRepository(work).insert(made.token);
    audit::record(work, caller, now, audit::kTokenCreated, {"api_token", made.token.id}, token_json(made.token));
    return made;
}

Result<void> revoke_token(Core& core, db::UnitOfWork& work, const Caller& caller, const std::string& token_id)
{
    const auto now = core.clock.now();
    db::ApiTokenRepository repository(work);
    const auto token = repository.find(token_id);
    const bool own = token && token->user_id == caller.actor.id;
    if (!token || (!own && !has_right(caller, Right::ManageUsers))) {
        return refuse(Code::NotFound, "There is no such token.");
    }
    CHANCERY_CHECK(require_token_right(work, caller, token->user_id, now));
    if (!repository.revoke(token_id, now)) {
        return refuse(Code::Conflict, "The token is revoked already.");
    }
    audit::record(work, caller, now, audit::kTokenRevoked, {"api_token", token_id}, token_json(*token));
    return {};
}

} // namespace chancery::issuance
