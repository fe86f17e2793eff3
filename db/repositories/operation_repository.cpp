#include "db/repositories/operation_repository.hpp"

#include "db/sql_text.hpp"
#include "db/statement.hpp"

namespace chancery::db {
namespace {

constexpr SqlText kKeyColumns = "caller_id, idempotency_key, request_hash, status, headers, body, created_at";
constexpr std::string_view kInsertKey = kSql<kInsertInto<"idempotency_keys", kKeyColumns>, " ON CONFLICT DO NOTHING">;
constexpr std::string_view kFindKey =
    kSql<"SELECT ", kKeyColumns,
         " FROM idempotency_keys WHERE caller_id = :caller_id AND idempotency_key = :idempotency_key">;
constexpr std::string_view kCompleteKey = R"sql(
    UPDATE idempotency_keys SET status = :status, headers = :headers, body = :body
     WHERE caller_id = :caller_id AND idempotency_key = :idempotency_key)sql";
constexpr std::string_view kRemoveKey =
    "DELETE FROM idempotency_keys WHERE caller_id = :caller_id AND idempotency_key = :idempotency_key";
constexpr std::string_view kRemoveOldKeys = "DELETE FROM idempotency_keys WHERE created_at < :limit_time";

constexpr SqlText kChallengeColumns = "id, certificate_id, caller_id, code_mac, attempts, expires_at, used_at";
constexpr std::string_view kInsertChallenge = kSql<kInsertInto<"revocation_challenges", kChallengeColumns>, R"sql(
    ON CONFLICT (certificate_id, caller_id) DO UPDATE
       SET id = excluded.id, code_mac = excluded.code_mac, attempts = excluded.attempts,
           expires_at = excluded.expires_at, used_at = excluded.used_at)sql">;
constexpr std::string_view kFindChallenge =
    kSql<"SELECT ", kChallengeColumns,
         " FROM revocation_challenges WHERE certificate_id = :certificate_id AND caller_id = :caller_id">;
constexpr std::string_view kCountAttempt =
    "UPDATE revocation_challenges SET attempts = attempts + 1 WHERE id = :id RETURNING attempts";
constexpr std::string_view kUseChallenge =
    "UPDATE revocation_challenges SET used_at = :at WHERE id = :id AND used_at IS NULL";
constexpr std::string_view kRemoveExpiredChallenges = "DELETE FROM revocation_challenges WHERE expires_at < :before";

template <class R> auto key_columns(R& r)
{
    return pack(r.caller_id, r.key, r.request_hash, r.status, r.headers, r.body, r.created_at);
}

template <class C> auto challenge_columns(C& c)
{
    return pack(c.id, c.certificate_id, c.caller_id, c.code_mac, c.attempts, c.expires_at, c.used_at);
}

} // namespace

std::optional<IdempotencyRecord> IdempotencyRepository::find(const std::string& caller_id, const std::string& key)
{
    return Query(session_, kFindKey).bind(caller_id, key).one([](Row& row) {
        IdempotencyRecord record;
        row.read_all(key_columns(record));
        return record;
    });
}

bool IdempotencyRepository::insert(const IdempotencyRecord& record)
{
    return Query(session_, kInsertKey).bind_all(key_columns(record)).run() == 1;
}

void IdempotencyRepository::complete(const IdempotencyRecord& record)
{
    Query(session_, kCompleteKey).bind(record.status, record.headers, record.body, record.caller_id, record.key).run();
}

void IdempotencyRepository::remove(const std::string& caller_id, const std::string& key)
{
    Query(session_, kRemoveKey).bind(caller_id, key).run();
}

long long IdempotencyRepository::remove_older_than(Time limit)
{
    return Query(session_, kRemoveOldKeys).bind(limit).run();
}

void RevocationChallengeRepository::insert(const RevocationChallenge& challenge)
{
    Query(session_, kInsertChallenge).bind_all(challenge_columns(challenge)).run();
}

std::optional<RevocationChallenge> RevocationChallengeRepository::find(const std::string& certificate_id,
                                                                       const std::string& caller_id)
{
    return Query(session_, kFindChallenge).bind(certificate_id, caller_id).one([](Row& row) {
        RevocationChallenge challenge;
        row.read_all(challenge_columns(challenge));
        return challenge;
    });
}

int RevocationChallengeRepository::count_attempt(const std::string& id)
{
    return Query(session_, kCountAttempt).bind(id).value<int>().value_or(0);
}

bool RevocationChallengeRepository::use(const std::string& id, Time at)
{
    return Query(session_, kUseChallenge).bind(at, id).run() == 1;
}

long long RevocationChallengeRepository::remove_expired(Time before)
{
    return Query(session_, kRemoveExpiredChallenges).bind(before).run();
}

} // namespace chancery::db
