#pragma once

#include "api/route.hpp"

/// /certificates: the inventory.
namespace chancery::api::certificates {

Result<Answer> list(const Call& call, db::Session& session);
/// Writing, because every look at a certificate is recorded.
Result<Answer> show(const Call& call, db::UnitOfWork& work);
Result<Answer> change(const Call& call, db::UnitOfWork& work);
Result<Answer> pem(const Call& call, db::UnitOfWork& work);
Result<Answer> chain(const Call& call, db::UnitOfWork& work);
Result<Answer> der(const Call& call, db::UnitOfWork& work);

} // namespace chancery::api::certificates
