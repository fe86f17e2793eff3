#pragma once

#include "api/route.hpp"

/// /api-tokens: personal tokens for machines.
namespace chancery::api::api_tokens {

Result<Answer> list(const Call& call, db::Session& session);
Result<Answer> create(const Call& call, db::UnitOfWork& work);
Result<Answer> show(const Call& call, db::Session& session);
Result<Answer> revoke(const Call& call, db::UnitOfWork& work);

} // namespace chancery::api::api_tokens
