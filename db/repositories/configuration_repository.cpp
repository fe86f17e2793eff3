#include "db/repositories/configuration_repository.hpp"

#include "core/text.hpp"
#include "db/list_query.hpp"
#include "db/sql_text.hpp"

namespace chancery::db {
namespace {

constexpr std::string_view kVersion = "SELECT version FROM configuration_version WHERE id = 1";
constexpr std::string_view kBump = "UPDATE configuration_version SET version = :version WHERE id = 1";

constexpr SqlText kDomainColumns = "id, kind, name, enabled, created_at, updated_at, revision";
constexpr std::string_view kInsertDomain = kSql<kInsertInto<"domains", kDomainColumns>, " ON CONFLICT DO NOTHING">;
constexpr std::string_view kFindDomain = kSql<"SELECT ", kDomainColumns, " FROM domains WHERE id = :id">;
constexpr std::string_view kFindDomainByName =
    kSql<"SELECT ", kDomainColumns, " FROM domains WHERE name = :name AND kind = :kind">;
constexpr std::string_view kAllDomains = kSql<"SELECT ", kDomainColumns, " FROM domains ORDER BY name, id">;
constexpr std::string_view kListDomains = kSql<"SELECT ", kDomainColumns, " FROM domains">;
constexpr std::string_view kUpdateDomain = R"sql(
    UPDATE domains
       SET kind = :kind, name = :name, enabled = :enabled, updated_at = :updated_at, revision = revision + 1
     WHERE id = :id AND revision = :revision)sql";

constexpr SqlText kProviderColumns =
    "id, name, type, kind, active, configuration, sealed_secrets, created_at, updated_at, revision";
constexpr std::string_view kInsertProvider =
    kSql<kInsertInto<"providers", kProviderColumns>, " ON CONFLICT DO NOTHING">;
constexpr std::string_view kFindProvider = kSql<"SELECT ", kProviderColumns, " FROM providers WHERE id = :id">;
constexpr std::string_view kListProviders = kSql<"SELECT ", kProviderColumns, " FROM providers ORDER BY name, id">;
constexpr std::string_view kUpdateProvider = R"sql(
    UPDATE providers
       SET name = :name, active = :active, configuration = :configuration, sealed_secrets = :sealed_secrets,
           updated_at = :updated_at, revision = revision + 1
     WHERE id = :id AND revision = :revision)sql";

template <class D> auto domain_columns(D& d)
{
    return pack(d.id, d.kind, d.name, d.enabled, d.created_at, d.updated_at, d.revision);
}

template <class P> auto provider_columns(P& p)
{
    return pack(p.id, p.name, p.type, p.kind, p.active, p.configuration, p.sealed_secrets, p.created_at, p.updated_at,
                p.revision);
}

Domain read_domain(Row& row)
{
    Domain domain;
    row.read_all(domain_columns(domain));
    return domain;
}

Provider read_provider(Row& row)
{
    Provider provider;
    row.read_all(provider_columns(provider));
    return provider;
}

} // namespace

std::string ConfigurationVersion::current()
{
    return Query(session_, kVersion).value<std::string>().value();
}

void ConfigurationVersion::bump(const std::string& fresh)
{
    Query(session_, kBump).bind(fresh).run();
}

bool DomainRepository::insert(const Domain& domain)
{
    return Query(session_, kInsertDomain).bind_all(domain_columns(domain)).run() == 1;
}

std::optional<Domain> DomainRepository::find(const std::string& id)
{
    return Query(session_, kFindDomain).bind(id).one(read_domain);
}

std::optional<Domain> DomainRepository::find_by_name(DomainKind kind, const std::string& name)
{
    return Query(session_, kFindDomainByName).bind(name, kind).one(read_domain);
}

std::vector<Domain> DomainRepository::list()
{
    return Query(session_, kAllDomains).all(read_domain);
}

std::vector<Domain> DomainRepository::list(std::optional<bool> enabled, const std::string& name_substring,
                                           const PageRequest& page)
{
    Conditions where;
    if (enabled) {
        where.add("enabled = ?", *enabled);
    }
    if (!name_substring.empty()) {
        where.add("name LIKE ? ESCAPE '\\'", substring_pattern(to_lower(name_substring)));
    }
    where.page("name", Conditions::Key::Text, page);
    Query query(session_, std::string(kListDomains) + where.sql());
    return where.bind_to(query).all(read_domain);
}

bool DomainRepository::update(const Domain& domain)
{
    return Query(session_, kUpdateDomain)
               .bind(domain.kind, domain.name, domain.enabled, domain.updated_at, domain.id, domain.revision)
               .run() == 1;
}

bool ProviderRepository::insert(const Provider& provider)
{
    return Query(session_, kInsertProvider).bind_all(provider_columns(provider)).run() == 1;
}

std::optional<Provider> ProviderRepository::find(const std::string& id)
{
    return Query(session_, kFindProvider).bind(id).one(read_provider);
}

std::vector<Provider> ProviderRepository::list()
{
    return Query(session_, kListProviders).all(read_provider);
}

bool ProviderRepository::update(const Provider& provider)
{
    return Query(session_, kUpdateProvider)
               .bind(provider.name, provider.active, provider.configuration, provider.sealed_secrets,
                     provider.updated_at, provider.id, provider.revision)
               .run() == 1;
}

} // namespace chancery::db
