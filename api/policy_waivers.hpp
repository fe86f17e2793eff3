#pragma once

#include "api/call.hpp"
#include "db/unit_of_work.hpp"

/// Leaves not to meet a rule of a policy.
namespace chancery::api::policy_waivers {

Result<Answer> list(const Call& call, db::Session& session);
Result<Answer> create(const Call& call, db::UnitOfWork& work);
Result<Answer> show(const Call& call, db::Session& session);
/// It stays to be read, and lets nobody off any more.
Result<Answer> revoke(const Call& call, db::UnitOfWork& work);

} // namespace chancery::api::policy_waivers
