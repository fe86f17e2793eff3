#include "db/repositories/acme_client_repository.hpp"

#include "core/model/acme.hpp"
#include "db/list_query.hpp"
#include "db/sql_text.hpp"

namespace chancery::db {
namespace {

constexpr SqlText kExternalColumns = "id, server_id, name, key_id, sealed_secret, expires_at, registered_at, "
                                     "revoked_at, created_at, updated_at, revision";
constexpr std::string_view kInsertExternal =
    kSql<kInsertInto<"acme_external_accounts", kExternalColumns>, " ON CONFLICT DO NOTHING">;
constexpr std::string_view kFindExternal =
    kSql<"SELECT ", kExternalColumns, " FROM acme_external_accounts WHERE id = :id">;
constexpr std::string_view kFindByKeyId =
    kSql<"SELECT ", kExternalColumns, " FROM acme_external_accounts WHERE key_id = :key_id">;
constexpr std::string_view kUpdateExternal = R"sql(
    UPDATE acme_external_accounts
       SET name = :name, key_id = :key_id, sealed_secret = :sealed_secret, expires_at = :expires_at,
           revoked_at = :revoked_at, updated_at = :updated_at, revision = revision + 1
     WHERE id = :id AND revision = :revision)sql";
constexpr std::string_view kUse = R"sql(
    UPDATE acme_external_accounts
       SET registered_at = :at, sealed_secret = '', updated_at = :updated_at, revision = revision + 1
     WHERE id = :id AND revision = :revision AND registered_at IS NULL AND revoked_at IS NULL)sql";

// Registered or made in advance or both: the ids of either, with what each says.
constexpr SqlText kRecordColumns = R"sql(
    SELECT all_ids.id, all_ids.server_id, a.status, a.contacts, a.thumbprint, a.agreed_terms, a.created_at, a.revision,
           e.name, e.key_id, e.expires_at, e.registered_at, e.revoked_at, e.created_at, e.revision)sql";
constexpr SqlText kRecordTables = R"sql(
      FROM (SELECT id, server_id FROM acme_accounts UNION SELECT id, server_id FROM acme_external_accounts) all_ids
      LEFT JOIN acme_accounts a ON a.id = all_ids.id
      LEFT JOIN acme_external_accounts e ON e.id = all_ids.id)sql";
constexpr std::string_view kRecords = kSql<kRecordColumns, kRecordTables>;
constexpr std::string_view kCountRecords = kSql<"SELECT count(*)", kRecordTables>;

constexpr SqlText kBindingColumns =
    "id, account_id, identifier_type, identifier, allow_subdomains, allow_wildcard, created_at";
constexpr std::string_view kInsertBinding =
    kSql<kInsertInto<"acme_bindings", kBindingColumns>, " ON CONFLICT DO NOTHING">;
constexpr std::string_view kFindBinding = kSql<"SELECT ", kBindingColumns, " FROM acme_bindings WHERE id = :id">;
constexpr std::string_view kListBindings =
    kSql<"SELECT ", kBindingColumns, " FROM acme_bindings WHERE account_id = :account_id ORDER BY id">;
constexpr std::string_view kRemoveBinding = "DELETE FROM acme_bindings WHERE id = :id";

constexpr SqlText kFindArrival = "SELECT arrival_at FROM acme_limits WHERE limit_key = :limit_key";
constexpr std::string_view kFindArrivalLocked = kSql<kFindArrival, " FOR UPDATE">;
constexpr std::string_view kSetArrival = R"sql(
    INSERT INTO acme_limits (limit_key, arrival_at) VALUES (:limit_key, :arrival_at)
    ON CONFLICT (limit_key) DO UPDATE SET arrival_at = excluded.arrival_at)sql";
constexpr std::string_view kSweepArrivals = R"sql(
    DELETE FROM acme_limits WHERE limit_key IN
        (SELECT limit_key FROM acme_limits WHERE arrival_at < :now ORDER BY arrival_at LIMIT :most))sql";

constexpr SqlText kFailureColumns = "account_id, identifier_type, identifier, failures, last_at, paused_until";
constexpr SqlText kFailures = kSql<"SELECT ", kFailureColumns, " FROM acme_failures">;
constexpr std::string_view kFindFailures =
    kSql<kFailures,
         " WHERE account_id = :account_id AND identifier = :identifier AND identifier_type = :identifier_type">;
constexpr std::string_view kFailuresOf = kSql<kFailures, " WHERE account_id = :account_id ORDER BY identifier">;
constexpr std::string_view kStoreFailures =
    kSql<kInsertInto<"acme_failures", kFailureColumns>,
         " ON CONFLICT (account_id, identifier, identifier_type) DO UPDATE SET failures = excluded.failures, "
         "last_at = excluded.last_at, paused_until = excluded.paused_until">;
constexpr std::string_view kForget = R"sql(
    DELETE FROM acme_failures
     WHERE account_id = :account_id AND identifier = :identifier AND identifier_type = :identifier_type)sql";
constexpr std::string_view kForgetAll = "DELETE FROM acme_failures WHERE account_id = :account_id";
constexpr std::string_view kOldFailures = kSql<kFailures, R"sql(
     WHERE last_at < :limit_time AND (paused_until IS NULL OR paused_until < :pause_limit)
     ORDER BY last_at LIMIT :most)sql">;

template <class A> auto external_columns(A& a)
{
    return pack(a.id, a.server_id, a.name, a.key_id, a.sealed_secret, a.expires_at, a.registered_at, a.revoked_at,
                a.created_at, a.updated_at, a.revision);
}

template <class B> auto binding_columns(B& b)
{
    return pack(b.id, b.account_id, b.identifier.type, b.identifier.value, b.allow_subdomains, b.allow_wildcard,
                b.created_at);
}

template <class F> auto failure_columns(F& f)
{
    return pack(f.account_id, f.identifier.type, f.identifier.value, f.failures, f.last_at, f.paused_until);
}

AcmeExternalAccount read_external(Row& row)
{
    AcmeExternalAccount account;
    row.read_all(external_columns(account));
    return account;
}

AcmeBinding read_binding(Row& row)
{
    AcmeBinding binding;
    row.read_all(binding_columns(binding));
    return binding;
}

AcmePause read_failures(Row& row)
{
    AcmePause failures;
    row.read_all(failure_columns(failures));
    return failures;
}

AcmeClientStatus status_of(std::optional<AcmeAccountStatus> registered, bool revoked)
{
    if (!registered) {
        return revoked ? AcmeClientStatus::Revoked : AcmeClientStatus::Pending;
    }
    switch (*registered) {
        case AcmeAccountStatus::Valid:
            return AcmeClientStatus::Active;
        case AcmeAccountStatus::Deactivated:
            return AcmeClientStatus::Deactivated;
        case AcmeAccountStatus::Revoked:
            break;
    }
    return AcmeClientStatus::Revoked;
}

AcmeClientRecord read_record(Row& row)
{
    AcmeClientRecord record;
    std::optional<AcmeAccountStatus> status;
    std::optional<std::vector<std::string>> contacts;
    std::optional<std::string> terms;
    std::optional<std::string> name;
    std::optional<Time> account_made;
    std::optional<Time> external_made;
    std::optional<Time> revoked_at;
    std::optional<long long> account_revision;
    std::optional<long long> external_revision;
    row.read(record.id, record.server_id, status, contacts, record.thumbprint, terms, account_made, account_revision,
             name, record.key_id, record.credentials_expire_at, record.registered_at, revoked_at, external_made,
             external_revision);
    record.status = status_of(status, revoked_at.has_value());
    record.name = name.value_or("");
    record.contacts = contacts.value_or(std::vector<std::string>{});
    record.agreed_terms = terms.value_or("");
    if (!record.registered_at) {
        record.registered_at = account_made;
    }
    record.created_at = external_made ? *external_made : account_made.value_or(Time{});
    record.revision = account_revision.value_or(0) + external_revision.value_or(0);
    return record;
}

constexpr std::string_view condition_of(AcmeClientStatus status)
{
    switch (status) {
        case AcmeClientStatus::Pending:
            return "a.id IS NULL AND e.revoked_at IS NULL";
        case AcmeClientStatus::Active:
            return "a.status = 'valid'";
        case AcmeClientStatus::Deactivated:
            return "a.status = 'deactivated'";
        case AcmeClientStatus::Revoked:
            break;
    }
    return "(a.status = 'revoked' OR (a.id IS NULL AND e.revoked_at IS NOT NULL))";
}

Conditions of_server(const std::string& server_id, std::optional<AcmeClientStatus> status)
{
    Conditions where;
    where.add("all_ids.server_id = ?", server_id);
    if (status) {
        where.add(condition_of(*status));
    }
    return where;
}

} // namespace

bool AcmeClientRepository::insert(const AcmeExternalAccount& account)
{
    return Query(session_, kInsertExternal).bind_all(external_columns(account)).run() == 1;
}

std::optional<AcmeExternalAccount> AcmeClientRepository::find(const std::string& id)
{
    return Query(session_, kFindExternal).bind(id).one(read_external);
}

std::optional<AcmeExternalAccount> AcmeClientRepository::find_by_key_id(const std::string& key_id)
{
    return Query(session_, kFindByKeyId).bind(key_id).one(read_external);
}

bool AcmeClientRepository::update(const AcmeExternalAccount& a)
{
    return Query(session_, kUpdateExternal)
               .bind(a.name, a.key_id, a.sealed_secret, a.expires_at, a.revoked_at, a.updated_at, a.id, a.revision)
               .run() == 1;
}

bool AcmeClientRepository::use(const AcmeExternalAccount& account, Time at)
{
    return Query(session_, kUse).bind(at, at, account.id, account.revision).run() == 1;
}

std::optional<AcmeClientRecord> AcmeClientRepository::find_record(const std::string& id)
{
    Conditions where;
    where.add("all_ids.id = ?", id);
    Query query(session_, std::string(kRecords) + where.sql());
    return where.bind_to(query).one(read_record);
}

std::vector<AcmeClientRecord> AcmeClientRepository::list(const std::string& server_id,
                                                         std::optional<AcmeClientStatus> status,
                                                         const PageRequest& page)
{
    auto where = of_server(server_id, status);
    auto by_id = page;
    if (by_id.after) {
        by_id.after->value = by_id.after->id;
    }
    where.page("all_ids.id", Conditions::Key::Text, by_id, "all_ids.id");
    Query query(session_, std::string(kRecords) + where.sql());
    return where.bind_to(query).all(read_record);
}

long long AcmeClientRepository::count(const std::string& server_id, std::optional<AcmeClientStatus> status)
{
    const auto where = of_server(server_id, status);
    Query query(session_, std::string(kCountRecords) + where.sql());
    return where.bind_to(query).value<long long>().value_or(0);
}

bool AcmeBindingRepository::insert(const AcmeBinding& binding)
{
    return Query(session_, kInsertBinding).bind_all(binding_columns(binding)).run() == 1;
}

std::optional<AcmeBinding> AcmeBindingRepository::find(const std::string& id)
{
    return Query(session_, kFindBinding).bind(id).one(read_binding);
}

std::vector<AcmeBinding> AcmeBindingRepository::list(const std::string& account_id)
{
    return Query(session_, kListBindings).bind(account_id).all(read_binding);
}

bool AcmeBindingRepository::remove(const std::string& id)
{
    return Query(session_, kRemoveBinding).bind(id).run() == 1;
}

std::optional<Time> AcmeLimitRepository::find(const std::string& key)
{
    // SQLite has one writer; PostgreSQL needs the row to be held.
    const auto sql = session_.dialect() == Dialect::Postgres ? kFindArrivalLocked : std::string_view(kFindArrival);
    return Query(session_, sql).bind(key).value<Time>();
}

void AcmeLimitRepository::set(const std::string& key, Time arrival_at)
{
    Query(session_, kSetArrival).bind(key, arrival_at).run();
}

long long AcmeLimitRepository::sweep(Time now, int limit)
{
    return Query(session_, kSweepArrivals).bind(now, limit).run();
}

std::vector<AcmePause> AcmeLimitRepository::paused(const std::string& account_id, const std::vector<Name>& names,
                                                   Time now)
{
    std::vector<std::string> values;
    for (const auto& name : names) {
        values.push_back(name.value);
    }
    if (values.empty()) {
        return {};
    }
    Conditions where;
    where.add("account_id = ?", account_id).add_in("identifier", values).add("paused_until > ?", now);
    Query query(session_, std::string(std::string_view(kFailures)) + where.sql());
    return where.bind_to(query).all(read_failures);
}

std::optional<AcmePause> AcmeLimitRepository::find_failures(const std::string& account_id, const Name& name)
{
    return Query(session_, kFindFailures).bind(account_id, name.value, name.type).one(read_failures);
}

std::vector<AcmePause> AcmeLimitRepository::failures_of(const std::string& account_id)
{
    return Query(session_, kFailuresOf).bind(account_id).all(read_failures);
}

void AcmeLimitRepository::store(const AcmePause& failures)
{
    Query(session_, kStoreFailures).bind_all(failure_columns(failures)).run();
}

bool AcmeLimitRepository::forget(const std::string& account_id, const Name& name)
{
    return Query(session_, kForget).bind(account_id, name.value, name.type).run() == 1;
}

long long AcmeLimitRepository::forget_all(const std::string& account_id)
{
    return Query(session_, kForgetAll).bind(account_id).run();
}

long long AcmeLimitRepository::sweep_failures(Time limit_time, int limit)
{
    const auto old = Query(session_, kOldFailures).bind(limit_time, limit_time, limit).all(read_failures);
    for (const auto& one : old) {
        forget(one.account_id, one.identifier);
    }
    return static_cast<long long>(old.size());
}

} // namespace chancery::db
