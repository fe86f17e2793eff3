#include "db/repositories/certificate_repository.hpp"

#include "core/text.hpp"
#include "db/list_query.hpp"
#include "db/sql_text.hpp"

#include <algorithm>
#include <cstdint>
#include <set>

namespace chancery::db {
namespace {

constexpr SqlText kListColumns =
    "id, common_name, names, issuer, authority_id, provider_id, algorithm, digest, valid_from, valid_to, source, "
    "fingerprint_sha256, serial_number, spki_sha256, key_id, order_id, renewed_from, renewed_to, revoked_at, "
    "revocation_reason, requester_type, requester_id, policy_warnings, tags, acme_account_id, created_at, revision";
constexpr SqlText kColumns = kSql<kListColumns, ", der">;

constexpr std::string_view kInsert = kInsertInto<"certificates", kSql<kColumns, ", name_set">>;
constexpr std::string_view kFind = kSql<"SELECT ", kColumns, " FROM certificates WHERE id = :id">;
constexpr std::string_view kFindByOrder = kSql<"SELECT ", kColumns, " FROM certificates WHERE order_id = :order_id">;
constexpr std::string_view kFindByFingerprint =
    kSql<"SELECT ", kColumns, " FROM certificates WHERE fingerprint_sha256 = :fingerprint">;
constexpr std::string_view kFindBySerial =
    kSql<"SELECT ", kColumns,
         " FROM certificates WHERE serial_number = :serial_number AND authority_id = :authority_id">;
constexpr std::string_view kList = kSql<"SELECT ", kListColumns, " FROM certificates">;
constexpr std::string_view kCount = "SELECT count(*) FROM certificates";

constexpr std::string_view kMarkRevoked = R"sql(
    UPDATE certificates SET revoked_at = :at, revocation_reason = :reason, revision = revision + 1
     WHERE id = :id AND revoked_at IS NULL)sql";
constexpr std::string_view kChangeReason = R"sql(
    UPDATE certificates SET revocation_reason = :reason, revision = revision + 1
     WHERE id = :id AND revoked_at IS NOT NULL AND revocation_reason <> :old_reason)sql";
constexpr std::string_view kActiveWithKey =
    kSql<"SELECT ", kListColumns,
         " FROM certificates WHERE spki_sha256 = :spki AND source = 'managed' AND revoked_at IS NULL "
         "AND valid_to >= :now ORDER BY id">;
constexpr std::string_view kSharingKey =
    kSql<"SELECT ", kListColumns,
         " FROM certificates WHERE spki_sha256 = :spki AND id <> :id AND source = 'managed' AND revoked_at IS NULL "
         "AND valid_to >= :now LIMIT :most">;
// A hash stands for a set of names; the caller compares the names themselves.
constexpr std::string_view kSharingNames =
    kSql<"SELECT ", kListColumns,
         " FROM certificates WHERE name_set = :name_set AND valid_to >= :now AND id <> :id AND revoked_at IS NULL "
         "ORDER BY valid_to DESC LIMIT :most">;
constexpr std::string_view kIsCompromised = R"sql(
    SELECT 1 FROM certificates WHERE spki_sha256 = :spki AND revocation_reason = 'keyCompromise' LIMIT 1)sql";
constexpr std::string_view kReplaceTags = R"sql(
    UPDATE certificates SET tags = :tags, revision = revision + 1 WHERE id = :id AND revision = :revision)sql";
constexpr SqlText kSuccessor = "SELECT renewed_to FROM certificates WHERE id = :id";
constexpr std::string_view kHoldSuccessor = kSql<kSuccessor, " FOR NO KEY UPDATE">;
constexpr std::string_view kRenewedTo = R"sql(
    UPDATE certificates SET renewed_to = :new_id, revision = revision + 1 WHERE id = :old_id)sql";
constexpr std::string_view kRenewedFrom = R"sql(
    UPDATE certificates SET renewed_from = :old_id, revision = revision + 1
     WHERE id = :new_id AND renewed_from IS NULL)sql";

constexpr std::string_view kRemoveTag =
    "DELETE FROM certificate_tags WHERE tag = :tag AND certificate_id = :certificate_id";
constexpr std::string_view kOldTags = "SELECT tags FROM certificates WHERE id = :id";

constexpr std::string_view kRevokedEntries = R"sql(
    SELECT serial_number, revoked_at, revocation_reason FROM certificates
     WHERE authority_id = :authority_id AND revoked_at IS NOT NULL AND valid_to >= :expired_since)sql";
// An intermediate is in `authorities`; where it is in the inventory, too, it is listed once.
constexpr std::string_view kRevokedIntermediates = R"sql(
    SELECT a.serial_number, a.revoked_at FROM authorities a
     WHERE a.parent_id = :parent_id AND a.revoked_at IS NOT NULL AND a.valid_to >= :expired_since
       AND NOT EXISTS (SELECT 1 FROM certificates c
                        WHERE c.fingerprint_sha256 = a.fingerprint_sha256 AND c.revoked_at IS NOT NULL))sql";
constexpr std::string_view kCountBySpki = "SELECT count(*) FROM certificates WHERE spki_sha256 = :spki";
constexpr std::string_view kActiveByNameSet = R"sql(
    SELECT names, count(*) FROM certificates
     WHERE name_set = :name_set AND valid_to >= :now AND revoked_at IS NULL GROUP BY names)sql";

// Rows of one INSERT; longer lists take several.
constexpr std::size_t kRowsPerInsert = 25;
// PostgreSQL takes no index key over 2,700 bytes; only a URI is that long.
constexpr std::size_t kMaxReversedName = 1000;

template <class C> auto list_columns(C& c)
{
    return pack(c.id, c.common_name, c.names, c.issuer, c.authority_id, c.provider_id, c.algorithm, c.digest,
                c.valid_from, c.valid_to, c.source, c.fingerprint_sha256, c.serial_number, c.spki_sha256, c.key_id,
                c.order_id, c.renewed_from, c.renewed_to, c.revoked_at, c.revocation_reason, c.requester_type,
                c.requester_id, c.policy_warnings, c.tags, c.acme_account_id, c.created_at, c.revision);
}

Certificate read_listed(Row& row)
{
    Certificate certificate;
    row.read_all(list_columns(certificate));
    return certificate;
}

Certificate read_whole(Row& row)
{
    Certificate certificate;
    row.read_all(list_columns(certificate));
    row.read(Base64{certificate.der});
    return certificate;
}

/// The text backwards, by characters (UTF-8), cut where an index would refuse it.
std::string reversed(std::string_view text)
{
    std::string backwards;
    backwards.reserve(text.size());
    for (auto end = text.size(); end > 0 && backwards.size() < kMaxReversedName;) {
        auto start = end - 1;
        while (start > 0 && (static_cast<unsigned char>(text[start]) & 0xc0U) == 0x80U) {
            --start;
        }
        backwards += text.substr(start, end - start);
        end = start;
    }
    return backwards;
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

/// "INSERT … VALUES (…), (…)" with `rows` rows of `columns` parameters.
std::string insert_rows(std::string_view head, std::size_t rows, std::size_t columns)
{
    std::string sql(head);
    for (std::size_t i = 0; i < rows * columns; ++i) {
        sql += i % columns == 0 ? (i == 0 ? " (" : "), (") : ", ";
        sql += ":v" + std::to_string(i);
    }
    return sql + ") ON CONFLICT DO NOTHING";
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
            query.bind(reversed(*at), certificate.id, *at);
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

void add_statuses(Conditions& where, const CertificateFilter& filter)
{
    if (filter.statuses.empty()) {
        return;
    }
    std::string any;
    std::vector<long long> values;
    for (const auto status : filter.statuses) {
        any += any.empty() ? "(" : " OR ";
        switch (status) {
            case CertificateStatus::Active:
                any += "(revoked_at IS NULL AND valid_to >= ?)";
                break;
            case CertificateStatus::Expired:
                any += "(revoked_at IS NULL AND valid_to < ?)";
                break;
            case CertificateStatus::Revoked:
                any += "revoked_at IS NOT NULL";
                break;
        }
        if (status != CertificateStatus::Revoked) {
            values.push_back(to_millis(filter.now));
        }
    }
    where.add_each(any + ')', values);
}

void add_names(Conditions& where, const CertificateFilter& filter)
{
    constexpr std::string_view kExact = R"sql(
        id IN (SELECT certificate_id FROM certificate_names WHERE reversed_name = ? AND name = ?))sql";
    // '/' follows '.' in ASCII: the range is every name that ends with ".<suffix>".
    constexpr std::string_view kSuffix = R"sql(
        id IN (SELECT certificate_id FROM certificate_names
                WHERE reversed_name = ? OR (reversed_name >= ? AND reversed_name < ?)))sql";
    constexpr std::string_view kSubstring = R"sql(
        id IN (SELECT certificate_id FROM certificate_names WHERE name LIKE ? ESCAPE '\'))sql";
    if (!filter.name_exact.empty()) {
        const auto name = to_lower(filter.name_exact);
        where.add(kExact, reversed(name), name);
    }
    if (!filter.name_suffix.empty()) {
        const auto suffix = reversed(to_lower(filter.name_suffix));
        where.add(kSuffix, suffix, suffix + '.', suffix + '/');
    }
    if (!filter.name_substring.empty()) {
        where.add(kSubstring, substring_pattern(to_lower(filter.name_substring)));
    }
}

Conditions conditions(const CertificateFilter& filter)
{
    Conditions where;
    where.add_equal("fingerprint_sha256", filter.fingerprint_sha256)
        .add_equal("serial_number", filter.serial_number)
        .add_equal("requester_id", filter.requester_id)
        .add_equal("provider_id", filter.provider_id)
        .add_equal("authority_id", filter.authority_id)
        .add_equal("issuer", filter.issuer)
        .add_in("algorithm", filter.algorithms);
    add_statuses(where, filter);
    add_names(where, filter);
    if (filter.source) {
        where.add_is("source", *filter.source);
    }
    if (filter.expires_before) {
        where.add("valid_to < ?", *filter.expires_before);
    }
    if (filter.expires_after) {
        where.add("valid_to > ?", *filter.expires_after);
    }
    if (filter.superseded) {
        where.add(*filter.superseded ? "renewed_to IS NOT NULL" : "renewed_to IS NULL");
    }
    if (!filter.tag.empty()) {
        where.add("id IN (SELECT certificate_id FROM certificate_tags WHERE tag = ?)", filter.tag);
    }
    return where;
}

} // namespace

void CertificateRepository::insert(const Certificate& certificate)
{
    Query(session_, kInsert)
        .bind_all(list_columns(certificate))
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

std::vector<Certificate> CertificateRepository::list(const CertificateFilter& filter, CertificateSort sort,
                                                     const PageRequest& page)
{
    auto where = conditions(filter);
    switch (sort) {
        case CertificateSort::ValidTo:
            where.page("valid_to", Conditions::Key::Number, page);
            break;
        case CertificateSort::CreatedAt:
            where.page("created_at", Conditions::Key::Number, page);
            break;
        case CertificateSort::CommonName:
            where.page("common_name", Conditions::Key::Text, page);
            break;
    }
    Query query(session_, std::string(kList) + where.sql());
    return where.bind_to(query).all(read_listed);
}

long long CertificateRepository::count(const CertificateFilter& filter)
{
    const auto where = conditions(filter);
    Query query(session_, std::string(kCount) + where.sql());
    return where.bind_to(query).value<long long>().value_or(0);
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
    return Query(session_, kActiveWithKey).bind(spki_sha256, now).all(read_listed);
}

std::vector<Certificate> CertificateRepository::sharing_key(const Certificate& certificate, Time now, int limit)
{
    return Query(session_, kSharingKey).bind(certificate.spki_sha256, certificate.id, now, limit).all(read_listed);
}

std::vector<Certificate> CertificateRepository::sharing_names(const Certificate& certificate, Time now, int limit)
{
    auto found = Query(session_, kSharingNames)
                     .bind(name_set_hash(certificate.names), now, certificate.id, limit)
                     .all(read_listed);
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

bool CertificateRepository::replace_tags(const std::string& id, const std::vector<std::string>& tags,
                                         long long expected_revision)
{
    const auto old_tags = Query(session_, kOldTags).bind(id).value<std::vector<std::string>>();
    if (Query(session_, kReplaceTags).bind(tags, id, expected_revision).run() == 0) {
        return false;
    }
    for (const auto& tag : old_tags.value_or(std::vector<std::string>())) {
        Query(session_, kRemoveTag).bind(tag, id).run();
    }
    insert_tags(session_, id, tags);
    return true;
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

std::vector<RevokedEntry> CertificateRepository::revoked_entries(const std::string& authority_id, Time expired_since)
{
    auto entries = Query(session_, kRevokedEntries).bind(authority_id, expired_since).all([](Row& row) {
        RevokedEntry entry;
        row.read(entry.serial_number, entry.revoked_at, entry.reason);
        return entry;
    });
    const auto intermediates =
        Query(session_, kRevokedIntermediates).bind(authority_id, expired_since).all([](Row& row) {
            RevokedEntry entry;
            row.read(entry.serial_number, entry.revoked_at);
            return entry;
        });
    entries.insert(entries.end(), intermediates.begin(), intermediates.end());
    return entries;
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
