#pragma once

#include "api/call.hpp"

/// /saved-views: filters that people keep.
namespace chancery::api::saved_views {

Result<Answer> list(const Call& call, db::Session& session);
Result<Answer> create(const Call& call, db::UnitOfWork& work);
Result<Answer> show(const Call& call, db::Session& session);
Result<Answer> change(const Call& call, db::UnitOfWork& work);
Result<Answer> remove(const Call& call, db::UnitOfWork& work);

} // namespace chancery::api::saved_views
