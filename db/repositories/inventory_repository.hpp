#pragma once

#include "core/model/inventory.hpp"
#include "db/page.hpp"
#include "db/session.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace chancery::db {

class SavedViewRepository {
public:
    explicit SavedViewRepository(Session& session) : session_(session) {}

    bool insert(const SavedView& view); ///< false when the owner has one of this name
    std::optional<SavedView> find(const std::string& id);
    std::vector<SavedView> list(const std::string& owner_id); ///< one's own and those that are shared, by name
    long long count_of(const std::string& owner_id);

    enum class Update { Done, OtherRevision, NameTaken };
    Update update(const SavedView& view); ///< raises the revision
    bool remove(const std::string& id, long long expected_revision);

private:
    Session& session_;
};

class BatchRepository {
public:
    explicit BatchRepository(Session& session) : session_(session) {}

    void insert(const BatchOperation& operation, const std::vector<std::string>& certificate_ids);
    std::optional<BatchOperation> find(const std::string& id);
    std::vector<BatchOperation> list(const std::string& requester_id, const PageRequest& page); ///< newest first
    long long count_of(const std::string& requester_id);
    std::map<BatchOutcome, long long> count(const std::string& id);
    std::vector<BatchItem> items(const std::string& id, std::optional<BatchOutcome> outcome, long long after,
                                 int limit);
    /// False when it was settled before.
    bool settle(const std::string& id, const BatchItem& item);
    void finish(const std::string& id, Time at);

private:
    Session& session_;
};

} // namespace chancery::db
