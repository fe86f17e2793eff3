#include "core/model/acme_json.hpp"
#include "db/repositories/configuration_repository.hpp"
#include "db/sql_text.hpp"
#include "db/statement.hpp"

namespace chancery::db {
namespace {

constexpr SqlText kColumns =
    "id, slug, name, description, active, authority_id, default_validity_days, max_validity_days, key_algorithms, "
    "digest, require_eab, authorization_mode, terms_of_service, website, caa_identities, check_caa, challenge_types, "
    "profiles, limits, explanation_url, created_at, updated_at, revision";
constexpr std::string_view kInsert = kSql<kInsertInto<"acme_servers", kColumns>, " ON CONFLICT DO NOTHING">;
constexpr std::string_view kFind = kSql<"SELECT ", kColumns, " FROM acme_servers WHERE id = :id">;
constexpr std::string_view kList = kSql<"SELECT ", kColumns, " FROM acme_servers ORDER BY slug, id">;
constexpr std::string_view kUpdate = R"sql(
    UPDATE acme_servers
       SET slug = :slug, name = :name, description = :description, active = :active, authority_id = :authority_id,
           default_validity_days = :default_days, max_validity_days = :max_days, key_algorithms = :key_algorithms,
           digest = :digest, require_eab = :require_eab, authorization_mode = :authorization_mode,
           terms_of_service = :terms_of_service, website = :website, caa_identities = :caa_identities,
           check_caa = :check_caa, challenge_types = :challenge_types, profiles = :profiles, limits = :limits,
           explanation_url = :explanation_url, updated_at = :updated_at, revision = revision + 1
     WHERE id = :id AND revision = :revision)sql";

constexpr std::string_view kCounters = R"sql(
    SELECT (SELECT count(*) FROM acme_accounts WHERE server_id = :accounts_of),
           (SELECT count(*) FROM acme_orders WHERE server_id = :orders_of),
           (SELECT count(*) FROM acme_orders WHERE server_id = :certificates_of AND certificate_id IS NOT NULL))sql";

/// Profiles and limits as the JSON they are stored as.
struct Texts {
    std::string profiles{};
    std::string limits{};
};

Texts texts_of(const AcmeServer& server)
{
    json::Writer profiles;
    write_profiles(profiles.begin_object(), "value", server.profiles);
    json::Writer limits;
    write_limits(limits.begin_object(), "value", server.limits);
    return {.profiles = profiles.end_object().take(), .limits = limits.end_object().take()};
}

template <class S, class T> auto columns(S& s, T& texts)
{
    return pack(s.id, s.slug, s.name, s.description, s.active, s.authority_id, s.default_validity_days,
                s.max_validity_days, s.key_algorithms, s.digest, s.require_eab, s.authorization_mode,
                s.terms_of_service, s.website, s.caa_identities, s.check_caa, s.challenge_types, texts.profiles,
                texts.limits, s.explanation_url, s.created_at, s.updated_at, s.revision);
}

AcmeServer read_server(Row& row)
{
    AcmeServer server;
    Texts texts;
    row.read_all(columns(server, texts));
    // What the migration wrote, and the first call, which only tells the columns, have no object in them.
    if (texts.profiles.starts_with('{')) {
        json::Reader in(texts.profiles);
        server.profiles = read_profiles(in, "value");
    }
    if (texts.limits.starts_with('{')) {
        json::Reader in(texts.limits);
        server.limits = read_limits(in, "value");
    }
    return server;
}

} // namespace

bool AcmeServerRepository::insert(const AcmeServer& server)
{
    const auto texts = texts_of(server);
    return Query(session_, kInsert).bind_all(columns(server, texts)).run() == 1;
}

std::optional<AcmeServer> AcmeServerRepository::find(const std::string& id)
{
    return Query(session_, kFind).bind(id).one(read_server);
}

std::vector<AcmeServer> AcmeServerRepository::list()
{
    return Query(session_, kList).all(read_server);
}

bool AcmeServerRepository::update(const AcmeServer& s)
{
    const auto texts = texts_of(s);
    return Query(session_, kUpdate)
               .bind(s.slug, s.name, s.description, s.active, s.authority_id, s.default_validity_days,
                     s.max_validity_days, s.key_algorithms, s.digest, s.require_eab, s.authorization_mode,
                     s.terms_of_service, s.website, s.caa_identities, s.check_caa, s.challenge_types, texts.profiles,
                     texts.limits, s.explanation_url, s.updated_at, s.id, s.revision)
               .run() == 1;
}

AcmeServerRepository::Counters AcmeServerRepository::counters(const std::string& id)
{
    return Query(session_, kCounters)
        .bind(id, id, id)
        .one([](Row& row) {
            Counters counters;
            row.read(counters.accounts, counters.orders, counters.certificates);
            return counters;
        })
        .value();
}

} // namespace chancery::db
