#pragma once

#include "api/call.hpp"

/// /certificates/batch-operations: one change of many certificates.
namespace chancery::api::batch_operations {

Result<Answer> list(const Call& call, db::Session& session);
Result<Answer> create(const Call& call, db::UnitOfWork& work);
Result<Answer> show(const Call& call, db::Session& session);
Result<Answer> items(const Call& call, db::Session& session);

} // namespace chancery::api::batch_operations
