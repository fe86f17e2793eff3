#include "db/repositories/certificate_repository.hpp"

#include "core/text.hpp"
#include "db/repositories/certificate_columns.hpp"
#include "db/repositories/reversed_names.hpp"
#include "db/sql_text.hpp"

#include <algorithm>
#include <cstdint>
#include <set>

namespace chancery::db {
namespace {

constexpr SqlText kColumns = kSql<kCertificateListColumns, ", der">;

constexpr std::string_view kInsert = kInsertInto<"certificates", kSql<kCertificateStoredColumns, ", der, name_set">>;
constexpr std::string_view kFind = kSql<"SELECT ", kColumns, " FROM certificates WHERE id = :id">;
constexpr std::string_view kFindByOrder = kSql<"SELECT ", kColumns, " FROM certificates WHERE order_id = :order_id">;
constexpr std::string_view kFindByFingerprint =
    kSql<"SELECT ", kColumns, " FROM certificates WHERE fingerprint_sha256 = :fingerprint">;
constexpr std::string_view kFindBySerial =
    kSql<"SELECT ", kColumns,
         " FROM certificates WHERE serial_number = :serial_number AND authority_id = :authority_id">;

constexpr std::string_view kMarkRevoked = R"sql(
    UPDATE certificates SET revoked_at = :at, revocation_reason = :reason, revision = revision + 1
     WHERE id = :id AND revoked_at IS NULL)sql";
constexpr std::string_view kChangeReason = R"sql(
    UPDATE certificates SET revocation_reason = :reason, revision = revision + 1
     WHERE id = :id AND revoked_at IS NOT NULL AND revocation_reason <> :old_reason)sql";
constexpr std::string_view kActiveWithKey =
    kSql<"SELECT ", kCertificateListColumns,
         " FROM certificates WHERE spki_sha256 = :spki AND source = 'managed' AND revoked_at IS NULL "
         "AND valid_to >= :now ORDER BY id">;
constexpr std::string_view kSharingKey =
    kSql<"SELECT ", kCertificateListColumns,
         " FROM certificates WHERE spki_sha256 = :spki AND id <> :id AND source = 'managed' AND revoked_at IS NULL "
         "AND valid_to >= :now LIMIT :most">;
// A hash stands for a set of names; the caller compares the names themselves.
constexpr std::string_view kSharingNames =
    kSql<"SELECT ", kCertificateListColumns,
         " FROM certificates WHERE name_set = :name_set AND valid_to >= :now AND id <> :id AND revoked_at IS NULL "
         "ORDER BY valid_to DESC LIMIT :most">;
// Few have one key and many one reason: the reason is written so that no index of it is chosen.
constexpr std::string_view kIsCompromised = R"sql(
    SELECT 1 FROM certificates
     WHERE spki_sha256 = :spki AND coalesce(revocation_reason, '') = 'keyCompromise' LIMIT 1)sql";
constexpr std::string_view kAnnotate = R"sql(
    UPDATE certificates
       SET tags = :tags, owner_type = :owner_type, owner = :owner, custom_fields = :custom_fields, revision = revision + 1
     WHERE id = :id AND revision = :revision)sql";
constexpr std::string_view kRemoveCustomValues =
    "DELETE FROM certificate_custom_values WHERE certificate_id = :certificate_id";
constexpr std::string_view kCopyCustomValues = R"sql(
    INSERT INTO certificate_custom_values (field, value, number, certificate_id)
    SELECT field, value, number, :to_id FROM certificate_custom_values WHERE certificate_id = :from_id)sql";
constexpr std::string_view kInsertCustomValue =
    kInsertInto<"certificate_custom_values", "field, value, number, certificate_id">;
constexpr SqlText kSuccessor = "SELECT renewed_to FROM certificates WHERE id = :id";
constexpr std::string_view kHoldSuccessor = kSql<kSuccessor, " FOR NO KEY UPDATE">;
constexpr std::string_view kRenewedTo = R"sql(
    UPDATE certificates SET renewed_to = :new_id, revision = revision + 1 WHERE id = :old_id)sql";
constexpr std::string_view kRenewedFrom = R"sql(
    UPDATE certificates SET renewed_from = :old_id, revision = revision + 1
     WHERE id = :new_id AND renewed_from IS NULL)sql";

constexpr std::string_view kRemoveTag =
    "DELETE FROM certificate_tags WHERE tag = :tag AND certificate_id = :certificate_id";

constexpr SqlText kRevokedLeaves = R"sql(
    SELECT serial_number, revoked_at, revocation_reason FROM certificates
     WHERE authority_id = :authority_id AND revoked_at IS NOT NULL)sql";
constexpr std::string_view kRevokedEntries =
    kSql<kRevokedLeaves, " AND (valid_to >= :expired_since OR revoked_at >= :revoked_since)">;
constexpr std::string_view kRevokedSince = kSql<kRevokedLeaves, " AND revoked_at >= :revoked_since">;
// An intermediate is in `authorities`; where it is in the inventory, too, it is listed once.
constexpr std::string_view kRevokedIntermediates = R"sql(
    SELECT a.serial_number, a.revoked_at FROM authorities a
     WHERE a.parent_id = :parent_id AND a.revoked_at IS NOT NULL
       AND (a.valid_to >= :expired_since OR a.revoked_at >= :revoked_since)
       AND NOT EXISTS (SELECT 1 FROM certificates c
                        WHERE c.fingerprint_sha256 = a.fingerprint_sha256 AND c.revoked_at IS NOT NULL))sql";
constexpr std::string_view kStatusOf = R"sql(
    SELECT revoked_at, revocation_reason FROM certificates
     WHERE serial_number = :serial_number AND authority_id = :authority_id AND source = 'managed')sql";
constexpr std::string_view kStatusOfIntermediate =
    "SELECT revoked_at FROM authorities WHERE serial_number = :serial_number AND parent_id = :authority_id";
constexpr std::string_view kCountBySpki = "SELECT count(*) FROM certificates WHERE spki_sha256 = :spki";
constexpr std::string_view kActiveByNameSet = R"sql(
    SELECT names, count(*) FROM certificates
     WHERE name_set = :name_set AND valid_to >= :now AND revoked_at IS NULL GROUP BY names)sql";

Certificate read_whole(Row& row)
{
    auto certificate = read_listed_certificate(row);
    row.read(Base64{certificate.der});
    return certificate;
}

RevokedEntry read_entry(Row& row)
{
    RevokedEntry entry;
    row.read(entry.serial_number, entry.revoked_at, entry.reason);
    return entry;
}

/// FNV-1a, 64 bits, over the sorted names. Which of several sets with one hash is meant is decided by the names.
long long name_set_hash(std::vector<Name> names)
{
    std::sort(names.begin(), names.end());
    std::uint64_t hash = 14695981039346656037U;
    for (const auto& name : names) {
        for (const char c : detail::to_text(name) + '\n') {
            hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
        }
    }
    return static_cast<long long>(hash);
}

void insert_names(db::Session& session, const Certificate& certificate)
{
    std::set<std::string> unique{to_lower(certificate.common_name)};
    for (const auto& name : certificate.names) {
        unique.insert(to_lower(name.value));
    }
    for (auto at = unique.begin(); at != unique.end();) {
        const auto rest = static_cast<std::size_t>(std::distance(at, unique.end()));
        const auto count = std::min(rest, kRowsPerInsert);
        Query query(session, insert_rows("INSERT INTO certificate_names (reversed_name, certificate_id, name) VALUES",
                                         count, 3));
        for (std::size_t i = 0; i < count; ++i, ++at) {
            query.bind(reversed_name(*at), certificate.id, *at);
        }
        query.run();
    }
}

void insert_tags(db::Session& session, const std::string& id, const std::vector<std::string>& tags)
{
    for (const auto& tag : tags) {
        Query(session, insert_rows("INSERT INTO certificate_tags (tag, certificate_id) VALUES", 1, 2))
            .bind(tag, id)
            .run();
    }
}

} // namespace

void CertificateRepository::insert(const Certificate& certificate)
{
    Query(session_, kInsert)
        .bind_all(certificate_stored_columns(certificate))
        .bind(Base64{certificate.der}, name_set_hash(certificate.names))
        .run();
    insert_names(session_, certificate);
    insert_tags(session_, certificate.id, certificate.tags);
}

std::optional<Certificate> CertificateRepository::find(const std::string& id)
{
    return Query(session_, kFind).bind(id).one(read_whole);
}

std::optional<Certificate> CertificateRepository::find_by_order(const std::string& order_id)
{
    return Query(session_, kFindByOrder).bind(order_id).one(read_whole);
}

std::optional<Certificate> CertificateRepository::find_by_fingerprint(const std::string& fingerprint_sha256)
{
    return Query(session_, kFindByFingerprint).bind(fingerprint_sha256).one(read_whole);
}

std::optional<Certificate> CertificateRepository::find_by_serial(const std::string& authority_id,
                                                                 const std::string& serial_number)
{
    return Query(session_, kFindBySerial).bind(serial_number, authority_id).one(read_whole);
}

bool CertificateRepository::mark_revoked(const std::string& id, Time at, RevocationReason reason)
{
    return Query(session_, kMarkRevoked).bind(at, reason, id).run() == 1;
}

bool CertificateRepository::change_reason(const std::string& id, RevocationReason reason)
{
    return Query(session_, kChangeReason).bind(reason, id, reason).run() == 1;
}

std::vector<Certificate> CertificateRepository::active_with_key(const std::string& spki_sha256, Time now)
{
    return Query(session_, kActiveWithKey).bind(spki_sha256, now).all(read_listed_certificate);
}

std::vector<Certificate> CertificateRepository::sharing_key(const Certificate& certificate, Time now, int limit)
{
    return Query(session_, kSharingKey)
        .bind(certificate.spki_sha256, certificate.id, now, limit)
        .all(read_listed_certificate);
}

std::vector<Certificate> CertificateRepository::sharing_names(const Certificate& certificate, Time now, int limit)
{
    auto found = Query(session_, kSharingNames)
                     .bind(name_set_hash(certificate.names), now, certificate.id, limit)
                     .all(read_listed_certificate);
    const auto in_order = [](std::vector<Name> names) {
        std::sort(names.begin(), names.end());
        return names;
    };
    std::erase_if(found, [&, wanted = in_order(certificate.names)](const Certificate& other) {
        return in_order(other.names) != wanted;
    });
    return found;
}

bool CertificateRepository::is_compromised(const std::string& spki_sha256)
{
    return Query(session_, kIsCompromised).bind(spki_sha256).value<long long>().has_value();
}

bool CertificateRepository::annotate(const Certificate& before, const Certificate& after,
                                     const std::vector<CustomValue>& values)
{
    const bool changed =
        Query(session_, kAnnotate)
            .bind(after.tags, after.owner_type, after.owner, after.custom_fields, after.id, after.revision)
            .run() == 1;
    if (!changed) {
        return false;
    }
    for (const auto& tag : before.tags) {
        Query(session_, kRemoveTag).bind(tag, after.id).run();
    }
    insert_tags(session_, after.id, after.tags);
    Query(session_, kRemoveCustomValues).bind(after.id).run();
    for (const auto& value : values) {
        Query(session_, kInsertCustomValue).bind(value.field, value.text, value.number, after.id).run();
    }
    return true;
}

void CertificateRepository::copy_custom_values(const std::string& from_id, const std::string& to_id)
{
    Query(session_, kCopyCustomValues).bind(to_id, from_id).run();
}

std::optional<std::string> CertificateRepository::hold_successor(const std::string& id)
{
    // SQLite has one writer; PostgreSQL needs the row to be held.
    const auto sql = session_.dialect() == Dialect::Postgres ? kHoldSuccessor : std::string_view(kSuccessor);
    return Query(session_, sql).bind(id).value<std::optional<std::string>>().value_or(std::nullopt);
}

void CertificateRepository::link_renewal(const std::string& old_id, const std::string& new_id)
{
    Query(session_, kRenewedTo).bind(new_id, old_id).run();
    Query(session_, kRenewedFrom).bind(old_id, new_id).run();
}

std::vector<RevokedEntry> CertificateRepository::revoked_entries(const std::string& authority_id, Time since)
{
    return Query(session_, kRevokedEntries).bind(authority_id, since, since).all(read_entry);
}

std::vector<RevokedEntry> CertificateRepository::revoked_intermediates(const std::string& authority_id, Time since)
{
    return Query(session_, kRevokedIntermediates).bind(authority_id, since, since).all([](Row& row) {
        RevokedEntry entry;
        row.read(entry.serial_number, entry.revoked_at);
        return entry;
    });
}

std::vector<RevokedEntry> CertificateRepository::revoked_since(const std::string& authority_id, Time since)
{
    return Query(session_, kRevokedSince).bind(authority_id, since).all(read_entry);
}

std::optional<IssuedStatus> CertificateRepository::status_of(const std::string& authority_id,
                                                             const std::string& serial_number)
{
    auto leaf = Query(session_, kStatusOf).bind(serial_number, authority_id).one([](Row& row) {
        IssuedStatus status;
        row.read(status.revoked_at, status.reason);
        return status;
    });
    return leaf ? leaf : Query(session_, kStatusOfIntermediate).bind(serial_number, authority_id).one([](Row& row) {
        IssuedStatus status;
        row.read(status.revoked_at);
        return status;
    });
}

long long CertificateRepository::count_by_spki(const std::string& spki_sha256)
{
    return Query(session_, kCountBySpki).bind(spki_sha256).value<long long>().value_or(0);
}

long long CertificateRepository::count_active_by_name_set(const std::vector<Name>& names, Time now)
{
    auto wanted = names;
    std::sort(wanted.begin(), wanted.end());
    const auto groups = Query(session_, kActiveByNameSet).bind(name_set_hash(names), now).all([](Row& row) {
        std::pair<std::vector<Name>, long long> group;
        row.read(group.first, group.second);
        std::sort(group.first.begin(), group.first.end());
        return group;
    });
    long long count = 0;
    for (const auto& [found, certificates] : groups) {
        count += found == wanted ? certificates : 0;
    }
    return count;
}

} // namespace chancery::db
