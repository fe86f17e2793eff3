#pragma once

#include "api/route.hpp"

/// /domains: registrations that permit names.
namespace chancery::api::domains {

Result<Answer> list(const Call& call, db::Session& session);
Result<Answer> create(const Call& call, db::UnitOfWork& work);
Result<Answer> show(const Call& call, db::Session& session);
Result<Answer> change(const Call& call, db::UnitOfWork& work);

} // namespace chancery::api::domains
