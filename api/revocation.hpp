#pragma once

#include "api/route.hpp"

/// /certificates/{id}/revocation-challenges and /revocation.
namespace chancery::api::revocation {

Result<Answer> challenge(const Call& call, db::UnitOfWork& work);
Result<Answer> revoke(const Call& call, db::UnitOfWork& work);
Result<Answer> show(const Call& call, db::Session& session);

} // namespace chancery::api::revocation
