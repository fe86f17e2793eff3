#pragma once

#include "api/call.hpp"
#include "db/session.hpp"

/// What the policies decided, of requests let through and refused.
namespace chancery::api::policy_decisions {

Result<Answer> list(const Call& call, db::Session& session);
Result<Answer> show(const Call& call, db::Session& session);

} // namespace chancery::api::policy_decisions
