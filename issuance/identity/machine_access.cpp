#include "core/id.hpp"
#include "core/json.hpp"
#include "core/text.hpp"
#include "db/repositories/machine_repository.hpp"
#include "issuance/audit.hpp"
#include "issuance/identity/machines.hpp"
#include "issuance/identity/source_ranges.hpp"
#include "issuance/identity/token_text.hpp"

#include <algorithm>

/// How machines get in: a secret for a token.
namespace chancery::issuance {
namespace {

namespace asio = boost::asio;

constexpr std::chrono::hours kTokenLifetime{24};

/// Failures are counted for an account and the address they come from, so that a stranger cannot lock a machine out.
std::string throttle_name(const ClientCredentials& credentials)
{
    return credentials.client_id + ' ' + credentials.source_address;
}

/// What the log keeps of an id that nobody has: not what may be a secret in the wrong field.
Caller attempting(const ClientCredentials& credentials, const std::optional<MachineAccount>& account)
{
    const bool courier = account && account->kind == MachineKind::Courier;
    const auto id = is_id(credentials.client_id) ? credentials.client_id : std::string();
    return Caller{.actor = {.type = courier ? ActorType::Courier : ActorType::ServiceAccount,
                            .id = id,
                            .name = account ? account->name : ""},
                  .source_address = credentials.source_address,
                  .request_id = credentials.request_id};
}

/// What the database says of an attempt.
struct Finding {
    std::optional<MachineAccount> account{};
    std::optional<MachineSecret> secret{}; ///< the one that fits
};

Finding look_up(db::Session& session, const ClientCredentials& credentials, Time now)
{
    const auto hash = token_hash(credentials.client_secret.reveal());
    Finding found{.account = db::MachineAccountRepository(session).find(credentials.client_id)};
    for (const auto& secret : db::MachineSecretRepository(session).of_account(credentials.client_id)) {
        const bool alive = !secret.expires_at || now < *secret.expires_at;
        if (equal_constant_time(hash, secret.secret_hash) && alive) {
            found.secret = secret;
        }
    }
    return found;
}

/// For the audit log alone; the client learns nothing of it. Empty when there is nothing against the attempt.
std::string_view objection(db::Session& session, const ClientCredentials& credentials, const Finding& found, Time now)
{
    if (!found.account) {
        return "unknown_account";
    }
    if (!found.secret) {
        return "wrong_secret";
    }
    if (!machine_caller(session, *found.account, now)) {
        return "account_not_usable";
    }
    return admits(found.account->source_cidrs, credentials.source_address) ? "" : "foreign_network";
}

std::unexpected<Problem> refuse_attempt(db::UnitOfWork& work, const ClientCredentials& credentials,
                                        const Finding& found, std::string_view reason, Time now)
{
    const auto caller = attempting(credentials, found.account);
    audit::record_refusal(work, caller, now, audit::kMachineAuthenticationFailed, {"service_account", caller.actor.id},
                          json::Writer().begin_object().member("reason", reason).end_object().take());
    return refuse(Code::Unauthenticated, "The client credentials are wrong, expired or not to be used from here.");
}

MachineAccess token_for(const MachineAccount& account, const MachineSecret& secret, Scope scope,
                        const std::string& source_address, Time now)
{
    MachineAccess made{.text = new_token_text(TextKind::MachineToken)};
    const Time latest = now + kTokenLifetime;
    made.token = {.id = new_id(now),
                  .account_id = account.id,
                  .secret_id = secret.id,
                  .scope = scope,
                  .token_hash = token_hash(made.text.reveal()),
                  .source_address = source_address,
                  .created_at = now,
                  .expires_at =
                      std::min({latest, secret.expires_at.value_or(latest), account.expires_at.value_or(latest)})};
    return made;
}

Result<MachineAccess> open(Core& core, db::UnitOfWork& work, const ClientCredentials& credentials)
{
    const auto now = core.clock.now();
    auto found = look_up(work, credentials, now);
    if (found.account && found.secret) {
        // Held from here on: a rotation that goes on at the same time comes before this or after it.
        db::MachineAccountRepository(work).record_use(found.account->id, now, now);
        found = look_up(work, credentials, now);
    }
    if (const auto reason = objection(work, credentials, found, now); !reason.empty()) {
        return refuse_attempt(work, credentials, found, reason, now);
    }
    const auto caller = attempting(credentials, found.account);
    const auto scope = credentials.scope.value_or(found.account->scope);
    if (scope > found.account->scope) {
        return refuse(Code::Forbidden, "The account's scope is not that wide.");
    }
    auto made = token_for(*found.account, *found.secret, scope, credentials.source_address, now);
    db::MachineTokenRepository(work).insert(made.token);
    const auto details = json::Writer()
                             .begin_object()
                             .member("token_id", made.token.id)
                             .member("secret_id", found.secret->id)
                             .member("scope", name_of(scope))
                             .end_object()
                             .take();
    audit::record(work, caller, now, audit::kMachineAuthenticated, {"service_account", found.account->id}, details);
    return made;
}

asio::awaitable<Result<MachineAccess>> refuse_untried(Core& core, ClientCredentials credentials,
                                                      LoginThrottle::Refusal refusal)
{
    const auto seconds = static_cast<int>(refusal.retry_after.count());
    if (refusal.first) {
        co_await core.store.write([&](db::UnitOfWork& work) {
            const auto caller = attempting(credentials, std::nullopt);
            audit::record_refusal(
                work, caller, core.clock.now(), audit::kMachineAuthenticationThrottled,
                {"service_account", caller.actor.id},
                json::Writer().begin_object().member("retry_after_seconds", seconds).end_object().take());
        });
    }
    co_return refuse(Problem{.code = Code::RateLimited,
                             .detail = "There were too many failed attempts with this client or from this network.",
                             .retry_after_seconds = seconds});
}

} // namespace

asio::awaitable<Result<MachineAccess>> exchange_secret(Core& core, LoginThrottle& throttle,
                                                       ClientCredentials credentials)
{
    const auto name = throttle_name(credentials);
    if (const auto refusal = throttle.begin(name, credentials.source_address, core.clock.now())) {
        co_return co_await refuse_untried(core, std::move(credentials), *refusal);
    }
    auto made = co_await core.store.write([&](db::UnitOfWork& work) { return open(core, work, credentials); });
    if (made || made.error().code != Code::Unauthenticated) {
        throttle.succeeded(name, credentials.source_address);
    }
    co_return made;
}

} // namespace chancery::issuance
