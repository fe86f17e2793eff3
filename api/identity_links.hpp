#pragma once

#include "api/call.hpp"
#include "db/unit_of_work.hpp"

/// /users/{id}/identity-links and /identity-links: whom the OpenID provider's subjects are here.
namespace chancery::api::identity_links {

Result<Answer> list(const Call& call, db::Session& session);
Result<Answer> create(const Call& call, db::UnitOfWork& work);
Result<Answer> show(const Call& call, db::Session& session);
Result<Answer> remove(const Call& call, db::UnitOfWork& work);

} // namespace chancery::api::identity_links
