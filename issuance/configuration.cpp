#include "issuance/configuration.hpp"

#include "core/log.hpp"
#include "core/random.hpp"
#include "db/repositories/authority_repository.hpp"
#include "db/repositories/configuration_repository.hpp"
#include "db/repositories/crl_repository.hpp"
#include "db/repositories/policy_waiver_repository.hpp"
#include "issuance/domains.hpp"
#include "pki/certificate.hpp"
#include "pki/names.hpp"

#include <algorithm>
#include <charconv>

namespace chancery::issuance {
namespace {

template <class T> const T* by_id(const std::vector<T>& items, const std::string& id)
{
    for (const auto& item : items) {
        if (item.id == id) {
            return &item;
        }
    }
    return nullptr;
}

void index_domains(Configuration& configuration)
{
    for (std::size_t i = 0; i < configuration.domains.size(); ++i) {
        const auto& domain = configuration.domains[i];
        switch (domain.kind) {
            case DomainKind::Dns:
                configuration.domain_by_name.emplace(domain.name, i);
                break;
            case DomainKind::Mail:
                configuration.mail_by_name.emplace(domain.name, i);
                break;
            case DomainKind::IpRange:
                configuration.ip_ranges.push_back(i);
                break;
        }
    }
}

std::shared_ptr<const pki::Issuer> load_issuer(db::Session& session, pki::KeyStore& keys, const Authority& authority)
{
    try {
        const auto stored = db::KeyRepository(session).find(*authority.key_id);
        if (stored) {
            return std::make_shared<const pki::Issuer>(authority.der, keys.unwrap_cached(*stored));
        }
        log::error("authority.key_missing", {{"authority_id", authority.id}});
    } catch (const std::exception& failure) {
        // One CA whose key cannot be unwrapped must not keep the others from working.
        log::error("authority.key_unusable", {{"authority_id", authority.id}, {"reason", failure.what()}});
    }
    return nullptr;
}

/// The closest registration above a DNS name: one look-up for each label.
const Domain* covering_dns(const Configuration& configuration, std::string_view name)
{
    if (name.starts_with("*.")) {
        name.remove_prefix(2);
    }
    while (!name.empty()) {
        const auto found = configuration.domain_by_name.find(std::string(name));
        if (found != configuration.domain_by_name.end()) {
            return &configuration.domains[found->second];
        }
        const auto dot = name.find('.');
        name = dot == std::string_view::npos ? std::string_view() : name.substr(dot + 1);
    }
    return nullptr;
}

int prefix_length(std::string_view cidr)
{
    int length = 0;
    const auto digits = cidr.substr(cidr.find('/') + 1);
    std::from_chars(digits.data(), digits.data() + digits.size(), length);
    return length;
}

const Domain* covering_ip(const Configuration& configuration, const std::string& ip)
{
    const Domain* closest = nullptr;
    for (const auto index : configuration.ip_ranges) {
        const auto& range = configuration.domains[index];
        if (pki::ip_in_range(ip, range.name) &&
            (closest == nullptr || prefix_length(range.name) > prefix_length(closest->name))) {
            closest = &range;
        }
    }
    return closest;
}

const Domain* covering_mail(const Configuration& configuration, const std::string& mailbox)
{
    const auto found = configuration.mail_by_name.find(mailbox.substr(mailbox.rfind('@') + 1));
    return found == configuration.mail_by_name.end() ? nullptr : &configuration.domains[found->second];
}

} // namespace

const Authority* Configuration::authority(const std::string& id) const
{
    return by_id(authorities, id);
}

const CrlPartition* Configuration::crl_partition(const std::string& authority_id, int shards) const
{
    for (const auto& partition : crl_partitions) {
        if (partition.authority_id == authority_id && partition.shards == shards) {
            return &partition;
        }
    }
    return nullptr;
}

const Provider* Configuration::provider(const std::string& id) const
{
    return by_id(providers, id);
}

const AcmeServer* Configuration::acme_server(const std::string& id) const
{
    return by_id(acme_servers, id);
}

const Provider* Configuration::requested_provider(const std::string& id) const
{
    if (!id.empty()) {
        return provider(id);
    }
    const auto local = std::ranges::find(providers, OrderType::LocalPki, &Provider::type);
    return local == providers.end() ? nullptr : &*local;
}

const AcmeServer* Configuration::acme_server_by_slug(const std::string& slug) const
{
    for (const auto& server : acme_servers) {
        if (server.slug == slug) {
            return &server;
        }
    }
    return nullptr;
}

const Domain* Configuration::covering(const Name& name) const
{
    switch (name.type) {
        case NameType::Dns:
            return covering_dns(*this, name.value);
        case NameType::Ip:
            return covering_ip(*this, name.value);
        case NameType::Email:
            return covering_mail(*this, name.value);
        case NameType::Uri: {
            const auto host = host_of_uri(name.value);
            return host ? covering(*host) : nullptr;
        }
    }
    return nullptr;
}

std::vector<std::string> Configuration::chain(const std::string& authority_id, bool with_root) const
{
    std::vector<std::string> chain;
    // A bound, should stored parents ever form a circle.
    for (const auto* at = authority(authority_id); at != nullptr && chain.size() <= authorities.size();
         at = at->parent_id ? authority(*at->parent_id) : nullptr) {
        if (at->kind == AuthorityKind::Intermediate || with_root) {
            chain.push_back(at->der);
        }
    }
    return chain;
}

std::shared_ptr<const Configuration> ConfigurationCache::current(db::Session& session)
{
    auto version = db::ConfigurationVersion(session).current();
    {
        const std::lock_guard lock(mutex_);
        if (current_ && current_->version == version) {
            return current_;
        }
    }
    auto fresh = load(session, std::move(version));
    const std::lock_guard lock(mutex_);
    current_ = fresh;
    return fresh;
}

std::shared_ptr<const Configuration> ConfigurationCache::last() const
{
    const std::lock_guard lock(mutex_);
    return current_;
}

void ConfigurationCache::bump(db::UnitOfWork& work)
{
    db::ConfigurationVersion(work).bump(random_token(12));
}

// The version was read before the rest: what changes in between makes the result newer than its version, never older,
// and is read again at the next look.
std::shared_ptr<const Configuration> ConfigurationCache::load(db::Session& session, std::string version)
{
    auto fresh = std::make_shared<Configuration>();
    fresh->version = std::move(version);
    fresh->domains = db::DomainRepository(session).list();
    index_domains(*fresh);
    fresh->policies = policy::PolicySet::compile(db::PolicyRepository(session).list(),
                                                 db::PolicyWaiverRepository(session).unrevoked());
    fresh->providers = db::ProviderRepository(session).list();
    fresh->authorities = db::AuthorityRepository(session).list();
    fresh->crl_partitions = db::CrlRepository(session).partitions();
    fresh->acme_servers = db::AcmeServerRepository(session).list();
    for (const auto& authority : fresh->authorities) {
        if (const auto certificate = pki::parse_certificate(authority.der)) {
            fresh->authority_keys.insert(certificate->key.spki_sha256());
        }
        if (!authority.key_id) {
            continue;
        }
        if (auto issuer = load_issuer(session, keys_, authority)) {
            fresh->issuers.emplace(authority.id, std::move(issuer));
        }
    }
    return fresh;
}

} // namespace chancery::issuance
