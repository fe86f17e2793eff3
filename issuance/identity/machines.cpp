#include "issuance/identity/machines.hpp"

#include "core/id.hpp"
#include "core/json.hpp"
#include "db/repositories/certificate_repository.hpp"
#include "db/repositories/configuration_repository.hpp"
#include "db/repositories/identity_repository.hpp"
#include "db/repositories/machine_repository.hpp"
#include "issuance/audit.hpp"
#include "issuance/identity/source_ranges.hpp"
#include "issuance/identity/token_text.hpp"
#include "issuance/validation.hpp"

#include <algorithm>
#include <set>

namespace chancery::issuance {
namespace {

std::string machine_json(const MachineAccount& account)
{
    json::Writer out;
    out.begin_object()
        .member("kind", name_of(account.kind))
        .member("name", account.name)
        .member("description", account.description)
        .member("owner_id", account.owner_id)
        .member("scope", name_of(account.scope))
        .member("domain_ids", account.domain_ids)
        .member_or_null("source_cidrs", account.source_cidrs)
        .member("certificate_ids", account.certificate_ids)
        .member("enabled", account.enabled);
    out.member_or_null("expires_at",
                       account.expires_at ? std::optional(to_rfc3339(*account.expires_at)) : std::nullopt);
    return out.end_object().take();
}

/// A disabled owner may keep an account, which is of no use then, but gets none.
void check_owner(Mistakes& mistakes, db::Session& session, const MachineAccount& account, const MachineAccount* old)
{
    const bool kept = old != nullptr && old->owner_id == account.owner_id;
    const auto owner = db::UserRepository(session).find(account.owner_id);
    if (!owner || (!owner->enabled && !kept)) {
        mistakes.add("/owner_id", "unknown", "there is no enabled user with this id");
    }
}

void check_domains(Mistakes& mistakes, db::Session& session, const MachineAccount& account)
{
    if (account.kind != MachineKind::Courier && !account.domain_ids.empty()) {
        mistakes.add("/domain_ids", "kind", "are for couriers: a service account has the domains of its owner");
        return;
    }
    for (std::size_t i = 0; i < account.domain_ids.size(); ++i) {
        if (!db::DomainRepository(session).find(account.domain_ids[i])) {
            mistakes.add("/domain_ids/" + std::to_string(i), "unknown", "there is no such domain");
        }
    }
}

/// Managed ones only; whether one is good is asked at each use.
void check_certificates(Mistakes& mistakes, db::Session& session, const MachineAccount& account)
{
    constexpr std::size_t kMost = 8;
    if (account.certificate_ids.size() > kMost) {
        mistakes.add("/certificate_ids", "length", "must be at most " + std::to_string(kMost));
    }
    for (std::size_t i = 0; i < account.certificate_ids.size(); ++i) {
        const auto& id = account.certificate_ids[i];
        const auto pointer = "/certificate_ids/" + std::to_string(i);
        const auto certificate = db::CertificateRepository(session).find(id);
        if (!certificate || certificate->source != CertificateSource::Managed || !certificate->authority_id) {
            mistakes.add(pointer, "unknown", "there is no such certificate that was issued here");
        } else if (const auto other = db::MachineAccountRepository(session).find_by_certificate(id);
                   other && other->id != account.id) {
            mistakes.add(pointer, "taken", "stands for another service account");
        }
    }
    const std::set<std::string> once(account.certificate_ids.begin(), account.certificate_ids.end());
    if (once.size() != account.certificate_ids.size()) {
        mistakes.add("/certificate_ids", "unique", "must not name a certificate twice");
    }
}

/// The same for a new account and for a changed one.
Result<void> check_machine(db::Session& session, MachineAccount& account, const MachineAccount* old, Time now)
{
    Mistakes mistakes;
    mistakes.check_text("/name", account.name, 1, 100);
    mistakes.check_text("/description", account.description, 0, 1000);
    check_owner(mistakes, session, account, old);
    check_domains(mistakes, session, account);
    check_certificates(mistakes, session, account);
    account.source_cidrs = normalise_cidrs(mistakes, "/source_cidrs", account.source_cidrs);
    const bool kept = old != nullptr && old->expires_at == account.expires_at;
    if (account.expires_at && *account.expires_at <= now && !kept) {
        mistakes.add("/expires_at", "range", "must be in the future");
    }
    return mistakes.result();
}

NewMachineSecret secret_for(const MachineAccount& account, Time now)
{
    NewMachineSecret made{.text = new_token_text(TextKind::ClientSecret)};
    made.secret = {
        .id = new_id(now), .account_id = account.id, .secret_hash = token_hash(made.text.reveal()), .created_at = now};
    return made;
}

void retire_secret(db::UnitOfWork& work, const MachineSecret& secret, Time now, Time until)
{
    db::MachineTokenRepository(work).shorten(secret.account_id, secret.id, until);
    if (until > now) {
        db::MachineSecretRepository(work).set_expiry(secret.id, until);
    } else {
        db::MachineSecretRepository(work).remove(secret.id);
    }
}

/// The newest one ends after the overlap, or before when that was said already; the others end now.
void retire_secrets(db::UnitOfWork& work, const std::string& account_id, Time now, Time newest_until)
{
    const auto secrets = db::MachineSecretRepository(work).of_account(account_id);
    for (const auto& secret : secrets) {
        const bool newest = &secret == &secrets.back();
        retire_secret(work, secret, now,
                      newest ? std::min(newest_until, secret.expires_at.value_or(newest_until)) : now);
    }
}

} // namespace

Result<NewMachine> create_machine(Core& core, db::UnitOfWork& work, const Caller& caller, MachineAccount account)
{
    const auto now = core.clock.now();
    CHANCERY_CHECK(require(work, caller, Right::ManageServiceAccounts, now));
    CHANCERY_CHECK(check_machine(work, account, nullptr, now));
    account.id = new_id(now);
    account.created_at = account.updated_at = now;
    account.revision = 1;
    NewMachine made{.account = account, .secret = secret_for(account, now)};
    db::MachineAccountRepository accounts(work);
    accounts.insert(account);
    if (!accounts.bind_certificates(account)) {
        return refuse(Code::Conflict, "A certificate was bound to another account meanwhile.");
    }
    db::MachineSecretRepository(work).insert(made.secret.secret);
    audit::record(work, caller, now, audit::kMachineCreated, {"service_account", account.id}, machine_json(account));
    return made;
}

Result<MachineAccount> update_machine(Core& core, db::UnitOfWork& work, const Caller& caller, MachineAccount account,
                                      long long expected_revision)
{
    const auto now = core.clock.now();
    CHANCERY_CHECK(require(work, caller, Right::ManageServiceAccounts, now));
    db::MachineAccountRepository repository(work);
    const auto old = repository.find(account.id);
    if (!old) {
        return refuse(Code::NotFound, "There is no such service account.");
    }
    account.kind = old->kind;
    CHANCERY_CHECK(check_machine(work, account, &*old, now));
    account.updated_at = now;
    account.revision = expected_revision;
    if (!repository.update(account)) {
        return refuse(Code::PreconditionFailed, "The service account was changed meanwhile.");
    }
    account.revision = expected_revision + 1;
    if (!repository.bind_certificates(account)) {
        return refuse(Code::Conflict, "A certificate was bound to another account meanwhile.");
    }
    if (!account.enabled) {
        db::MachineTokenRepository(work).remove_of_account(account.id);
    }
    audit::record(work, caller, now, audit::kMachineUpdated, {"service_account", account.id},
                  audit::change_of(machine_json(*old), machine_json(account)));
    return account;
}

Result<void> delete_machine(Core& core, db::UnitOfWork& work, const Caller& caller, const std::string& id,
                            long long expected_revision)
{
    const auto now = core.clock.now();
    CHANCERY_CHECK(require(work, caller, Right::ManageServiceAccounts, now));
    db::MachineAccountRepository repository(work);
    const auto old = repository.find(id);
    if (!old) {
        return refuse(Code::NotFound, "There is no such service account.");
    }
    if (!repository.remove(id, expected_revision)) {
        return refuse(Code::PreconditionFailed, "The service account was changed meanwhile.");
    }
    audit::record(work, caller, now, audit::kMachineDeleted, {"service_account", id}, machine_json(*old));
    return {};
}

Result<NewMachineSecret> rotate_machine_secret(Core& core, db::UnitOfWork& work, const Caller& caller,
                                               const std::string& id, std::chrono::seconds overlap)
{
    const auto now = core.clock.now();
    CHANCERY_CHECK(require(work, caller, Right::ManageServiceAccounts, now));
    Mistakes mistakes;
    if (overlap < overlap.zero() || overlap > kLongestSecretOverlap) {
        mistakes.add("/overlap_seconds", "range",
                     "must be 0 to " + std::to_string(kLongestSecretOverlap.count()) + " seconds");
    }
    CHANCERY_CHECK(mistakes.result());
    db::MachineAccountRepository repository(work);
    auto account = repository.find(id);
    if (!account) {
        return refuse(Code::NotFound, "There is no such service account.");
    }
    account->updated_at = now;
    if (!repository.update(*account)) {
        return refuse(Code::Conflict, "The service account was changed meanwhile.");
    }
    retire_secrets(work, id, now, now + overlap);
    auto made = secret_for(*account, now);
    db::MachineSecretRepository(work).insert(made.secret);
    const auto details = json::Writer()
                             .begin_object()
                             .member("secret_id", made.secret.id)
                             .member("overlap_seconds", static_cast<long long>(overlap.count()))
                             .end_object()
                             .take();
    audit::record(work, caller, now, audit::kMachineSecretRotated, {"service_account", id}, details);
    return made;
}

std::optional<Caller> machine_caller(db::Session& session, const MachineAccount& account, Time now)
{
    const auto owner = db::UserRepository(session).find(account.owner_id);
    if (!account.enabled || (account.expires_at && now >= *account.expires_at) || !owner || !owner->enabled) {
        return std::nullopt;
    }
    const bool courier = account.kind == MachineKind::Courier;
    return Caller{.actor = {.type = courier ? ActorType::Courier : ActorType::ServiceAccount,
                            .id = account.id,
                            .name = account.name},
                  .role = courier ? Role::User : owner->role,
                  .scope = account.scope,
                  .domain_ids = courier ? account.domain_ids : owner->domain_ids};
}

} // namespace chancery::issuance
