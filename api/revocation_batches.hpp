#pragma once

#include "api/route.hpp"

/// /revocation-batches: many revocations, previewed and confirmed by one code.
namespace chancery::api::revocation_batches {

Result<Answer> list(const Call& call, db::Session& session);
/// The preview, with the code that is shown once.
Result<Answer> create(const Call& call, db::UnitOfWork& work);
Result<Answer> show(const Call& call, db::Session& session);
/// What became of each certificate.
Result<Answer> items(const Call& call, db::Session& session);
/// Confirms it with the code; a job does the rest.
Result<Answer> revoke(const Call& call, db::UnitOfWork& work);

} // namespace chancery::api::revocation_batches
