#include "db/repositories/certificate_conditions.hpp"
#include "db/repositories/certificate_repository.hpp"
#include "db/statement.hpp"

namespace chancery::db {
namespace {

/// "CASE WHEN column < :b0 THEN 0 WHEN … ELSE n END"
std::string bucket_of(std::string_view column, std::size_t bounds)
{
    std::string sql = "CASE";
    for (std::size_t i = 0; i < bounds; ++i) {
        sql += " WHEN " + std::string(column) + " < :b" + std::to_string(i) + " THEN " + std::to_string(i);
    }
    return sql + " ELSE " + std::to_string(bounds) + " END";
}

} // namespace

std::vector<long long> CertificateRepository::count_between(const CertificateFilter& filter, CertificateField moment,
                                                            const std::vector<Time>& bounds)
{
    const bool expiry = moment == CertificateField::ValidTo;
    prefer_indexes(session_);
    const auto where = where_of(session_, filter, expiry ? CertificateSort::ValidTo : CertificateSort::CreatedAt);
    Query query(session_, "SELECT bucket, count(*) FROM (SELECT " +
                              bucket_of(expiry ? "valid_to" : "created_at", bounds.size()) +
                              " AS bucket FROM certificates" + where.sql() + ") AS bucketed GROUP BY bucket");
    for (const auto& bound : bounds) {
        query.bind(bound);
    }
    std::vector<long long> counts(bounds.size() + 1, 0);
    for (const auto& [bucket, count] : where.bind_to(query).all([](Row& row) {
             std::pair<long long, long long> one;
             row.read(one.first, one.second);
             return one;
         })) {
        counts.at(static_cast<std::size_t>(bucket)) = count;
    }
    return counts;
}

std::vector<CryptoCount> CertificateRepository::count_by_crypto(const CertificateFilter& filter)
{
    prefer_indexes(session_);
    const auto where = where_of(session_, filter, {});
    Query query(session_, "SELECT algorithm, digest, count(*) FROM certificates" + where.sql() +
                              " GROUP BY algorithm, digest ORDER BY algorithm, digest");
    return where.bind_to(query).all([](Row& row) {
        CryptoCount one;
        row.read(one.algorithm, one.digest, one.certificates);
        return one;
    });
}

} // namespace chancery::db
