#pragma once

#include "api/route.hpp"

/// /providers: who issues.
namespace chancery::api::providers {

Result<Answer> list(const Call& call, db::Session& session);
Result<Answer> show(const Call& call, db::Session& session);
Result<Answer> change(const Call& call, db::UnitOfWork& work);

} // namespace chancery::api::providers
