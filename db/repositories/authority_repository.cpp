#include "db/repositories/authority_repository.hpp"

#include "db/sql_text.hpp"
#include "db/statement.hpp"

namespace chancery::db {
namespace {

constexpr SqlText kColumns =
    "id, name, kind, parent_id, status, subject, algorithm, digest, serial_number, fingerprint_sha256, subject_key_id, "
    "valid_from, valid_to, key_id, path_length, crl_number, crl_urls, aia_urls, crl_shards, ocsp, ocsp_urls, "
    "revoked_at, created_at, "
    "revision, der";
constexpr std::string_view kInsert = kSql<kInsertInto<"authorities", kColumns>, " ON CONFLICT DO NOTHING">;
constexpr std::string_view kFind = kSql<"SELECT ", kColumns, " FROM authorities WHERE id = :id">;
constexpr std::string_view kList = kSql<"SELECT ", kColumns, " FROM authorities ORDER BY created_at, id">;
constexpr std::string_view kUpdate = R"sql(
    UPDATE authorities
       SET name = :name, status = :status, key_id = :key_id, crl_urls = :crl_urls, aia_urls = :aia_urls,
           crl_shards = :crl_shards, ocsp = :ocsp, ocsp_urls = :ocsp_urls, revoked_at = :revoked_at,
           revision = revision + 1
     WHERE id = :id AND revision = :revision)sql";

constexpr SqlText kKeyColumns = "id, algorithm, purpose, spki_sha256, wrapped, kek_id, created_at";
constexpr std::string_view kInsertKey = kInsertInto<"stored_keys", kKeyColumns>;
constexpr std::string_view kFindKey = kSql<"SELECT ", kKeyColumns, " FROM stored_keys WHERE id = :id">;
constexpr std::string_view kKeysByPurpose =
    kSql<"SELECT ", kKeyColumns, " FROM stored_keys WHERE purpose = :purpose ORDER BY created_at, id">;
constexpr std::string_view kRemoveKey = "DELETE FROM stored_keys WHERE id = :id";

template <class A> auto columns(A& a)
{
    return pack(a.id, a.name, a.kind, a.parent_id, a.stored_status, a.subject, a.algorithm, a.digest, a.serial_number,
                a.fingerprint_sha256, a.subject_key_id, a.valid_from, a.valid_to, a.key_id, a.path_length, a.crl_number,
                a.crl_urls, a.aia_urls, a.crl_shards, a.ocsp, a.ocsp_urls, a.revoked_at, a.created_at, a.revision,
                Base64{a.der});
}

template <class K> auto key_columns(K& key)
{
    return pack(key.id, key.algorithm, key.purpose, key.spki_sha256, Base64{key.wrapped}, key.kek_id, key.created_at);
}

Authority read_authority(Row& row)
{
    Authority authority;
    row.read_all(columns(authority));
    return authority;
}

StoredKey read_key(Row& row)
{
    StoredKey key;
    row.read_all(key_columns(key));
    return key;
}

} // namespace

bool AuthorityRepository::insert(const Authority& authority)
{
    return Query(session_, kInsert).bind_all(columns(authority)).run() == 1;
}

std::optional<Authority> AuthorityRepository::find(const std::string& id)
{
    return Query(session_, kFind).bind(id).one(read_authority);
}

std::vector<Authority> AuthorityRepository::list()
{
    return Query(session_, kList).all(read_authority);
}

bool AuthorityRepository::update(const Authority& authority)
{
    return Query(session_, kUpdate)
               .bind(authority.name, authority.stored_status, authority.key_id, authority.crl_urls, authority.aia_urls,
                     authority.crl_shards, authority.ocsp, authority.ocsp_urls, authority.revoked_at, authority.id,
                     authority.revision)
               .run() == 1;
}

void KeyRepository::insert(const StoredKey& key)
{
    Query(session_, kInsertKey).bind_all(key_columns(key)).run();
}

std::optional<StoredKey> KeyRepository::find(const std::string& id)
{
    return Query(session_, kFindKey).bind(id).one(read_key);
}

std::vector<StoredKey> KeyRepository::list_by_purpose(const std::string& purpose)
{
    return Query(session_, kKeysByPurpose).bind(purpose).all(read_key);
}

void KeyRepository::remove(const std::string& id)
{
    Query(session_, kRemoveKey).bind(id).run();
}

} // namespace chancery::db
