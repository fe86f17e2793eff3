#pragma once

#include "core/model/policy_waiver.hpp"
#include "issuance/core.hpp"

#include <string>

namespace chancery::issuance {

/// Forbidden unless the caller is a person: a waiver has a name under it.
Result<void> require_waiver_approver(const Caller& caller);

/// Stores a waiver that the caller approves; id, approver and times are filled in. ValidationError where it is for
/// nothing or several things at once, names a rule that the policy does not have, or runs longer than a year; Forbidden
/// for a request of the caller's own.
Result<PolicyWaiver> grant_waiver(Core& core, db::UnitOfWork& work, const Caller& caller, PolicyWaiver waiver);

/// Takes it back for all requests from now on. NotFound, PreconditionFailed, Conflict when that was done before.
Result<void> revoke_waiver(Core& core, db::UnitOfWork& work, const Caller& caller, const std::string& id,
                           long long expected_revision);

} // namespace chancery::issuance
