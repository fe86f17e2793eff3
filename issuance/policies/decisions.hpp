#pragma once

#include "core/model/policy_decision.hpp"
#include "core/result.hpp"
#include "issuance/access.hpp"

#include <optional>
#include <string>

/// What administrators and auditors do with policies and what they left behind; the engine itself is issuance/policy.
namespace chancery::issuance {

/// NotFound when there is no such decision or it is about somebody else's request and the caller sees only their own.
Result<PolicyDecisionRecord> read_policy_decision(db::Session& session, const Caller& caller, const std::string& id);

/// About whose requests the caller sees decisions; nothing: about everybody's.
std::optional<Actor> requester_of_decisions(const Caller& caller);

} // namespace chancery::issuance
