#include "db/repositories/crl_repository.hpp"

#include "db/sql_text.hpp"
#include "db/statement.hpp"

#include <algorithm>
#include <stdexcept>

namespace chancery::db {
namespace {

constexpr std::string_view kNextNumber =
    "UPDATE authorities SET crl_number = crl_number + 1 WHERE id = :id RETURNING crl_number";
constexpr SqlText kNumber = "SELECT crl_number FROM authorities WHERE id = :id";
constexpr std::string_view kHoldNumber = kSql<kNumber, " FOR SHARE">;

constexpr SqlText kColumns = "authority_id, number, this_update, next_update, shard, der";
constexpr std::string_view kSave = kInsertInto<"crls", kColumns>;
constexpr std::string_view kRemoveOld =
    "DELETE FROM crls WHERE authority_id = :id AND shard = :shard AND number < "
    "(SELECT min(number) FROM (SELECT number FROM crls WHERE authority_id = :same_id AND shard = :same_shard "
    "ORDER BY number DESC LIMIT 2) AS kept)";
constexpr std::string_view kLatest = kSql<"SELECT ", kColumns,
                                          " FROM crls WHERE authority_id = :id AND shard = :shard "
                                          "ORDER BY number DESC LIMIT 1">;
constexpr std::string_view kNewest = R"sql(
    SELECT authority_id, number, this_update, next_update, shard FROM crls c
     WHERE authority_id = :id
       AND number = (SELECT max(number) FROM crls n WHERE n.authority_id = c.authority_id AND n.shard = c.shard)
     ORDER BY shard)sql";

constexpr SqlText kPartitionColumns = "authority_id, shards, urls, used_until, created_at";
constexpr std::string_view kInsertPartition =
    kSql<kInsertInto<"crl_partitions", kPartitionColumns>, " ON CONFLICT DO NOTHING">;
constexpr SqlText kSelectPartitions = kSql<"SELECT ", kPartitionColumns, " FROM crl_partitions">;
constexpr std::string_view kAllPartitions = kSql<kSelectPartitions, " ORDER BY authority_id, shards">;
constexpr std::string_view kPartitionsOf = kSql<kSelectPartitions, " WHERE authority_id = :id ORDER BY shards">;
constexpr std::string_view kReplacePartition = R"sql(
    UPDATE crl_partitions SET urls = :urls, used_until = :used_until
     WHERE authority_id = :authority_id AND shards = :shards AND urls = :old_urls AND used_until = :old_used_until)sql";

template <class C> auto state_columns(C& crl)
{
    return pack(crl.authority_id, crl.number, crl.this_update, crl.next_update, crl.shard);
}

template <class P> auto partition_columns(P& partition)
{
    return pack(partition.authority_id, partition.shards, partition.urls, partition.used_until, partition.created_at);
}

CrlRecord read_state(Row& row)
{
    CrlRecord crl;
    row.read_all(state_columns(crl));
    return crl;
}

CrlRecord read_whole(Row& row)
{
    CrlRecord crl;
    row.read_all(state_columns(crl));
    row.read(Base64{crl.der});
    return crl;
}

CrlPartition read_partition(Row& row)
{
    CrlPartition partition;
    row.read_all(partition_columns(partition));
    return partition;
}

/// What both say.
CrlPartition joined(CrlPartition known, const CrlPartition& wanted)
{
    for (const auto& url : wanted.urls) {
        if (std::ranges::find(known.urls, url) == known.urls.end()) {
            known.urls.push_back(url);
        }
    }
    known.used_until = std::max(known.used_until, wanted.used_until);
    return known;
}

} // namespace

long long CrlRepository::next_number(const std::string& authority_id)
{
    const auto number = Query(session_, kNextNumber).bind(authority_id).value<long long>();
    if (!number) {
        throw std::runtime_error("a CRL number was asked for a CA that is not there");
    }
    return *number;
}

long long CrlRepository::hold_number(const std::string& authority_id)
{
    // SQLite has one writer; PostgreSQL needs the row to be held.
    const auto sql = session_.dialect() == Dialect::Postgres ? kHoldNumber : std::string_view(kNumber);
    return Query(session_, sql).bind(authority_id).value<long long>().value_or(0);
}

void CrlRepository::save(const CrlRecord& crl)
{
    Query(session_, kSave).bind_all(state_columns(crl)).bind(Base64{crl.der}).run();
    Query(session_, kRemoveOld).bind(crl.authority_id, crl.shard, crl.authority_id, crl.shard).run();
}

std::optional<CrlRecord> CrlRepository::latest(const std::string& authority_id, const std::string& shard)
{
    return Query(session_, kLatest).bind(authority_id, shard).one(read_whole);
}

std::vector<CrlRecord> CrlRepository::newest(const std::string& authority_id)
{
    return Query(session_, kNewest).bind(authority_id).all(read_state);
}

std::vector<CrlPartition> CrlRepository::partitions()
{
    return Query(session_, kAllPartitions).all(read_partition);
}

std::vector<CrlPartition> CrlRepository::partitions(const std::string& authority_id)
{
    return Query(session_, kPartitionsOf).bind(authority_id).all(read_partition);
}

bool CrlRepository::widen(const CrlPartition& wanted)
{
    if (Query(session_, kInsertPartition).bind_all(partition_columns(wanted)).run() == 1) {
        return true;
    }
    // Another unit may widen it at the same time: what it wrote is read and kept.
    constexpr int kTries = 10;
    for (int i = 0; i < kTries; ++i) {
        const auto known = partitions(wanted.authority_id);
        const auto old = std::ranges::find(known, wanted.shards, &CrlPartition::shards);
        if (old == known.end()) {
            break;
        }
        const auto fresh = joined(*old, wanted);
        if (fresh.urls == old->urls && fresh.used_until == old->used_until) {
            return false;
        }
        if (replace(*old, fresh)) {
            return true;
        }
    }
    throw std::runtime_error("a CRL partition could not be widened");
}

bool CrlRepository::replace(const CrlPartition& old, const CrlPartition& fresh)
{
    return Query(session_, kReplacePartition)
               .bind(fresh.urls, fresh.used_until, fresh.authority_id, fresh.shards, old.urls, old.used_until)
               .run() == 1;
}

} // namespace chancery::db
