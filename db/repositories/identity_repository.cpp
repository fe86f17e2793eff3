#include "db/repositories/identity_repository.hpp"

#include "db/list_query.hpp"
#include "db/sql_text.hpp"

namespace chancery::db {
namespace {

constexpr SqlText kUserColumns =
    "id, email, name, role, enabled, password_hash, domain_ids, created_at, updated_at, revision";
constexpr std::string_view kInsertUser = kSql<kInsertInto<"users", kUserColumns>, " ON CONFLICT DO NOTHING">;
constexpr std::string_view kFindUser = kSql<"SELECT ", kUserColumns, " FROM users WHERE id = :id">;
constexpr std::string_view kFindUserByEmail = kSql<"SELECT ", kUserColumns, " FROM users WHERE email = :email">;
constexpr std::string_view kListUsers = kSql<"SELECT ", kUserColumns, " FROM users">;
constexpr std::string_view kCountUsers = "SELECT count(*) FROM users";
constexpr SqlText kSuperAdministrators =
    "SELECT id FROM users WHERE role = 'super_administrator' AND enabled = 1 ORDER BY id";
// One unit at a time writes on SQLite. Always in the order of ids: two that wait for each other would be a deadlock.
constexpr std::string_view kHoldSuperAdministrators = kSql<kSuperAdministrators, " FOR UPDATE">;
constexpr std::string_view kAnySuperAdministrator = kSql<kSuperAdministrators, " LIMIT 1">;
constexpr std::string_view kHoldAllUsers = "LOCK TABLE users IN SHARE ROW EXCLUSIVE MODE";
constexpr std::string_view kUpdateUser = R"sql(
    UPDATE users
       SET email = :email, name = :name, role = :role, enabled = :enabled, password_hash = :password_hash,
           domain_ids = :domain_ids, updated_at = :updated_at, revision = revision + 1
     WHERE id = :id AND revision = :revision)sql";

constexpr SqlText kTokenColumns =
    "id, user_id, name, scope, token_hash, source_cidrs, created_at, expires_at, last_used_at, revoked_at";
constexpr std::string_view kInsertToken = kInsertInto<"api_tokens", kTokenColumns>;
constexpr std::string_view kFindToken = kSql<"SELECT ", kTokenColumns, " FROM api_tokens WHERE id = :id">;
constexpr std::string_view kFindTokenByHash =
    kSql<"SELECT ", kTokenColumns, " FROM api_tokens WHERE token_hash = :token_hash">;
constexpr std::string_view kTokensOfUser =
    kSql<"SELECT ", kTokenColumns, " FROM api_tokens WHERE user_id = :user_id ORDER BY created_at, id">;
constexpr std::string_view kRecordUse = R"sql(
    UPDATE api_tokens SET last_used_at = :at
     WHERE id = :id AND (last_used_at IS NULL OR last_used_at <= :least))sql";
constexpr std::string_view kRevokeToken =
    "UPDATE api_tokens SET revoked_at = :at WHERE id = :id AND revoked_at IS NULL";

constexpr SqlText kSessionColumns = "id, user_id, token_hash, csrf_token, source_address, created_at, expires_at";
constexpr std::string_view kInsertSession = kInsertInto<"sessions", kSessionColumns>;
constexpr std::string_view kFindSession =
    kSql<"SELECT ", kSessionColumns, " FROM sessions WHERE token_hash = :token_hash">;
constexpr std::string_view kFindSessionById = kSql<"SELECT ", kSessionColumns, " FROM sessions WHERE id = :id">;
constexpr std::string_view kLiveSessions =
    kSql<"SELECT ", kSessionColumns, " FROM sessions WHERE user_id = :user_id AND expires_at > :now ORDER BY id">;
constexpr std::string_view kRemoveSession = "DELETE FROM sessions WHERE id = :id";
constexpr std::string_view kRemoveSessionsOfUser = "DELETE FROM sessions WHERE user_id = :user_id";
constexpr std::string_view kRemoveExpiredSessions = "DELETE FROM sessions WHERE expires_at <= :now";

constexpr SqlText kLinkColumns = "id, user_id, issuer, subject, created_at";
constexpr std::string_view kInsertLink = kSql<kInsertInto<"identity_links", kLinkColumns>, " ON CONFLICT DO NOTHING">;
constexpr std::string_view kFindLink = kSql<"SELECT ", kLinkColumns, " FROM identity_links WHERE id = :id">;
constexpr std::string_view kLinkedUser =
    "SELECT user_id FROM identity_links WHERE issuer = :issuer AND subject = :subject";
constexpr std::string_view kLinksOfUser =
    kSql<"SELECT ", kLinkColumns, " FROM identity_links WHERE user_id = :user_id ORDER BY id">;
constexpr std::string_view kRemoveLink = "DELETE FROM identity_links WHERE id = :id";

template <class U> auto user_columns(U& u)
{
    return pack(u.id, u.email, u.name, u.role, u.enabled, u.password_hash, u.domain_ids, u.created_at, u.updated_at,
                u.revision);
}

template <class T> auto token_columns(T& t)
{
    return pack(t.id, t.user_id, t.name, t.scope, t.token_hash, t.source_cidrs, t.created_at, t.expires_at,
                t.last_used_at, t.revoked_at);
}

template <class L> auto link_columns(L& l)
{
    return pack(l.id, l.user_id, l.issuer, l.subject, l.created_at);
}

template <class S> auto session_columns(S& s)
{
    return pack(s.id, s.user_id, s.token_hash, s.csrf_token, s.source_address, s.created_at, s.expires_at);
}

User read_user(Row& row)
{
    User user;
    row.read_all(user_columns(user));
    return user;
}

ApiToken read_token(Row& row)
{
    ApiToken token;
    row.read_all(token_columns(token));
    return token;
}

IdentityLink read_link(Row& row)
{
    IdentityLink link;
    row.read_all(link_columns(link));
    return link;
}

chancery::Session read_session(Row& row)
{
    chancery::Session login;
    row.read_all(session_columns(login));
    return login;
}

} // namespace

bool UserRepository::insert(const User& user)
{
    return Query(session_, kInsertUser).bind_all(user_columns(user)).run() == 1;
}

std::optional<User> UserRepository::find(const std::string& id)
{
    return Query(session_, kFindUser).bind(id).one(read_user);
}

std::optional<User> UserRepository::find_by_email(const std::string& email)
{
    return Query(session_, kFindUserByEmail).bind(email).one(read_user);
}

std::vector<User> UserRepository::list(const PageRequest& page)
{
    Conditions where;
    where.page("email", Conditions::Key::Text, page);
    Query query(session_, std::string(kListUsers) + where.sql());
    return where.bind_to(query).all(read_user);
}

long long UserRepository::count()
{
    return Query(session_, kCountUsers).value<long long>().value_or(0);
}

std::vector<std::string> UserRepository::hold_super_administrators()
{
    const bool locks = session_.dialect() == Dialect::Postgres;
    return Query(session_, locks ? kHoldSuperAdministrators : std::string_view(kSuperAdministrators))
        .values<std::string>();
}

bool UserRepository::has_super_administrator()
{
    return Query(session_, kAnySuperAdministrator).value<std::string>().has_value();
}

void UserRepository::hold_all()
{
    if (session_.dialect() == Dialect::Postgres) {
        Query(session_, kHoldAllUsers).run();
    }
}

bool UserRepository::update(const User& user)
{
    return Query(session_, kUpdateUser)
               .bind(user.email, user.name, user.role, user.enabled, user.password_hash, user.domain_ids,
                     user.updated_at, user.id, user.revision)
               .run() == 1;
}

void ApiTokenRepository::insert(const ApiToken& token)
{
    Query(session_, kInsertToken).bind_all(token_columns(token)).run();
}

std::optional<ApiToken> ApiTokenRepository::find(const std::string& id)
{
    return Query(session_, kFindToken).bind(id).one(read_token);
}

std::optional<ApiToken> ApiTokenRepository::find_by_hash(const std::string& token_hash)
{
    return Query(session_, kFindTokenByHash).bind(token_hash).one(read_token);
}

std::vector<ApiToken> ApiTokenRepository::list_by_user(const std::string& user_id)
{
    return Query(session_, kTokensOfUser).bind(user_id).all(read_token);
}

bool ApiTokenRepository::revoke(const std::string& id, Time at)
{
    return Query(session_, kRevokeToken).bind(at, id).run() == 1;
}

void ApiTokenRepository::record_use(const std::string& id, Time at, Time least)
{
    Query(session_, kRecordUse).bind(at, id, least).run();
}

bool IdentityLinkRepository::insert(const IdentityLink& link)
{
    return Query(session_, kInsertLink).bind_all(link_columns(link)).run() == 1;
}

std::optional<IdentityLink> IdentityLinkRepository::find(const std::string& id)
{
    return Query(session_, kFindLink).bind(id).one(read_link);
}

std::optional<std::string> IdentityLinkRepository::user_of(const std::string& issuer, const std::string& subject)
{
    return Query(session_, kLinkedUser).bind(issuer, subject).value<std::string>();
}

std::vector<IdentityLink> IdentityLinkRepository::list_by_user(const std::string& user_id)
{
    return Query(session_, kLinksOfUser).bind(user_id).all(read_link);
}

bool IdentityLinkRepository::remove(const std::string& id)
{
    return Query(session_, kRemoveLink).bind(id).run() == 1;
}

void SessionRepository::insert(const chancery::Session& login)
{
    Query(session_, kInsertSession).bind_all(session_columns(login)).run();
}

std::optional<chancery::Session> SessionRepository::find_by_hash(const std::string& token_hash)
{
    return Query(session_, kFindSession).bind(token_hash).one(read_session);
}

std::optional<chancery::Session> SessionRepository::find(const std::string& id)
{
    return Query(session_, kFindSessionById).bind(id).one(read_session);
}

std::vector<chancery::Session> SessionRepository::live_of_user(const std::string& user_id, Time now)
{
    return Query(session_, kLiveSessions).bind(user_id, now).all(read_session);
}

void SessionRepository::remove(const std::string& id)
{
    Query(session_, kRemoveSession).bind(id).run();
}

void SessionRepository::remove_of_user(const std::string& user_id)
{
    Query(session_, kRemoveSessionsOfUser).bind(user_id).run();
}

long long SessionRepository::remove_expired(Time now)
{
    return Query(session_, kRemoveExpiredSessions).bind(now).run();
}

} // namespace chancery::db
