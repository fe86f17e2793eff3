#include "db/repositories/certificate_conditions.hpp"
#include "db/repositories/certificate_repository.hpp"
#include "db/repositories/figures.hpp"
#include "db/statement.hpp"

#include <algorithm>

namespace chancery::db {
namespace {

/// Which of the parts a row is, where the last is what none of the others is.
SqlPiece part_of(const std::vector<FilterNode>& parts, Time now)
{
    SqlPiece piece{"CASE"};
    for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
        piece.sql += " WHEN ";
        piece.add(check_of(stored_form(parts[i], now), now));
        piece.sql += " THEN " + std::to_string(i);
    }
    piece.sql += " ELSE " + std::to_string(parts.size() - 1) + " END";
    return parts.size() > 1 ? piece : SqlPiece{"0"};
}

} // namespace

std::vector<std::vector<long long>> CertificateRepository::count_parts(const CertificateFilter& filter,
                                                                       CertificateField moment,
                                                                       const std::vector<Time>& bounds,
                                                                       const std::vector<FilterNode>& parts)
{
    const bool expiry = moment == CertificateField::ValidTo;
    prefer_indexes(session_);
    const auto where = where_of(session_, filter, expiry ? CertificateSort::ValidTo : CertificateSort::CreatedAt);
    const auto part = part_of(parts, filter.now);
    const auto columns = std::max<std::size_t>(parts.size(), 1);
    const std::string cell =
        span_of(expiry ? "valid_to" : "created_at", bounds.size()) + " * " + std::to_string(columns) + " + " + part.sql;
    // Materialized, or SQLite would work out the parts of each row twice.
    Query query(session_, numbered(std::string("WITH cells AS ") + (columns > 1 ? "" : "NOT ") +
                                   "MATERIALIZED (SELECT " + cell + " AS cell FROM certificates") +
                              where.sql() + ") SELECT cell, count(*) FROM cells GROUP BY cell");
    for (const auto& bound : bounds) {
        query.bind(bound);
    }
    for (const auto& value : part.values) {
        std::visit([&](const auto& each) { query.bind(each); }, value);
    }
    std::vector<std::vector<long long>> counts(bounds.size() + 1, std::vector<long long>(columns, 0));
    for (const auto& [at, count] : where.bind_to(query).all([](Row& row) {
             std::pair<std::size_t, long long> one;
             row.read(one.first, one.second);
             return one;
         })) {
        counts.at(at / columns).at(at % columns) = count;
    }
    return counts;
}

std::vector<long long> CertificateRepository::count_between(const CertificateFilter& filter, CertificateField moment,
                                                            const std::vector<Time>& bounds)
{
    std::vector<long long> counts;
    for (const auto& parts : count_parts(filter, moment, bounds, {})) {
        counts.push_back(parts.front());
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
