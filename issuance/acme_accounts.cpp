#include "issuance/acme_accounts.hpp"

#include "core/encoding.hpp"
#include "core/id.hpp"
#include "core/json.hpp"
#include "core/random.hpp"
#include "core/text.hpp"
#include "db/repositories/acme_client_repository.hpp"
#include "db/repositories/acme_repository.hpp"
#include "issuance/audit.hpp"
#include "issuance/problem_json.hpp"
#include "issuance/validation.hpp"
#include "pki/names.hpp"

#include <utility>

namespace chancery::issuance {
namespace {

/// As long as the longest digest: HS512 needs that much (RFC 7518 section 3.2).
constexpr std::size_t kMacKeyOctets = 64;
constexpr std::size_t kKeyIdOctets = 15;

std::string seal_context(const AcmeExternalAccount& account)
{
    return "acme-eab|" + account.id + '|' + account.key_id;
}

/// Gives the account fresh credentials.
Secret renew_credentials(const Core& core, AcmeExternalAccount& account)
{
    Secret shown(random_token(kMacKeyOctets));
    account.key_id = random_token(kKeyIdOctets);
    const Secret raw(from_base64url(shown.reveal()).value());
    account.sealed_secret = to_base64(core.keys.seal(raw.reveal(), seal_context(account)));
    return shown;
}

std::string credentials_json(const AcmeExternalAccount& account)
{
    json::Writer out;
    out.begin_object()
        .member("server_id", account.server_id)
        .member("name", account.name)
        .member("key_id", account.key_id);
    if (account.expires_at) {
        out.member("expires_at", to_rfc3339(*account.expires_at));
    }
    return out.end_object().take();
}

std::string binding_json(const AcmeBinding& binding)
{
    return json::Writer()
        .begin_object()
        .member("account_id", binding.account_id)
        .member("type", name_of(binding.identifier.type))
        .member("value", binding.identifier.value)
        .member("allow_subdomains", binding.allow_subdomains)
        .member("allow_wildcard", binding.allow_wildcard)
        .end_object()
        .take();
}

void check_expiry(Mistakes& mistakes, std::optional<Time> expires_at, Time now)
{
    if (expires_at && *expires_at <= now) {
        mistakes.add("/credentials_expire_at", "range", "must be in the future");
    }
}

std::unexpected<Problem> no_such_account()
{
    return refuse(Code::NotFound, "There is no such ACME account.");
}

std::unexpected<Problem> changed_meanwhile()
{
    return refuse(Code::Conflict, "The ACME account was changed meanwhile.");
}

/// Orders that nobody may finish any more; what is being signed goes on.
void end_orders(db::UnitOfWork& work, const std::string& account_id, Time now)
{
    constexpr int kBatch = 100;
    const auto error = acme_problem_json({.code = Code::Forbidden, .detail = "The account was revoked."});
    db::AcmeOrderRepository orders(work);
    std::string after;
    for (;;) {
        const auto ids = orders.list_by_account(account_id, after, kBatch, now);
        for (const auto& id : ids) {
            const auto order = orders.find(id);
            if (order && (order->status == AcmeOrderStatus::Pending || order->status == AcmeOrderStatus::Ready)) {
                orders.fail(id, error);
            }
        }
        if (ids.size() < static_cast<std::size_t>(kBatch)) {
            return;
        }
        after = ids.back();
    }
}

/// Normalises the name, and checks what one can be bound to.
Result<void> check_binding(const Configuration& configuration, AcmeBinding& binding)
{
    Mistakes mistakes;
    auto& name = binding.identifier;
    if (name.type != NameType::Dns && name.type != NameType::Ip) {
        mistakes.add("/type", "enum", "must be dns or ip");
        return mistakes.result();
    }
    auto normal = name.type == NameType::Dns ? pki::normalise_dns_name(name.value, false) : Result<std::string>();
    if (name.type == NameType::Ip) {
        normal = pki::normalise_ip(name.value).value_or("");
    }
    if (!normal || normal->empty()) {
        mistakes.add("/value", "format", normal ? "is not an IP address" : normal.error().detail);
        return mistakes.result();
    }
    name.value = std::move(*normal);
    if (name.type == NameType::Ip && (binding.allow_subdomains || binding.allow_wildcard)) {
        mistakes.add("/type", "address", "an address has no subdomains and no wildcard");
    }
    const auto* domain = configuration.covering(name);
    if (domain == nullptr || !domain->enabled) {
        mistakes.add("/value", "domain", "does not lie under a registered and enabled domain");
    }
    return mistakes.result();
}

} // namespace

Result<NewAcmeCredentials> create_acme_account(Core& core, db::UnitOfWork& work, const Caller& caller,
                                               const AcmeServer& server, const WantedAcmeAccount& wanted)
{
    const auto now = core.clock.now();
    CHANCERY_CHECK(require(work, caller, Right::ManageAcmeAccounts, now));
    Mistakes mistakes;
    mistakes.check_text("/name", wanted.name, 1, 100);
    check_expiry(mistakes, wanted.credentials_expire_at, now);
    CHANCERY_CHECK(mistakes.result());
    NewAcmeCredentials made;
    auto& account = made.account;
    account = {.id = new_id(now),
               .server_id = server.id,
               .name = wanted.name,
               .expires_at = wanted.credentials_expire_at,
               .created_at = now,
               .updated_at = now};
    made.mac_key = renew_credentials(core, account);
    if (!db::AcmeClientRepository(work).insert(account)) {
        return refuse(Code::Conflict, "The key id is taken; try again.");
    }
    audit::record(work, caller, now, audit::kAcmeAccountCreated, {"acme_account", account.id},
                  credentials_json(account));
    return made;
}

Result<NewAcmeCredentials> replace_acme_credentials(Core& core, db::UnitOfWork& work, const Caller& caller,
                                                    const std::string& account_id, std::optional<Time> expire_at)
{
    const auto now = core.clock.now();
    CHANCERY_CHECK(require(work, caller, Right::ManageAcmeAccounts, now));
    Mistakes mistakes;
    check_expiry(mistakes, expire_at, now);
    CHANCERY_CHECK(mistakes.result());
    db::AcmeClientRepository clients(work);
    auto account = clients.find(account_id);
    if (!account) {
        return no_such_account();
    }
    if (account->registered_at || account->revoked_at) {
        return refuse(Code::Conflict, "The account needs no credentials: a client has registered, or it is revoked.");
    }
    NewAcmeCredentials made;
    made.mac_key = renew_credentials(core, *account);
    account->expires_at = expire_at;
    account->updated_at = now;
    if (!clients.update(*account)) {
        return changed_meanwhile();
    }
    ++account->revision;
    audit::record(work, caller, now, audit::kAcmeCredentialsReplaced, {"acme_account", account->id},
                  credentials_json(*account));
    made.account = std::move(*account);
    return made;
}

Result<AcmeClientRecord> revoke_acme_account(Core& core, db::UnitOfWork& work, const Caller& caller,
                                             const std::string& account_id)
{
    const auto now = core.clock.now();
    CHANCERY_CHECK(require(work, caller, Right::ManageAcmeAccounts, now));
    db::AcmeClientRepository clients(work);
    const auto record = clients.find_record(account_id);
    if (!record) {
        return no_such_account();
    }
    if (record->status != AcmeClientStatus::Pending && record->status != AcmeClientStatus::Active) {
        return refuse(Code::Conflict, "The account is " + std::string(name_of(record->status)) + " already.");
    }
    if (auto external = clients.find(account_id)) {
        external->revoked_at = now;
        external->updated_at = now;
        external->sealed_secret.clear();
        if (!clients.update(*external)) {
            return changed_meanwhile();
        }
    }
    if (record->status == AcmeClientStatus::Active) {
        db::AcmeAccountRepository(work).revoke(account_id);
        end_orders(work, account_id, now);
    }
    audit::record(work, caller, now, audit::kAcmeAccountRevoked, {"acme_account", account_id});
    return clients.find_record(account_id).value();
}

Result<AcmeClientRecord> rename_acme_account(Core& core, db::UnitOfWork& work, const Caller& caller,
                                             const std::string& account_id, const std::string& name)
{
    const auto now = core.clock.now();
    CHANCERY_CHECK(require(work, caller, Right::ManageAcmeAccounts, now));
    Mistakes mistakes;
    mistakes.check_text("/name", name, 1, 100);
    CHANCERY_CHECK(mistakes.result());
    db::AcmeClientRepository clients(work);
    auto account = clients.find(account_id);
    if (!account) {
        return refuse(Code::Conflict, "Only an account that was made in advance has a name.");
    }
    const auto old = std::exchange(account->name, name);
    account->updated_at = now;
    if (!clients.update(*account)) {
        return changed_meanwhile();
    }
    audit::record(work, caller, now, audit::kAcmeAccountUpdated, {"acme_account", account_id},
                  json::Writer().begin_object().member("old", old).member("new", name).end_object().take());
    return clients.find_record(account_id).value();
}

Result<AcmeBinding> bind_acme_name(Core& core, db::UnitOfWork& work, const Caller& caller, AcmeBinding binding)
{
    const auto now = core.clock.now();
    CHANCERY_CHECK(require(work, caller, Right::ManageAcmeAccounts, now));
    CHANCERY_CHECK(check_binding(*core.configuration.current(work), binding));
    binding.id = new_id(now);
    binding.created_at = now;
    if (!db::AcmeBindingRepository(work).insert(binding)) {
        return refuse(Code::AlreadyExists, "The account has a binding for " + binding.identifier.value + '.');
    }
    audit::record(work, caller, now, audit::kAcmeBindingCreated, {"acme_binding", binding.id}, binding_json(binding));
    return binding;
}

Result<void> unbind_acme_name(Core& core, db::UnitOfWork& work, const Caller& caller, const std::string& binding_id)
{
    const auto now = core.clock.now();
    CHANCERY_CHECK(require(work, caller, Right::ManageAcmeAccounts, now));
    db::AcmeBindingRepository bindings(work);
    const auto binding = bindings.find(binding_id);
    if (!binding || !bindings.remove(binding_id)) {
        return refuse(Code::NotFound, "There is no such binding.");
    }
    db::AcmeOrderRepository(work).revoke_bound(
        binding->account_id, binding_id,
        acme_problem_json({.code = Code::Forbidden, .detail = "The name is not bound to the account any more."}));
    audit::record(work, caller, now, audit::kAcmeBindingRemoved, {"acme_binding", binding_id}, binding_json(*binding));
    return {};
}

Result<void> resume_acme_account(Core& core, db::UnitOfWork& work, const Caller& caller, const std::string& account_id)
{
    const auto now = core.clock.now();
    CHANCERY_CHECK(require(work, caller, Right::ManageAcmeAccounts, now));
    const auto forgotten = db::AcmeLimitRepository(work).forget_all(account_id);
    audit::record(work, caller, now, audit::kAcmeAccountResumed, {"acme_account", account_id},
                  json::Writer().begin_object().member("names", forgotten).end_object().take());
    return {};
}

std::optional<Secret> acme_mac_key(const Core& core, const AcmeExternalAccount& account)
{
    const auto sealed = from_base64(account.sealed_secret);
    return sealed && !sealed->empty() ? core.keys.open(*sealed, seal_context(account)) : std::nullopt;
}

const AcmeBinding* covering_binding(const std::vector<AcmeBinding>& bindings, const Name& name)
{
    const bool wildcard = name.type == NameType::Dns && name.value.starts_with("*.");
    const auto base = wildcard ? name.value.substr(2) : name.value;
    for (const auto& binding : bindings) {
        const auto& bound = binding.identifier;
        if (bound.type != name.type || (wildcard && !binding.allow_wildcard)) {
            continue;
        }
        const bool below =
            name.type == NameType::Dns && binding.allow_subdomains && is_within_domain(base, bound.value);
        if (bound.value == base || below) {
            return &binding;
        }
    }
    return nullptr;
}

} // namespace chancery::issuance
