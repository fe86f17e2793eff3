#include "issuance/providers/administration.hpp"

#include "core/id.hpp"
#include "core/json.hpp"
#include "db/repositories/certificate_repository.hpp"
#include "db/repositories/configuration_repository.hpp"
#include "db/repositories/external_order_repository.hpp"
#include "issuance/administration.hpp"
#include "issuance/audit.hpp"
#include "issuance/providers/secrets.hpp"
#include "issuance/providers/settings.hpp"
#include "issuance/validation.hpp"
#include "pki/pem.hpp"

namespace chancery::issuance::providers {
namespace {

/// For the audit log: which secrets there are, never what they are.
std::string provider_json(const Provider& provider, const Secrets& secrets)
{
    json::Writer out;
    out.begin_object()
        .member("name", provider.name)
        .member("type", name_of(provider.type))
        .member("kind", name_of(provider.kind))
        .member("active", provider.active)
        .raw_member("configuration", shown_configuration(provider, secrets));
    return out.end_object().take();
}

/// Names of secrets whose value is another, because masks look alike.
std::vector<std::string> replaced_secrets(const Secrets& before, const Secrets& after)
{
    std::vector<std::string> names;
    for (const auto& [name, secret] : after) {
        const auto old = before.find(name);
        if (old != before.end() && old->second.reveal() != secret.reveal()) {
            names.push_back(name);
        }
    }
    return names;
}

Result<void> check_name(db::UnitOfWork& work, const std::string& id, const std::string& name)
{
    Mistakes mistakes;
    mistakes.check_text("/name", name, 1, 100);
    CHANCERY_CHECK(mistakes.result());
    for (const auto& other : db::ProviderRepository(work).list()) {
        if (other.id != id && other.name == name) {
            return refuse(Code::AlreadyExists, "There is a provider of that name.");
        }
    }
    return {};
}

std::string change_details(const Provider& old, const Secrets& before, const Provider& changed, const Secrets& after)
{
    json::Writer out;
    out.begin_object()
        .raw_member("old", provider_json(old, before))
        .raw_member("new", provider_json(changed, after))
        .member("replaced_secrets", replaced_secrets(before, after));
    return out.end_object().take();
}

/// What a check of the local PKI asks: the same that the gate asks of a CA that is to sign.
CheckResult check_local(const Core& core)
{
    CheckResult result{.detail = "No intermediate CA is active and has its key here."};
    const auto configuration = core.configuration.last();
    const auto now = core.clock.now();
    for (const auto& authority : configuration->authorities) {
        if (authority.kind == AuthorityKind::Intermediate && authority.status(now) == AuthorityStatus::Active &&
            configuration->issuers.contains(authority.id)) {
            result.succeeded = true;
            result.detail = authority.name + " can sign.";
            result.chain = configuration->chain(authority.id, true);
        }
    }
    return result;
}

/// For a CA that does not tell its chain without an order: the stored one of the newest certificate of the provider, or
/// what is configured.
CheckResult with_known_chain(db::Session& session, const Provider& provider, CheckResult result)
{
    const db::CertificateFilter filter{.provider_id = provider.id};
    const auto newest = db::CertificateRepository(session).list(filter, db::CertificateSort::CreatedAt,
                                                                {.limit = 1, .descending = true});
    const auto stored = newest.empty() ? std::nullopt : db::CertificateChainRepository(session).find(newest.front().id);
    const auto above = stored ? pki::from_pem(*stored, "CERTIFICATE") : std::nullopt;
    if (above && !above->empty()) {
        result.chain = *above;
        result.chain_origin = ChainOrigin::Issued;
        return result;
    }
    const auto anchors = json::Reader(provider.configuration).optional_string("trust_anchors").value_or("");
    if (auto configured = pki::from_pem(anchors, "CERTIFICATE"); configured && !configured->empty()) {
        result.chain = std::move(*configured);
        result.chain_origin = ChainOrigin::TrustAnchors;
    }
    return result;
}

boost::asio::awaitable<CheckResult> ask(Core& core, const Provider& provider)
{
    if (provider.kind == ProviderKind::LocalPki) {
        co_return check_local(core);
    }
    if (provider.kind == ProviderKind::Manual) {
        co_return CheckResult{.succeeded = true,
                              .detail = "Nothing is asked outside: an operator carries CSR and certificate."};
    }
    const auto upstream = make_upstream(core, provider);
    co_return co_await upstream->check();
}

} // namespace

Result<Provider> create_provider(Core& core, db::UnitOfWork& work, const Caller& caller, const NewProvider& wanted)
{
    const auto now = core.clock.now();
    CHANCERY_CHECK(require(work, caller, Right::ManageProviders, now));
    if (wanted.kind == ProviderKind::LocalPki) {
        return refuse(Code::Conflict, "The local PKI is built in; there is one already.");
    }
    CHANCERY_TRY(settings, merge_settings(wanted.kind, "{}", {}, wanted.configuration));
    Provider provider{.id = new_id(now),
                      .name = wanted.name,
                      .type = order_type_of(wanted.kind),
                      .kind = wanted.kind,
                      .active = wanted.active,
                      .configuration = settings.configuration,
                      .created_at = now,
                      .updated_at = now};
    provider.sealed_secrets = seal_secrets(core.keys, provider.id, settings.secrets);
    CHANCERY_CHECK(check_name(work, provider.id, provider.name));
    if (!db::ProviderRepository(work).insert(provider)) {
        return refuse(Code::AlreadyExists, "There is a provider of that name.");
    }
    ConfigurationCache::bump(work);
    audit::record(work, caller, now, audit::kProviderCreated, {"provider", provider.id},
                  provider_json(provider, settings.secrets));
    return provider;
}

Result<Provider> update_provider(Core& core, db::UnitOfWork& work, const Caller& caller, const std::string& id,
                                 const ProviderChange& change, long long expected_revision)
{
    const auto now = core.clock.now();
    CHANCERY_CHECK(require(work, caller, Right::ManageProviders, now));
    db::ProviderRepository repository(work);
    const auto old = repository.find(id);
    if (!old) {
        return refuse(Code::NotFound, "There is no such provider.");
    }
    CHANCERY_CHECK(check_name(work, id, change.name));
    auto changed = *old;
    const auto before = open_secrets(core.keys, *old);
    auto after = before;
    if (change.configuration) {
        CHANCERY_TRY(settings, merge_settings(old->kind, old->configuration, before, *change.configuration));
        changed.configuration = settings.configuration;
        after = std::move(settings.secrets);
        changed.sealed_secrets = seal_secrets(core.keys, id, after);
    }
    changed.name = change.name;
    changed.active = change.active;
    changed.updated_at = now;
    changed.revision = expected_revision;
    if (!repository.update(changed)) {
        return refuse(Code::PreconditionFailed, "The provider was changed meanwhile.");
    }
    changed.revision = expected_revision + 1;
    ConfigurationCache::bump(work);
    audit::record(work, caller, now, audit::kProviderUpdated, {"provider", id},
                  change_details(*old, before, changed, after));
    return changed;
}

boost::asio::awaitable<CheckResult> check_provider(Core& core, Provider provider)
{
    auto result = co_await ask(core, provider);
    if (result.chain.empty()) {
        co_return co_await core.store.read(
            [&](db::Session& session) { return with_known_chain(session, provider, result); });
    }
    co_return result;
}

void record_check(Core& core, db::UnitOfWork& work, const Caller& caller, const Provider& provider,
                  const CheckResult& result)
{
    auto details = json::Writer().begin_object().member("detail", result.detail).end_object().take();
    const auto now = core.clock.now();
    if (result.succeeded) {
        audit::record(work, caller, now, audit::kProviderChecked, {"provider", provider.id}, std::move(details));
    } else {
        audit::record_refusal(work, caller, now, audit::kProviderCheckFailed, {"provider", provider.id},
                              std::move(details));
    }
}

} // namespace chancery::issuance::providers
