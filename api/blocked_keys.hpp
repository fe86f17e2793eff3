#pragma once

#include "api/route.hpp"

/// /blocked-keys: public keys that nobody gets certified. A key is named by the hash of its SubjectPublicKeyInfo.
namespace chancery::api::blocked_keys {

Result<Answer> list(const Call& call, db::Session& session);
Result<Answer> show(const Call& call, db::Session& session);
Result<Answer> create(const Call& call, db::UnitOfWork& work);
/// Many hashes at once.
Result<Answer> import(const Call& call, db::UnitOfWork& work);
Result<Answer> remove(const Call& call, db::UnitOfWork& work);

} // namespace chancery::api::blocked_keys
