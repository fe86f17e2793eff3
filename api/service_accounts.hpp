#pragma once

#include "api/call.hpp"
#include "db/unit_of_work.hpp"

/// /service-accounts: service accounts and couriers, and their secrets.
namespace chancery::api::service_accounts {

Result<Answer> list(const Call& call, db::Session& session);
Result<Answer> create(const Call& call, db::UnitOfWork& work);
Result<Answer> show(const Call& call, db::Session& session);
Result<Answer> change(const Call& call, db::UnitOfWork& work);
Result<Answer> remove(const Call& call, db::UnitOfWork& work);
Result<Answer> list_secrets(const Call& call, db::Session& session);
Result<Answer> rotate_secret(const Call& call, db::UnitOfWork& work);

} // namespace chancery::api::service_accounts
