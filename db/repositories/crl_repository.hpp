#pragma once

#include "core/model/authority.hpp"
#include "db/session.hpp"

#include <optional>
#include <string>
#include <vector>

namespace chancery::db {

/// The CRLs of the CAs, full and sharded, and the divisions into shards that certificates name.
class CrlRepository {
public:
    explicit CrlRepository(Session& session) : session_(session) {}

    /// Takes the next CRL number of the CA (RFC 5280 section 5.2.3: it only grows).
    long long next_number(const std::string& authority_id);
    /// The CA's CRL number as it is. On PostgreSQL nobody takes the next one until the unit ends: a CRL with a higher
    /// number then reads what the unit wrote.
    long long hold_number(const std::string& authority_id);

    /// Keeps it and the one before of the same shard; older ones are removed.
    void save(const CrlRecord& crl);
    std::optional<CrlRecord> latest(const std::string& authority_id, const std::string& shard = {});
    /// The newest CRL of each shard, and the full one, without `der`.
    std::vector<CrlRecord> newest(const std::string& authority_id);

    std::vector<CrlPartition> partitions();
    std::vector<CrlPartition> partitions(const std::string& authority_id);
    /// Makes the partition, or widens it by those URLs and that time. True when that changed anything.
    bool widen(const CrlPartition& wanted);

private:
    bool replace(const CrlPartition& old, const CrlPartition& fresh);
    Session& session_;
};

} // namespace chancery::db
