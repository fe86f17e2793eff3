#include "db/repositories/machine_repository.hpp"

#include "db/list_query.hpp"
#include "db/sql_text.hpp"

namespace chancery::db {
namespace {

constexpr SqlText kAccountColumns =
    "id, kind, name, description, owner_id, scope, domain_ids, source_cidrs, certificate_ids, enabled, "
    "expires_at, last_used_at, created_at, updated_at, revision";
constexpr std::string_view kInsertAccount = kInsertInto<"machine_accounts", kAccountColumns>;
constexpr std::string_view kFindAccount = kSql<"SELECT ", kAccountColumns, " FROM machine_accounts WHERE id = :id">;
constexpr std::string_view kListAccounts = kSql<"SELECT ", kAccountColumns, " FROM machine_accounts">;
constexpr std::string_view kCountAccounts = "SELECT count(*) FROM machine_accounts";
constexpr std::string_view kUpdateAccount = R"sql(
    UPDATE machine_accounts
       SET name = :name, description = :description, owner_id = :owner_id, scope = :scope, domain_ids = :domain_ids,
           source_cidrs = :source_cidrs, certificate_ids = :certificate_ids, enabled = :enabled, expires_at = :expires_at, updated_at = :updated_at,
           revision = revision + 1
     WHERE id = :id AND revision = :revision)sql";
constexpr std::string_view kHoldAccount =
    "UPDATE machine_accounts SET revision = revision + 1 WHERE id = :id AND revision = :revision";
constexpr std::string_view kRemoveAccount = "DELETE FROM machine_accounts WHERE id = :id";
constexpr std::string_view kRecordUse = R"sql(
    UPDATE machine_accounts SET last_used_at = :at
     WHERE id = :id AND (last_used_at IS NULL OR last_used_at <= :least))sql";

constexpr std::string_view kFindByCertificate = kSql<"SELECT ", kAccountColumns, R"sql(
      FROM machine_accounts
     WHERE id = (SELECT account_id FROM machine_certificates WHERE certificate_id = :certificate_id))sql">;
constexpr std::string_view kBindCertificate = R"sql(
    INSERT INTO machine_certificates (certificate_id, account_id) VALUES (:certificate_id, :account_id)
    ON CONFLICT DO NOTHING)sql";
constexpr std::string_view kUnbindCertificates = "DELETE FROM machine_certificates WHERE account_id = :account_id";

constexpr SqlText kSecretColumns = "id, account_id, secret_hash, created_at, expires_at";
constexpr std::string_view kInsertSecret = kInsertInto<"machine_secrets", kSecretColumns>;
constexpr std::string_view kSecretsOfAccount =
    kSql<"SELECT ", kSecretColumns, " FROM machine_secrets WHERE account_id = :account_id ORDER BY id">;
constexpr std::string_view kSetExpiry = "UPDATE machine_secrets SET expires_at = :expires_at WHERE id = :id";
constexpr std::string_view kRemoveSecret = "DELETE FROM machine_secrets WHERE id = :id";
constexpr std::string_view kRemoveSecretsOfAccount = "DELETE FROM machine_secrets WHERE account_id = :account_id";

constexpr SqlText kTokenColumns =
    "id, account_id, secret_id, scope, token_hash, source_address, created_at, expires_at";
constexpr std::string_view kInsertToken = kInsertInto<"machine_tokens", kTokenColumns>;
constexpr std::string_view kFindToken =
    kSql<"SELECT ", kTokenColumns, " FROM machine_tokens WHERE token_hash = :token_hash">;
constexpr std::string_view kShortenTokens = R"sql(
    UPDATE machine_tokens SET expires_at = :at
     WHERE account_id = :account_id AND secret_id = :secret_id AND expires_at > :later)sql";
constexpr std::string_view kRemoveTokensOfAccount = "DELETE FROM machine_tokens WHERE account_id = :account_id";
constexpr std::string_view kRemoveExpiredTokens = "DELETE FROM machine_tokens WHERE expires_at <= :now";

template <class A> auto account_columns(A& a)
{
    return pack(a.id, a.kind, a.name, a.description, a.owner_id, a.scope, a.domain_ids, a.source_cidrs,
                a.certificate_ids, a.enabled, a.expires_at, a.last_used_at, a.created_at, a.updated_at, a.revision);
}

template <class S> auto secret_columns(S& s)
{
    return pack(s.id, s.account_id, s.secret_hash, s.created_at, s.expires_at);
}

template <class T> auto token_columns(T& t)
{
    return pack(t.id, t.account_id, t.secret_id, t.scope, t.token_hash, t.source_address, t.created_at, t.expires_at);
}

MachineAccount read_account(Row& row)
{
    MachineAccount account;
    row.read_all(account_columns(account));
    return account;
}

MachineSecret read_secret(Row& row)
{
    MachineSecret secret;
    row.read_all(secret_columns(secret));
    return secret;
}

MachineToken read_token(Row& row)
{
    MachineToken token;
    row.read_all(token_columns(token));
    return token;
}

} // namespace

void MachineAccountRepository::insert(const MachineAccount& account)
{
    Query(session_, kInsertAccount).bind_all(account_columns(account)).run();
}

std::optional<MachineAccount> MachineAccountRepository::find(const std::string& id)
{
    return Query(session_, kFindAccount).bind(id).one(read_account);
}

std::vector<MachineAccount> MachineAccountRepository::list(const PageRequest& page)
{
    Conditions where;
    where.page("name", Conditions::Key::Text, page);
    Query query(session_, std::string(kListAccounts) + where.sql());
    return where.bind_to(query).all(read_account);
}

std::optional<MachineAccount> MachineAccountRepository::find_by_certificate(const std::string& certificate_id)
{
    return Query(session_, kFindByCertificate).bind(certificate_id).one(read_account);
}

bool MachineAccountRepository::bind_certificates(const MachineAccount& account)
{
    Query(session_, kUnbindCertificates).bind(account.id).run();
    bool all = true;
    for (const auto& id : account.certificate_ids) {
        all = Query(session_, kBindCertificate).bind(id, account.id).run() == 1 && all;
    }
    return all;
}

long long MachineAccountRepository::count()
{
    return Query(session_, kCountAccounts).value<long long>().value_or(0);
}

bool MachineAccountRepository::update(const MachineAccount& a)
{
    return Query(session_, kUpdateAccount)
               .bind(a.name, a.description, a.owner_id, a.scope, a.domain_ids, a.source_cidrs, a.certificate_ids,
                     a.enabled, a.expires_at, a.updated_at, a.id, a.revision)
               .run() == 1;
}

bool MachineAccountRepository::remove(const std::string& id, long long revision)
{
    // The row itself goes last; it is held first, so that only one unit removes what belongs to it.
    if (Query(session_, kHoldAccount).bind(id, revision).run() != 1) {
        return false;
    }
    Query(session_, kUnbindCertificates).bind(id).run();
    Query(session_, kRemoveTokensOfAccount).bind(id).run();
    Query(session_, kRemoveSecretsOfAccount).bind(id).run();
    Query(session_, kRemoveAccount).bind(id).run();
    return true;
}

void MachineAccountRepository::record_use(const std::string& id, Time at, Time least)
{
    Query(session_, kRecordUse).bind(at, id, least).run();
}

void MachineSecretRepository::insert(const MachineSecret& secret)
{
    Query(session_, kInsertSecret).bind_all(secret_columns(secret)).run();
}

std::vector<MachineSecret> MachineSecretRepository::of_account(const std::string& account_id)
{
    return Query(session_, kSecretsOfAccount).bind(account_id).all(read_secret);
}

void MachineSecretRepository::set_expiry(const std::string& id, Time at)
{
    Query(session_, kSetExpiry).bind(at, id).run();
}

void MachineSecretRepository::remove(const std::string& id)
{
    Query(session_, kRemoveSecret).bind(id).run();
}

void MachineTokenRepository::insert(const MachineToken& token)
{
    Query(session_, kInsertToken).bind_all(token_columns(token)).run();
}

std::optional<MachineToken> MachineTokenRepository::find_by_hash(const std::string& token_hash)
{
    return Query(session_, kFindToken).bind(token_hash).one(read_token);
}

void MachineTokenRepository::shorten(const std::string& account_id, const std::string& secret_id, Time at)
{
    Query(session_, kShortenTokens).bind(at, account_id, secret_id, at).run();
}

void MachineTokenRepository::remove_of_account(const std::string& account_id)
{
    Query(session_, kRemoveTokensOfAccount).bind(account_id).run();
}

long long MachineTokenRepository::remove_expired(Time now)
{
    return Query(session_, kRemoveExpiredTokens).bind(now).run();
}

} // namespace chancery::db
