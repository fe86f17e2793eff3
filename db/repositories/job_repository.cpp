#include "db/repositories/operation_repository.hpp"
#include "db/sql_text.hpp"
#include "db/statement.hpp"

#include <algorithm>

namespace chancery::db {
namespace {

constexpr SqlText kColumns =
    "id, kind, subject_id, payload, attempts, run_at, lease_owner, lease_until, last_error, created_at";
// Work whose id says what it is may be asked for by two units at once: it is one row.
constexpr std::string_view kInsert = kSql<kInsertInto<"jobs", kColumns>, " ON CONFLICT (id) DO NOTHING">;
constexpr std::string_view kFind = kSql<"SELECT ", kColumns, " FROM jobs WHERE id = :id">;

// Two statements, so that each has its own small index: jobs that nobody has, and those whose owner let the lease run
// out.
constexpr SqlText kTake = "UPDATE jobs SET lease_owner = :owner, lease_until = :lease_until, attempts = attempts + 1 "
                          "WHERE id IN (SELECT id FROM jobs WHERE ";
constexpr SqlText kFree = "lease_owner = '' AND run_at <= :now ORDER BY run_at, id LIMIT :most";
constexpr SqlText kOver = "lease_owner <> '' AND lease_until <= :now ORDER BY lease_until, id LIMIT :most";
constexpr SqlText kReturn = kSql<") RETURNING ", kColumns>;
constexpr std::string_view kClaimFree = kSql<kTake, kFree, kReturn>;
constexpr std::string_view kClaimOver = kSql<kTake, kOver, kReturn>;
// SQLite has one writer; on PostgreSQL claimers pass over what another one holds instead of waiting for it.
constexpr std::string_view kClaimFreePostgres = kSql<kTake, kFree, " FOR UPDATE SKIP LOCKED", kReturn>;
constexpr std::string_view kClaimOverPostgres = kSql<kTake, kOver, " FOR UPDATE SKIP LOCKED", kReturn>;

constexpr std::string_view kExtend =
    "UPDATE jobs SET lease_until = :lease_until WHERE id = :id AND lease_owner = :owner";
constexpr std::string_view kRemove = "DELETE FROM jobs WHERE id = :id";
constexpr std::string_view kRetryAt = R"sql(
    UPDATE jobs SET lease_owner = '', lease_until = 0, run_at = :run_at, last_error = :error WHERE id = :id)sql";
constexpr std::string_view kRelease =
    "UPDATE jobs SET lease_owner = '', lease_until = 0 WHERE lease_owner <> '' AND lease_owner = :owner";
constexpr std::string_view kNextDue = R"sql(
    SELECT min(due) FROM (SELECT min(run_at) AS due FROM jobs WHERE lease_owner = ''
                          UNION ALL
                          SELECT min(lease_until) AS due FROM jobs WHERE lease_owner <> '') AS both_kinds)sql";
constexpr std::string_view kCount = "SELECT count(*) FROM jobs";

template <class J> auto columns(J& j)
{
    return pack(j.id, j.kind, j.subject_id, j.payload, j.attempts, j.run_at, j.lease_owner, j.lease_until, j.last_error,
                j.created_at);
}

Job read_job(Row& row)
{
    Job job;
    row.read_all(columns(job));
    return job;
}

} // namespace

void JobRepository::insert(const Job& job)
{
    Query(session_, kInsert).bind_all(columns(job)).run();
}

std::vector<Job> JobRepository::claim(const std::string& owner, Time now, Time lease_until, int limit)
{
    const bool postgres = session_.dialect() == Dialect::Postgres;
    auto jobs =
        Query(session_, postgres ? kClaimFreePostgres : kClaimFree).bind(owner, lease_until, now, limit).all(read_job);
    const auto rest = limit - static_cast<int>(jobs.size());
    if (rest > 0) {
        const auto over = Query(session_, postgres ? kClaimOverPostgres : kClaimOver)
                              .bind(owner, lease_until, now, rest)
                              .all(read_job);
        jobs.insert(jobs.end(), over.begin(), over.end());
    }
    std::sort(jobs.begin(), jobs.end(),
              [](const Job& a, const Job& b) { return std::tie(a.run_at, a.id) < std::tie(b.run_at, b.id); });
    return jobs;
}

std::optional<Job> JobRepository::find(const std::string& id)
{
    return Query(session_, kFind).bind(id).one(read_job);
}

void JobRepository::extend(const std::string& id, const std::string& owner, Time lease_until)
{
    Query(session_, kExtend).bind(lease_until, id, owner).run();
}

void JobRepository::remove(const std::string& id)
{
    Query(session_, kRemove).bind(id).run();
}

void JobRepository::retry_at(const std::string& id, Time run_at, const std::string& error)
{
    Query(session_, kRetryAt).bind(run_at, error, id).run();
}

long long JobRepository::release(const std::string& owner)
{
    return Query(session_, kRelease).bind(owner).run();
}

std::optional<Time> JobRepository::next_due()
{
    return Query(session_, kNextDue).value<std::optional<Time>>().value_or(std::nullopt);
}

long long JobRepository::count()
{
    return Query(session_, kCount).value<long long>().value_or(0);
}

} // namespace chancery::db
