#include "db/repositories/upstream_repository.hpp"

#include "db/sql_text.hpp"
#include "db/statement.hpp"

namespace chancery::db {
namespace {

constexpr SqlText kAccountColumns = "provider_id, directory_url, account_url, sealed_key, created_at";
constexpr std::string_view kInsertAccount =
    kSql<kInsertInto<"upstream_accounts", kAccountColumns>, " ON CONFLICT DO NOTHING">;
constexpr std::string_view kFindAccount =
    kSql<"SELECT ", kAccountColumns,
         " FROM upstream_accounts WHERE provider_id = :provider_id AND directory_url = :directory_url">;
constexpr std::string_view kSetUrl = R"sql(
    UPDATE upstream_accounts SET account_url = :account_url
     WHERE provider_id = :provider_id AND directory_url = :directory_url)sql";

constexpr SqlText kChallengeColumns = "order_id, authorization_url, type, identifier, token, content, prepared_at";
constexpr std::string_view kInsertChallenge =
    kSql<kInsertInto<"upstream_challenges", kChallengeColumns>, " ON CONFLICT DO NOTHING">;
constexpr std::string_view kOfOrder =
    kSql<"SELECT ", kChallengeColumns,
         " FROM upstream_challenges WHERE order_id = :order_id ORDER BY authorization_url">;
constexpr std::string_view kByToken =
    "SELECT content FROM upstream_challenges WHERE token = :token AND type = 'http-01'";
constexpr std::string_view kRemoveOfOrder = "DELETE FROM upstream_challenges WHERE order_id = :order_id";

template <class A> auto account_columns(A& a)
{
    return pack(a.provider_id, a.directory_url, a.account_url, a.sealed_key, a.created_at);
}

template <class C> auto challenge_columns(C& c)
{
    return pack(c.order_id, c.authorization_url, c.type, c.identifier, c.token, c.content, c.prepared_at);
}

UpstreamAccount read_account(Row& row)
{
    UpstreamAccount account;
    row.read_all(account_columns(account));
    return account;
}

UpstreamChallenge read_challenge(Row& row)
{
    UpstreamChallenge challenge;
    row.read_all(challenge_columns(challenge));
    return challenge;
}

} // namespace

bool UpstreamAccountRepository::insert(const UpstreamAccount& account)
{
    return Query(session_, kInsertAccount).bind_all(account_columns(account)).run() == 1;
}

std::optional<UpstreamAccount> UpstreamAccountRepository::find(const std::string& provider_id,
                                                               const std::string& directory_url)
{
    return Query(session_, kFindAccount).bind(provider_id, directory_url).one(read_account);
}

void UpstreamAccountRepository::set_url(const std::string& provider_id, const std::string& directory_url,
                                        const std::string& account_url)
{
    Query(session_, kSetUrl).bind(account_url, provider_id, directory_url).run();
}

bool UpstreamChallengeRepository::insert(const UpstreamChallenge& challenge)
{
    return Query(session_, kInsertChallenge).bind_all(challenge_columns(challenge)).run() == 1;
}

std::vector<UpstreamChallenge> UpstreamChallengeRepository::of_order(const std::string& order_id)
{
    return Query(session_, kOfOrder).bind(order_id).all(read_challenge);
}

std::optional<std::string> UpstreamChallengeRepository::key_authorization(const std::string& token)
{
    return Query(session_, kByToken).bind(token).value<std::string>();
}

void UpstreamChallengeRepository::remove_of_order(const std::string& order_id)
{
    Query(session_, kRemoveOfOrder).bind(order_id).run();
}

} // namespace chancery::db
