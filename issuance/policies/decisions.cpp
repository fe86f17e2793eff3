#include "issuance/policies/decisions.hpp"

#include "db/repositories/policy_decision_repository.hpp"
#include "issuance/inventory/visibility.hpp"

namespace chancery::issuance {

Result<PolicyDecisionRecord> read_policy_decision(Core& core, db::Session& session, const Caller& caller,
                                                  const std::string& id)
{
    if (!has_right(caller, Right::ReadOrders)) {
        return refuse(Code::Forbidden, "The caller may not read orders and what was decided about them.");
    }
    auto record = db::PolicyDecisionRepository(session).find(id, inventory::visible_requests(core, session, caller));
    if (!record) {
        return refuse(Code::NotFound, "There is no such policy decision.");
    }
    return std::move(*record);
}

} // namespace chancery::issuance
