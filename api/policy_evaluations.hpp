#pragma once

#include "api/route.hpp"

/// /policy-evaluations: what the policies say of a request that is not submitted.
namespace chancery::api::policy_evaluations {

Result<Answer> evaluate(const Call& call, db::Session& session);

} // namespace chancery::api::policy_evaluations
