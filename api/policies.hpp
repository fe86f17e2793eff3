#pragma once

#include "api/route.hpp"

/// /policies with their versions, and /policy-rules, the catalogue.
namespace chancery::api::policies {

Result<Answer> list(const Call& call, db::Session& session);
Result<Answer> create(const Call& call, db::UnitOfWork& work);
Result<Answer> show(const Call& call, db::Session& session);
Result<Answer> replace(const Call& call, db::UnitOfWork& work);
Result<Answer> change(const Call& call, db::UnitOfWork& work);
Result<Answer> retire(const Call& call, db::UnitOfWork& work);
Result<Answer> versions(const Call& call, db::Session& session);
Result<Answer> catalogue(const Call& call, db::Session& session);

} // namespace chancery::api::policies
