#include "db/repositories/revocation_batch_repository.hpp"

#include "db/list_query.hpp"
#include "db/sql_text.hpp"

#include <algorithm>

namespace chancery::db {
namespace {

constexpr SqlText kColumns =
    "id, status, actor_type, actor_id, actor_name, selection, set_hash, total, code_mac, attempts, expires_at, reason, "
    "source_address, request_id, created_at, confirmed_at, completed_at, revision";
constexpr std::string_view kInsert = kInsertInto<"revocation_batches", kColumns>;
constexpr std::string_view kFind = kSql<"SELECT ", kColumns, " FROM revocation_batches WHERE id = :id">;
constexpr std::string_view kList = kSql<"SELECT ", kColumns, " FROM revocation_batches">;
constexpr std::string_view kCount = "SELECT count(*) FROM revocation_batches";
constexpr std::string_view kCountAttempt =
    "UPDATE revocation_batches SET attempts = attempts + 1 WHERE id = :id RETURNING attempts";
constexpr std::string_view kStart = R"sql(
    UPDATE revocation_batches
       SET status = 'running', reason = :reason, source_address = :source_address, request_id = :request_id,
           confirmed_at = :confirmed_at, revision = revision + 1
     WHERE id = :id AND status = 'previewed')sql";
constexpr std::string_view kComplete = R"sql(
    UPDATE revocation_batches SET status = 'complete', completed_at = :at, revision = revision + 1
     WHERE id = :id AND status = 'running')sql";

constexpr SqlText kItemColumns = "position, certificate_id, result, detail, done_at";
constexpr std::string_view kIds =
    "SELECT certificate_id FROM revocation_batch_items WHERE batch_id = :batch_id ORDER BY position";
constexpr std::string_view kListItems = kSql<"SELECT ", kItemColumns, " FROM revocation_batch_items">;
constexpr std::string_view kOpenItems =
    kSql<"SELECT ", kItemColumns,
         " FROM revocation_batch_items WHERE batch_id = :batch_id AND result IS NULL ORDER BY position LIMIT :most">;
constexpr std::string_view kSetResult = R"sql(
    UPDATE revocation_batch_items SET result = :result, detail = :detail, done_at = :done_at
     WHERE batch_id = :batch_id AND position = :position AND result IS NULL)sql";
constexpr std::string_view kFailOpen = R"sql(
    UPDATE revocation_batch_items SET result = 'failed', detail = :detail, done_at = :done_at
     WHERE batch_id = :batch_id AND result IS NULL)sql";
constexpr std::string_view kCounts = R"sql(
    SELECT coalesce(result, 'pending'), count(*) FROM revocation_batch_items
     WHERE batch_id = :batch_id GROUP BY coalesce(result, 'pending'))sql";
constexpr std::string_view kSharingKeys = R"sql(
    SELECT count(DISTINCT other.id)
      FROM revocation_batch_items item
      JOIN certificates own ON own.id = item.certificate_id
      JOIN certificates other ON other.spki_sha256 = own.spki_sha256
     WHERE item.batch_id = :batch_id AND other.source = 'managed' AND other.revoked_at IS NULL
       AND other.valid_to >= :now
       AND NOT EXISTS (SELECT 1 FROM revocation_batch_items among
                        WHERE among.batch_id = item.batch_id AND among.certificate_id = other.id))sql";
constexpr std::string_view kUnderWay = R"sql(
    SELECT count(DISTINCT item.certificate_id)
      FROM revocation_batch_items item JOIN orders o ON o.renews_certificate = item.certificate_id
     WHERE item.batch_id = :batch_id AND o.status NOT IN ('complete', 'failed'))sql";

constexpr std::size_t kRowsPerInsert = 50;

template <class B> auto columns(B& b)
{
    return pack(b.id, b.status, b.requested_by.type, b.requested_by.id, b.requested_by.name, b.selection, b.set_hash,
                b.total, b.code_mac, b.attempts, b.expires_at, b.reason, b.source_address, b.request_id, b.created_at,
                b.confirmed_at, b.completed_at, b.revision);
}

RevocationBatch read_batch(Row& row)
{
    RevocationBatch batch;
    row.read_all(columns(batch));
    return batch;
}

RevocationBatchItem read_item(Row& row)
{
    RevocationBatchItem item;
    row.read(item.position, item.certificate_id, item.result, item.detail, item.done_at);
    return item;
}

std::string insert_items(std::size_t rows)
{
    std::string sql = "INSERT INTO revocation_batch_items (batch_id, position, certificate_id, detail) VALUES";
    for (std::size_t row = 0; row < rows; ++row) {
        const auto n = std::to_string(row);
        sql += row == 0 ? " " : ", ";
        sql += "(:b" + n + ", :p" + n + ", :c" + n + ", '')";
    }
    return sql;
}

} // namespace

void RevocationBatchRepository::insert(const RevocationBatch& batch, const std::vector<std::string>& certificate_ids)
{
    Query(session_, kInsert).bind_all(columns(batch)).run();
    for (std::size_t first = 0; first < certificate_ids.size(); first += kRowsPerInsert) {
        const auto rows = std::min(kRowsPerInsert, certificate_ids.size() - first);
        Query query(session_, insert_items(rows));
        for (std::size_t i = first; i < first + rows; ++i) {
            query.bind(batch.id, static_cast<long long>(i + 1), certificate_ids[i]);
        }
        query.run();
    }
}

std::optional<RevocationBatch> RevocationBatchRepository::find(const std::string& id)
{
    return Query(session_, kFind).bind(id).one(read_batch);
}

std::vector<RevocationBatch> RevocationBatchRepository::list(const std::string& actor_id, const PageRequest& page)
{
    Conditions where;
    where.add_equal("actor_id", actor_id);
    where.page("created_at", Conditions::Key::Number, page);
    Query query(session_, std::string(kList) + where.sql());
    return where.bind_to(query).all(read_batch);
}

long long RevocationBatchRepository::count(const std::string& actor_id)
{
    Conditions where;
    where.add_equal("actor_id", actor_id);
    Query query(session_, std::string(kCount) + where.sql());
    return where.bind_to(query).value<long long>().value_or(0);
}

int RevocationBatchRepository::count_attempt(const std::string& id)
{
    return Query(session_, kCountAttempt).bind(id).value<int>().value_or(0);
}

bool RevocationBatchRepository::start(const RevocationBatch& batch)
{
    return Query(session_, kStart)
               .bind(batch.reason, batch.source_address, batch.request_id, batch.confirmed_at, batch.id)
               .run() == 1;
}

bool RevocationBatchRepository::complete(const std::string& id, Time at)
{
    return Query(session_, kComplete).bind(at, id).run() == 1;
}

std::vector<std::string> RevocationBatchRepository::certificate_ids(const std::string& id)
{
    return Query(session_, kIds).bind(id).values<std::string>();
}

std::vector<RevocationBatchItem> RevocationBatchRepository::list_items(const std::string& id,
                                                                       std::optional<RevocationResult> result,
                                                                       const PageRequest& page)
{
    Conditions where;
    where.add_equal("batch_id", id);
    if (result) {
        where.add_is("result", *result);
    }
    where.page("position", Conditions::Key::Number, page, "certificate_id");
    Query query(session_, std::string(kListItems) + where.sql());
    return where.bind_to(query).all(read_item);
}

std::vector<RevocationBatchItem> RevocationBatchRepository::open_items(const std::string& id, int limit)
{
    return Query(session_, kOpenItems).bind(id, limit).all(read_item);
}

void RevocationBatchRepository::set_result(const std::string& id, const RevocationBatchItem& item)
{
    Query(session_, kSetResult).bind(item.result, item.detail, item.done_at, id, item.position).run();
}

void RevocationBatchRepository::fail_open_items(const std::string& id, const std::string& detail, Time at)
{
    Query(session_, kFailOpen).bind(detail, at, id).run();
}

RevocationCounts RevocationBatchRepository::counts(const std::string& id)
{
    RevocationCounts counts;
    const auto rows = Query(session_, kCounts).bind(id).all([](Row& row) {
        std::pair<std::string, long long> group;
        row.read(group.first, group.second);
        return group;
    });
    for (const auto& [result, count] : rows) {
        (result == "revoked"           ? counts.revoked
         : result == "already_revoked" ? counts.already_revoked
         : result == "failed"          ? counts.failed
                                       : counts.pending) = count;
    }
    return counts;
}

long long RevocationBatchRepository::count_sharing_keys(const std::string& id, Time now)
{
    return Query(session_, kSharingKeys).bind(id, now).value<long long>().value_or(0);
}

long long RevocationBatchRepository::count_under_way(const std::string& id)
{
    return Query(session_, kUnderWay).bind(id).value<long long>().value_or(0);
}

} // namespace chancery::db
