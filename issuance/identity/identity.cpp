#include "issuance/identity/identity.hpp"

#include "core/secret.hpp"
#include "db/repositories/identity_repository.hpp"
#include "db/repositories/machine_repository.hpp"
#include "issuance/identity/machines.hpp"
#include "issuance/identity/source_ranges.hpp"
#include "issuance/identity/token_text.hpp"

#include <algorithm>

namespace chancery::issuance {
namespace {

/// What `last_used_at` may lag behind.
constexpr std::chrono::minutes kUseResolution{5};

std::unexpected<Problem> unauthenticated()
{
    return refuse(Code::Unauthenticated, "There are no credentials, or they are wrong, expired or revoked.");
}

Caller caller_for(const User& user, Scope scope, const Credentials& credentials)
{
    return Caller{.actor = {.type = ActorType::User, .id = user.id, .name = user.email},
                  .role = user.role,
                  .scope = scope,
                  .domain_ids = user.domain_ids,
                  .source_address = credentials.source_address,
                  .request_id = credentials.request_id};
}

bool is_recorded(const std::optional<Time>& last_use, Time now)
{
    return last_use && now - *last_use < kUseResolution;
}

Result<Identified> identify_personal_token(db::Session& session, const Credentials& credentials, Time now)
{
    const auto token = db::ApiTokenRepository(session).find_by_hash(token_hash(credentials.bearer_token));
    if (!token || token->revoked_at || (token->expires_at && now >= *token->expires_at) ||
        !admits(token->source_cidrs, credentials.source_address)) {
        return unauthenticated();
    }
    const auto user = db::UserRepository(session).find(token->user_id);
    if (!user || !user->enabled) {
        return unauthenticated();
    }
    return Identified{.caller = caller_for(*user, token->scope, credentials),
                      .use = {.token_id = is_recorded(token->last_used_at, now) ? "" : token->id}};
}

/// The account within the scope of what it came with.
Result<Identified> identify_machine(db::Session& session, const Credentials& credentials,
                                    const std::optional<MachineAccount>& account, Scope scope, Time now)
{
    auto caller = account ? machine_caller(session, *account, now) : std::nullopt;
    if (!caller || !admits(account->source_cidrs, credentials.source_address)) {
        return unauthenticated();
    }
    caller->scope = std::min(caller->scope, scope);
    caller->source_address = credentials.source_address;
    caller->request_id = credentials.request_id;
    return Identified{.caller = std::move(*caller),
                      .use = {.account_id = is_recorded(account->last_used_at, now) ? "" : account->id}};
}

Result<Identified> identify_machine_token(db::Session& session, const Credentials& credentials, Time now)
{
    const auto token = db::MachineTokenRepository(session).find_by_hash(token_hash(credentials.bearer_token));
    if (!token || now >= token->expires_at) {
        return unauthenticated();
    }
    const auto account = db::MachineAccountRepository(session).find(token->account_id);
    return identify_machine(session, credentials, account, token->scope, now);
}

Result<Identified> identify_certificate(Core& core, db::Session& session, const Credentials& credentials, Time now)
{
    const auto account = machine_of_certificate(core, session, credentials.peer_certificate);
    return identify_machine(session, credentials, account, Scope::Admin, now);
}

Result<Identified> identify_token(db::Session& session, const Credentials& credentials, Time now)
{
    const auto kind = kind_of_text(credentials.bearer_token);
    if (kind == TextKind::PersonalToken) {
        return identify_personal_token(session, credentials, now);
    }
    if (kind == TextKind::MachineToken) {
        return identify_machine_token(session, credentials, now);
    }
    return unauthenticated();
}

Result<Identified> identify_session(db::Session& session, const Credentials& credentials, Time now)
{
    const auto login = db::SessionRepository(session).find_by_hash(token_hash(credentials.session_token));
    if (!login || now >= login->expires_at) {
        return unauthenticated();
    }
    const auto user = db::UserRepository(session).find(login->user_id);
    if (!user || !user->enabled) {
        return unauthenticated();
    }
    if (credentials.changes_state && !equal_constant_time(credentials.csrf_token, login->csrf_token)) {
        return refuse(Code::Forbidden, "A change with a session needs the session's CSRF token.");
    }
    return Identified{.caller = caller_for(*user, Scope::Admin, credentials)};
}

} // namespace

Result<Caller> identify(Core& core, db::Session& session, const Credentials& credentials)
{
    CHANCERY_TRY(identified, identify_use(core, session, credentials));
    return std::move(identified.caller);
}

Result<Identified> identify_use(Core& core, db::Session& session, const Credentials& credentials)
{
    const auto now = core.clock.now();
    if (!credentials.bearer_token.empty()) {
        return identify_token(session, credentials, now);
    }
    if (!credentials.session_token.empty()) {
        return identify_session(session, credentials, now);
    }
    if (!credentials.peer_certificate.empty()) {
        return identify_certificate(core, session, credentials, now);
    }
    return unauthenticated();
}

void record_use(db::UnitOfWork& work, const UnrecordedUse& use, Time now)
{
    if (!use.token_id.empty()) {
        db::ApiTokenRepository(work).record_use(use.token_id, now, now - kUseResolution);
    }
    if (!use.account_id.empty()) {
        db::MachineAccountRepository(work).record_use(use.account_id, now, now - kUseResolution);
    }
}

} // namespace chancery::issuance
