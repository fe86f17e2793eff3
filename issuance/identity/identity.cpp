#include "issuance/identity/identity.hpp"

#include "core/id.hpp"
#include "core/json.hpp"
#include "core/random.hpp"
#include "core/text.hpp"
#include "db/repositories/identity_repository.hpp"
#include "issuance/audit.hpp"
#include "issuance/identity/token_text.hpp"
#include "pki/password.hpp"

namespace chancery::issuance {
namespace {

namespace asio = boost::asio;

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

Result<Identified> identify_token(db::Session& session, const Credentials& credentials, Time now)
{
    if (!looks_like_token(credentials.bearer_token)) {
        return unauthenticated();
    }
    const auto token = db::ApiTokenRepository(session).find_by_hash(token_hash(credentials.bearer_token));
    if (!token || token->revoked_at || (token->expires_at && now >= *token->expires_at)) {
        return unauthenticated();
    }
    const auto user = db::UserRepository(session).find(token->user_id);
    if (!user || !user->enabled) {
        return unauthenticated();
    }
    const bool recorded = token->last_used_at && now - *token->last_used_at < kUseResolution;
    return Identified{.caller = caller_for(*user, token->scope, credentials),
                      .unrecorded_token = recorded ? std::string() : token->id};
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

/// What the log keeps of the name somebody tried: not what may be a password typed into the wrong field.
std::string attempted_name(const std::string& email)
{
    return email.contains('@') && email.size() <= 254 ? email : std::string();
}

Caller attempting(const Login& login, const std::string& user_id)
{
    const auto name = attempted_name(to_lower(trim(login.email)));
    return Caller{.actor = {.type = ActorType::User, .id = user_id, .name = name},
                  .source_address = login.source_address,
                  .request_id = login.request_id};
}

void record_login(db::UnitOfWork& work, const Login& login, const std::optional<User>& user, bool good, Time now)
{
    const auto caller = attempting(login, user ? user->id : "");
    const audit::Resource resource{"user", caller.actor.id};
    if (good) {
        audit::record(work, caller, now, audit::kLoginSuccess, resource);
    } else {
        audit::record_refusal(work, caller, now, audit::kLoginFailure, resource);
    }
}

NewSession session_for(const Core& core, const Login& login, const User& user, Time now)
{
    NewSession made{.token = Secret(random_token(32)), .user = user};
    made.session = {.id = new_id(now),
                    .user_id = user.id,
                    .token_hash = token_hash(made.token.reveal()),
                    .csrf_token = random_token(32),
                    .source_address = login.source_address,
                    .created_at = now,
                    .expires_at = now + core.settings.session_lifetime};
    return made;
}

/// The password was checked against `checked`; what changed since then counts.
Result<NewSession> open_session(Core& core, db::UnitOfWork& work, const Login& login,
                                const std::optional<User>& checked, bool password_fits)
{
    const auto now = core.clock.now();
    const auto user = checked ? db::UserRepository(work).find(checked->id) : std::nullopt;
    const bool good = password_fits && user && user->enabled && user->password_hash == checked->password_hash;
    record_login(work, login, user, good, now);
    if (!good) {
        return refuse(Code::Unauthenticated, "E-mail or password is wrong.");
    }
    auto made = session_for(core, login, *user, now);
    db::SessionRepository(work).insert(made.session);
    return made;
}

asio::awaitable<Result<NewSession>> refuse_untried(Core& core, Login login, LoginThrottle::Refusal refusal)
{
    const auto seconds = static_cast<int>(refusal.retry_after.count());
    if (refusal.first) {
        co_await core.store.write([&](db::UnitOfWork& work) {
            auto details = json::Writer().begin_object().member("retry_after_seconds", seconds).end_object().take();
            audit::record_refusal(work, attempting(login, ""), core.clock.now(), audit::kLoginThrottled, {"user", ""},
                                  std::move(details));
        });
    }
    co_return refuse(Problem{.code = Code::RateLimited,
                             .detail = "There were too many failed logins with this name or from this network.",
                             .retry_after_seconds = seconds});
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
    return unauthenticated();
}

void record_token_use(db::UnitOfWork& work, const std::string& token_id, Time now)
{
    db::ApiTokenRepository(work).record_use(token_id, now, now - kUseResolution);
}

asio::awaitable<Result<NewSession>> log_in(Core& core, LoginThrottle& throttle, Login login)
{
    if (const auto refusal = throttle.begin(login.email, login.source_address, core.clock.now())) {
        co_return co_await refuse_untried(core, std::move(login), *refusal);
    }
    const auto user = co_await core.store.read(
        [&](db::Session& session) { return db::UserRepository(session).find_by_email(to_lower(trim(login.email))); });
    const bool fits = co_await core.pool.run([&] {
        if (user) {
            return pki::verify_password(login.password, user->password_hash);
        }
        pki::waste_password_time(login.password);
        return false;
    });
    auto made =
        co_await core.store.write([&](db::UnitOfWork& work) { return open_session(core, work, login, user, fits); });
    if (made) {
        throttle.succeeded(login.email, login.source_address);
    }
    co_return made;
}

Result<void> log_out(Core& core, db::UnitOfWork& work, const Caller& caller, const std::string& session_token)
{
    db::SessionRepository sessions(work);
    const auto login = sessions.find_by_hash(token_hash(session_token));
    if (!login || login->user_id != caller.actor.id) {
        return unauthenticated();
    }
    sessions.remove(login->id);
    audit::record(work, caller, core.clock.now(), audit::kLogout, {"user", caller.actor.id});
    return {};
}

} // namespace chancery::issuance
