#pragma once

#include "core/model/policy_replay.hpp"
#include "db/page.hpp"
#include "db/session.hpp"

#include <optional>
#include <string>
#include <vector>

namespace chancery::db {

class PolicyReplayRepository {
public:
    explicit PolicyReplayRepository(Session& session) : session_(session) {}

    void insert(const PolicyReplay& replay);
    std::optional<PolicyReplay> find(const std::string& id);
    /// Newest first unless the page says ascending; sorted by creation. Of everybody, or of one.
    std::vector<PolicyReplay> list(std::optional<ReplayState> state, const PageRequest& page,
                                   const std::optional<Actor>& requested_by = {});
    long long count(std::optional<ReplayState> state, const std::optional<Actor>& requested_by = {});
    /// Pending or running.
    long long count_under_way();

    /// State, progress and tally, of one that is pending or running. False when it is not, or the revision is not the
    /// one given: somebody else went on with it or ended it. Raises the revision.
    bool save(const PolicyReplay& replay);
    /// Ends one that is pending or running, however far it is; false when it is over. Raises the revision.
    bool cancel(const std::string& id, Time at);

private:
    Session& session_;
};

} // namespace chancery::db
