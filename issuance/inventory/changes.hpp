#pragma once

#include "core/model/audit.hpp"
#include "issuance/core.hpp"

#include <string>
#include <vector>

/// What has changed of orders, certificates and alerts, for whoever waits for it. The audit log is where changes of
/// every server stand in one order, so that its sequence says where a reader goes on.
namespace chancery::issuance::inventory {

struct Change {
    long long sequence = 0;
    Time at{};
    std::string type{};          ///< "certificate.revoke.success": the audit log's name of it
    std::string resource_type{}; ///< "order", "certificate", "alert"
    std::string resource_id{};
};

struct Changes {
    std::vector<Change> changes{}; ///< those that the caller may see
    long long read_up_to = 0;      ///< where to go on
    bool more = false;             ///< whether there is more to read at once
};

/// Changes after a sequence. Who did it is not told: that is the audit log's to tell.
Changes changes_after(Core& core, db::Session& session, const Caller& caller, long long sequence);

/// The sequence of the last record.
long long last_sequence(db::Session& session);

} // namespace chancery::issuance::inventory
