#pragma once

#include "api/route.hpp"

/// /alerts: what a person should look at.
namespace chancery::api::alerts {

Result<Answer> list(const Call& call, db::Session& session);
Result<Answer> show(const Call& call, db::Session& session);
Result<Answer> change(const Call& call, db::UnitOfWork& work);

} // namespace chancery::api::alerts
