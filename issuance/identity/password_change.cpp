#include "db/repositories/identity_repository.hpp"
#include "issuance/audit.hpp"
#include "issuance/identity/identity.hpp"
#include "pki/password.hpp"

/// A new password for oneself.
namespace chancery::issuance {
namespace {

namespace asio = boost::asio;

/// The rules for a password as mistakes of the member that this request has for it.
Result<std::string> hash_fresh(const Secret& fresh)
{
    auto hash = hash_new_password(fresh);
    if (!hash) {
        for (auto& error : hash.error().errors) {
            error.pointer = "/new_password";
        }
    }
    return hash;
}

CheckedPasswordChange checked(const std::optional<User>& user, const PasswordChange& change)
{
    return {.checked_hash = user ? user->password_hash : "",
            .fits = user && pki::verify_password(change.current, user->password_hash),
            .fresh_hash = hash_fresh(change.fresh)};
}

} // namespace

asio::awaitable<Result<CheckedPasswordChange>> check_password_change(Core& core, LoginThrottle& throttle, Caller caller,
                                                                     PasswordChange change)
{
    const auto& name = caller.actor.name;
    if (const auto refusal = throttle.begin(name, caller.source_address, core.clock.now())) {
        co_return refuse(Problem{.code = Code::RateLimited,
                                 .detail = "There were too many wrong passwords with this name or from this network.",
                                 .retry_after_seconds = static_cast<int>(refusal->retry_after.count())});
    }
    const auto user = co_await core.store.read(
        [&](db::Session& session) { return db::UserRepository(session).find(caller.actor.id); });
    auto found = co_await core.pool.run([&] { return checked(user, change); });
    if (found.fits) {
        throttle.succeeded(name, caller.source_address);
    }
    co_return found;
}

Result<std::optional<NewSession>> change_own_password(Core& core, db::UnitOfWork& work, const Caller& caller,
                                                      const CheckedPasswordChange& verdict, bool has_session)
{
    const auto now = core.clock.now();
    CHANCERY_CHECK(require(work, caller, Right::ManageOwnLogin, now));
    const auto user = db::UserRepository(work).find(caller.actor.id);
    if (!verdict.fits || !user || user->password_hash != verdict.checked_hash) {
        audit::record_refusal(work, caller, now, audit::kPasswordRefused, {"user", caller.actor.id});
        Problem problem{.code = Code::ValidationError, .detail = "The current password is wrong."};
        problem.errors.push_back({.pointer = "/current_password", .code = "wrong", .detail = "is wrong"});
        return refuse(std::move(problem));
    }
    CHANCERY_TRY(hash, verdict.fresh_hash);
    CHANCERY_CHECK(store_password(work, *user, hash, now));
    audit::record(work, caller, now, audit::kPasswordChanged, {"user", caller.actor.id});
    if (!has_session) {
        return std::nullopt;
    }
    auto made = new_session(core, *user, caller.source_address);
    db::SessionRepository(work).insert(made.session);
    return made;
}

} // namespace chancery::issuance
