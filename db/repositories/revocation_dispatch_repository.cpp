#include "db/repositories/revocation_dispatch_repository.hpp"

#include "db/sql_text.hpp"
#include "db/statement.hpp"

namespace chancery::db {
namespace {

constexpr SqlText kColumns =
    "certificate_id, provider_id, job_id, reason, recorded_at, published_at, failed_at, tries, last_words";
constexpr std::string_view kPut = kSql<kInsertInto<"revocation_dispatches", kColumns>, R"sql(
    ON CONFLICT (certificate_id) DO UPDATE
       SET job_id = excluded.job_id, reason = excluded.reason, recorded_at = excluded.recorded_at,
           published_at = NULL, failed_at = excluded.failed_at, tries = 0, last_words = excluded.last_words)sql">;
constexpr std::string_view kFind =
    kSql<"SELECT ", kColumns, " FROM revocation_dispatches WHERE certificate_id = :certificate_id">;
constexpr std::string_view kCountFailure = R"sql(
    UPDATE revocation_dispatches SET tries = tries + 1, last_words = :words
     WHERE certificate_id = :certificate_id)sql";
constexpr std::string_view kMarkPublished = R"sql(
    UPDATE revocation_dispatches SET published_at = :at
     WHERE certificate_id = :certificate_id AND job_id = :job_id AND published_at IS NULL AND failed_at IS NULL)sql";
constexpr std::string_view kMarkFailed = R"sql(
    UPDATE revocation_dispatches SET failed_at = :at, last_words = :words
     WHERE certificate_id = :certificate_id AND job_id = :job_id AND published_at IS NULL AND failed_at IS NULL)sql";

template <class D> auto columns(D& d)
{
    return pack(d.certificate_id, d.provider_id, d.job_id, d.reason, d.recorded_at, d.published_at, d.failed_at,
                d.tries, d.last_words);
}

RevocationDispatch read_dispatch(Row& row)
{
    RevocationDispatch dispatch;
    row.read_all(columns(dispatch));
    return dispatch;
}

} // namespace

void RevocationDispatchRepository::put(const RevocationDispatch& dispatch)
{
    Query(session_, kPut).bind_all(columns(dispatch)).run();
}

std::optional<RevocationDispatch> RevocationDispatchRepository::find(const std::string& certificate_id)
{
    return Query(session_, kFind).bind(certificate_id).one(read_dispatch);
}

void RevocationDispatchRepository::count_failure(const std::string& certificate_id, const std::string& words)
{
    Query(session_, kCountFailure).bind(words, certificate_id).run();
}

bool RevocationDispatchRepository::mark_published(const std::string& certificate_id, const std::string& job_id, Time at)
{
    return Query(session_, kMarkPublished).bind(at, certificate_id, job_id).run() == 1;
}

bool RevocationDispatchRepository::mark_failed(const std::string& certificate_id, const std::string& job_id,
                                               const std::string& words, Time at)
{
    return Query(session_, kMarkFailed).bind(at, words, certificate_id, job_id).run() == 1;
}

} // namespace chancery::db
