#pragma once

#include "api/call.hpp"

/// /stats: figures of what the caller may see of the inventory, of orders, and of what policies decided.
namespace chancery::api::statistics {

Result<Answer> expiry(const Call& call, db::Session& session);
Result<Answer> issuance(const Call& call, db::Session& session);
Result<Answer> status(const Call& call, db::Session& session);
Result<Answer> crypto(const Call& call, db::Session& session);
Result<Answer> succession(const Call& call, db::Session& session);
Result<Answer> orders(const Call& call, db::Session& session);
Result<Answer> order_durations(const Call& call, db::Session& session);
Result<Answer> policy_outcomes(const Call& call, db::Session& session);

} // namespace chancery::api::statistics
