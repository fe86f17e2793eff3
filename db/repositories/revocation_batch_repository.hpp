#pragma once

#include "core/model/revocation_batch.hpp"
#include "db/page.hpp"
#include "db/session.hpp"

#include <optional>
#include <string>
#include <vector>

namespace chancery::db {

/// How many certificates of a batch ended how.
struct RevocationCounts {
    long long revoked = 0;
    long long already_revoked = 0;
    long long failed = 0;
    long long pending = 0;
};

class RevocationBatchRepository {
public:
    explicit RevocationBatchRepository(Session& session) : session_(session) {}

    /// With an item for each certificate, in that order.
    void insert(const RevocationBatch& batch, const std::vector<std::string>& certificate_ids);
    std::optional<RevocationBatch> find(const std::string& id);
    /// By creation; `actor_id` empty: everybody's.
    std::vector<RevocationBatch> list(const std::string& actor_id, const PageRequest& page);
    long long count(const std::string& actor_id);

    /// One more wrong code; returns those so far.
    int count_attempt(const std::string& id);
    /// previewed -> running, with reason, time, address and request id. False when it is not previewed any more.
    bool start(const RevocationBatch& batch);
    /// running -> complete. False when it is not running.
    bool complete(const std::string& id, Time at);

    std::vector<std::string> certificate_ids(const std::string& id);
    std::vector<RevocationBatchItem> list_items(const std::string& id, std::optional<RevocationResult> result,
                                                const PageRequest& page);
    std::vector<RevocationBatchItem> open_items(const std::string& id, int limit);
    /// Nothing when it has one.
    void set_result(const std::string& id, const RevocationBatchItem& item);
    /// Every item without a result fails for this reason.
    void fail_open_items(const std::string& id, const std::string& detail, Time at);
    RevocationCounts counts(const std::string& id);

    /// Certificates in use outside the batch that carry a key of one in it.
    long long count_sharing_keys(const std::string& id, Time now);
    /// Certificates of the batch that an order, not yet final, is to replace.
    long long count_under_way(const std::string& id);

private:
    Session& session_;
};

} // namespace chancery::db
