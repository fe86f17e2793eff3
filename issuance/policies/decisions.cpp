#include "issuance/policies/decisions.hpp"

#include "db/repositories/policy_decision_repository.hpp"

namespace chancery::issuance {

Result<PolicyDecisionRecord> read_policy_decision(db::Session& session, const Caller& caller, const std::string& id)
{
    if (!has_right(caller, Right::ReadOrders)) {
        return refuse(Code::Forbidden, "The caller may not read orders and what was decided about them.");
    }
    auto record = db::PolicyDecisionRepository(session).find(id);
    const auto& actor = caller.actor;
    const bool own = record && record->requested_by.type == actor.type && record->requested_by.id == actor.id;
    if (!record || (!own && !has_right(caller, Right::ReadAllOrders))) {
        return refuse(Code::NotFound, "There is no such policy decision.");
    }
    return std::move(*record);
}

std::optional<Actor> requester_of_decisions(const Caller& caller)
{
    return has_right(caller, Right::ReadAllOrders) ? std::nullopt : std::optional(caller.actor);
}

} // namespace chancery::issuance
