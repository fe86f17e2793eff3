#pragma once

#include "api/call.hpp"

/// /stats: figures of what the caller may see of the inventory.
namespace chancery::api::statistics {

Result<Answer> expiry(const Call& call, db::Session& session);
Result<Answer> issuance(const Call& call, db::Session& session);
Result<Answer> status(const Call& call, db::Session& session);
Result<Answer> crypto(const Call& call, db::Session& session);

} // namespace chancery::api::statistics
