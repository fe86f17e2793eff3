#pragma once

#include "api/route.hpp"

/// /roles: which rights each role has.
namespace chancery::api::roles {

Result<Answer> table(const Call& call, db::Session& session);

} // namespace chancery::api::roles
