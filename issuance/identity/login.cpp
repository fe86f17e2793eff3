#include "core/json.hpp"
#include "core/text.hpp"
#include "db/repositories/identity_repository.hpp"
#include "issuance/audit.hpp"
#include "issuance/identity/identity.hpp"
#include "issuance/identity/token_text.hpp"
#include "pki/password.hpp"

/// Signing in with a password, and out.
namespace chancery::issuance {
namespace {

namespace asio = boost::asio;

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

/// What stands against opening a session; the log keeps more of it than the client is told.
enum class Objection { None, Credentials, FactorMissing, FactorWrong };

Objection objection(Core& core, db::UnitOfWork& work, const Login& login, const std::optional<User>& user, bool fits)
{
    if (!fits || !user || !user->enabled) {
        return Objection::Credentials;
    }
    if (!totp_state(work, user->id).enabled) {
        return Objection::None;
    }
    if (login.factor.empty()) {
        return Objection::FactorMissing;
    }
    return takes_second_factor(core, work, user->id, login.factor) ? Objection::None : Objection::FactorWrong;
}

std::string details_of(Objection objection)
{
    if (objection == Objection::FactorMissing || objection == Objection::FactorWrong) {
        return objection == Objection::FactorMissing ? R"({"second_factor":"missing"})"
                                                     : R"({"second_factor":"wrong"})";
    }
    return "{}";
}

void record_login(db::UnitOfWork& work, const Login& login, const std::optional<User>& user, Objection against,
                  Time now)
{
    const auto caller = attempting(login, user ? user->id : "");
    const audit::Resource resource{"user", caller.actor.id};
    if (against == Objection::None) {
        audit::record(work, caller, now, audit::kLoginSuccess, resource);
    } else {
        audit::record_refusal(work, caller, now, audit::kLoginFailure, resource, details_of(against));
    }
}

/// That a code is asked for tells that the password was right: there is no asking otherwise. It counts as a failure
/// until a code has come, so that codes cannot be guessed faster than passwords.
std::unexpected<Problem> refuse_login(Objection objection)
{
    if (objection != Objection::FactorMissing) {
        return refuse(Code::Unauthenticated, "E-mail, password or code is wrong.");
    }
    Problem problem{.code = Code::ValidationError, .detail = "This user signs in with a code as well."};
    problem.errors.push_back({.pointer = "/totp_code", .code = "required", .detail = "is required"});
    return refuse(std::move(problem));
}

/// A browser that signs in again leaves no session behind, and never goes on with one that it was given.
void end_session(db::UnitOfWork& work, const std::string& session_token)
{
    db::SessionRepository sessions(work);
    const auto old = session_token.empty() ? std::nullopt : sessions.find_by_hash(token_hash(session_token));
    if (old) {
        sessions.remove(old->id);
    }
}

/// The password was checked against `checked`; what changed since then counts.
Result<NewSession> open_session(Core& core, db::UnitOfWork& work, const Login& login,
                                const std::optional<User>& checked, bool password_fits)
{
    const auto now = core.clock.now();
    const auto user = checked ? db::UserRepository(work).find(checked->id) : std::nullopt;
    const bool fits = password_fits && user && user->password_hash == checked->password_hash;
    const auto against = objection(core, work, login, user, fits);
    record_login(work, login, user, against, now);
    if (against != Objection::None) {
        return refuse_login(against);
    }
    end_session(work, login.previous_session);
    auto made = new_session(core, *user, login.source_address);
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
        return refuse(Code::Unauthenticated, "There is no such session.");
    }
    sessions.remove(login->id);
    audit::record(work, caller, core.clock.now(), audit::kLogout, {"user", caller.actor.id});
    return {};
}

} // namespace chancery::issuance
