#include "db/repositories/acme_repository.hpp"
#include "db/sql_text.hpp"
#include "db/statement.hpp"

namespace chancery::db {
namespace {

constexpr SqlText kColumns =
    "id, server_id, status, jwk, thumbprint, spki_sha256, contacts, terms_agreed_at, agreed_terms, "
    "external_account_binding, created_at, revision";
constexpr std::string_view kInsert = kSql<kInsertInto<"acme_accounts", kColumns>, " ON CONFLICT DO NOTHING">;
constexpr std::string_view kFind = kSql<"SELECT ", kColumns, " FROM acme_accounts WHERE id = :id">;
constexpr std::string_view kFindRevision = "SELECT revision FROM acme_accounts WHERE id = :id";
constexpr std::string_view kFindByThumbprint =
    kSql<"SELECT ", kColumns, " FROM acme_accounts WHERE thumbprint = :thumbprint AND server_id = :server_id">;
constexpr std::string_view kAnyWithSpki = "SELECT 1 FROM acme_accounts WHERE spki_sha256 = :spki LIMIT 1";
constexpr std::string_view kUpdateContacts = R"sql(
    UPDATE acme_accounts SET contacts = :contacts, revision = revision + 1
     WHERE id = :id AND status = 'valid')sql";
constexpr std::string_view kAgree = R"sql(
    UPDATE acme_accounts SET terms_agreed_at = :at, agreed_terms = :terms, revision = revision + 1
     WHERE id = :id AND status = 'valid')sql";
constexpr std::string_view kRevoke = R"sql(
    UPDATE acme_accounts SET status = 'revoked', revision = revision + 1
     WHERE id = :id AND status = 'valid')sql";
constexpr std::string_view kDeactivate = R"sql(
    UPDATE acme_accounts SET status = 'deactivated', revision = revision + 1
     WHERE id = :id AND status = 'valid')sql";
constexpr std::string_view kChangeKey = R"sql(
    UPDATE acme_accounts
       SET jwk = :jwk, thumbprint = :thumbprint, spki_sha256 = :spki, revision = revision + 1
     WHERE id = :id AND status = 'valid'
       AND NOT EXISTS (SELECT 1 FROM acme_accounts other
                        WHERE other.thumbprint = :other AND other.server_id = acme_accounts.server_id))sql";

constexpr std::string_view kCurrentKey = "SELECT revision, thumbprint FROM acme_accounts WHERE id = :id";
constexpr std::string_view kKeepThumbprint = R"sql(
    INSERT INTO acme_account_keys (account_id, revision, thumbprint) VALUES (:account_id, :revision, :thumbprint))sql";
constexpr std::string_view kPastThumbprints =
    "SELECT thumbprint FROM acme_account_keys WHERE account_id = :id ORDER BY revision DESC";

template <class A> auto columns(A& a)
{
    return pack(a.id, a.server_id, a.status, a.jwk, a.thumbprint, a.spki_sha256, a.contacts, a.terms_agreed_at,
                a.agreed_terms, a.external_account_binding, a.created_at, a.revision);
}

AcmeAccount read_account(Row& row)
{
    AcmeAccount account;
    row.read_all(columns(account));
    return account;
}

} // namespace

bool AcmeAccountRepository::insert(const AcmeAccount& account)
{
    return Query(session_, kInsert).bind_all(columns(account)).run() == 1;
}

std::optional<AcmeAccount> AcmeAccountRepository::find(const std::string& id)
{
    return Query(session_, kFind).bind(id).one(read_account);
}

std::optional<long long> AcmeAccountRepository::find_revision(const std::string& id)
{
    return Query(session_, kFindRevision).bind(id).one([](Row& row) {
        long long revision = 0;
        row.read_all(pack(revision));
        return revision;
    });
}

std::optional<AcmeAccount> AcmeAccountRepository::find_by_thumbprint(const std::string& server_id,
                                                                     const std::string& thumbprint)
{
    return Query(session_, kFindByThumbprint).bind(thumbprint, server_id).one(read_account);
}

bool AcmeAccountRepository::any_with_spki(const std::string& spki_sha256)
{
    return Query(session_, kAnyWithSpki).bind(spki_sha256).value<long long>().has_value();
}

bool AcmeAccountRepository::update_contacts(const std::string& id, const std::vector<std::string>& contacts)
{
    return Query(session_, kUpdateContacts).bind(contacts, id).run() == 1;
}

bool AcmeAccountRepository::agree(const std::string& id, const std::string& terms, Time at)
{
    return Query(session_, kAgree).bind(at, terms, id).run() == 1;
}

bool AcmeAccountRepository::deactivate(const std::string& id)
{
    return Query(session_, kDeactivate).bind(id).run() == 1;
}

bool AcmeAccountRepository::revoke(const std::string& id)
{
    return Query(session_, kRevoke).bind(id).run() == 1;
}

bool AcmeAccountRepository::change_key(const std::string& id, const std::string& jwk, const std::string& thumbprint,
                                       const std::string& spki_sha256)
{
    long long revision = 0;
    std::string old_thumbprint;
    const auto known = Query(session_, kCurrentKey).bind(id).one([&](Row& row) {
        row.read(revision, old_thumbprint);
        return true;
    });
    if (!known || Query(session_, kChangeKey).bind(jwk, thumbprint, spki_sha256, id, thumbprint).run() == 0) {
        return false;
    }
    Query(session_, kKeepThumbprint).bind(id, revision, old_thumbprint).run();
    return true;
}

std::vector<std::string> AcmeAccountRepository::past_thumbprints(const std::string& id)
{
    return Query(session_, kPastThumbprints).bind(id).values<std::string>();
}

} // namespace chancery::db
