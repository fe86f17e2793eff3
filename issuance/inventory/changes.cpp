#include "issuance/inventory/changes.hpp"

#include "db/repositories/audit_repository.hpp"
#include "issuance/administration.hpp"
#include "issuance/audit.hpp"
#include "issuance/certificates.hpp"
#include "issuance/orders.hpp"

#include <algorithm>

namespace chancery::issuance::inventory {
namespace {

constexpr int kMaxRead = 200;

/// Reading changes nothing, and what was refused has not happened; but a failed order has changed.
bool is_change(const AuditEvent& event)
{
    constexpr std::string_view kReads[] = {audit::kViewAccessed, audit::kDownloadSuccess, audit::kDownloadPfxSuccess,
                                           audit::kRevokeRequested};
    const bool failed_order = event.action == audit::kIssuanceFailed;
    return failed_order ||
           (event.outcome == Outcome::Success && std::ranges::find(kReads, event.action) == std::end(kReads));
}

bool may_see(Core& core, db::Session& session, const Caller& caller, const AuditEvent& event)
{
    if (event.resource_type == "certificate") {
        return find_certificate(core, session, caller, event.resource_id).has_value();
    }
    if (event.resource_type == "order") {
        return read_order(core, session, caller, event.resource_id).has_value();
    }
    return event.resource_type == "alert" && read_alert(core, session, caller, event.resource_id).has_value();
}

} // namespace

Changes changes_after(Core& core, db::Session& session, const Caller& caller, long long sequence)
{
    db::AuditRepository log(session);
    // Before the records: what comes in between is read the next time.
    Changes found{.read_up_to = std::max(sequence, log.head().sequence)};
    const auto events = log.range_of({"order", "certificate", "alert"}, sequence + 1, kMaxRead);
    found.more = events.size() == static_cast<std::size_t>(kMaxRead);
    if (!events.empty() && (found.more || events.back().sequence > found.read_up_to)) {
        found.read_up_to = events.back().sequence;
    }
    for (const auto& event : events) {
        if (is_change(event) && may_see(core, session, caller, event)) {
            found.changes.push_back({.sequence = event.sequence,
                                     .at = event.at,
                                     .type = event.action,
                                     .resource_type = event.resource_type,
                                     .resource_id = event.resource_id});
        }
    }
    return found;
}

long long last_sequence(db::Session& session)
{
    return db::AuditRepository(session).head().sequence;
}

} // namespace chancery::issuance::inventory
