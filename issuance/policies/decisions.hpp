#pragma once

#include "core/model/policy_decision.hpp"
#include "core/result.hpp"
#include "issuance/core.hpp"

#include <string>

/// What administrators and auditors do with policies and what they left behind; the engine itself is issuance/policy.
namespace chancery::issuance {

/// NotFound when there is no such decision or it is not the caller's to see.
Result<PolicyDecisionRecord> read_policy_decision(Core& core, db::Session& session, const Caller& caller,
                                                  const std::string& id);

} // namespace chancery::issuance
