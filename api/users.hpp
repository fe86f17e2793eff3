#pragma once

#include "api/route.hpp"

/// /users: people and their roles.
namespace chancery::api::users {

Result<Answer> list(const Call& call, db::Session& session);
Result<Answer> create(const Call& call, db::UnitOfWork& work);
Result<Answer> show(const Call& call, db::Session& session);
Result<Answer> change(const Call& call, db::UnitOfWork& work);

} // namespace chancery::api::users
