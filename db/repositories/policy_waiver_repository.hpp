#pragma once

#include "core/model/policy_waiver.hpp"
#include "db/page.hpp"
#include "db/session.hpp"

#include <optional>
#include <string>
#include <vector>

namespace chancery::db {

struct WaiverFilter {
    std::string policy_id{};
    std::optional<WaiverState> state{};
    Time now{}; ///< what is expired
};

class PolicyWaiverRepository {
public:
    explicit PolicyWaiverRepository(Session& session) : session_(session) {}

    void insert(const PolicyWaiver& waiver);
    std::optional<PolicyWaiver> find(const std::string& id);
    /// Newest first unless the page says ascending.
    std::vector<PolicyWaiver> list(const WaiverFilter& filter, const PageRequest& page);
    long long count(const WaiverFilter& filter);
    /// All that nobody took back, expired ones with them: what the gate decides by.
    std::vector<PolicyWaiver> unrevoked();
    /// False when it is revoked already or the revision differs.
    bool revoke(const std::string& id, long long revision, const std::string& by, Time at);

private:
    Session& session_;
};

} // namespace chancery::db
