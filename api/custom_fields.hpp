#pragma once

#include "api/call.hpp"

/// /custom-fields: fields of the inventory that administrators add.
namespace chancery::api::custom_fields {

Result<Answer> list(const Call& call, db::Session& session);
Result<Answer> create(const Call& call, db::UnitOfWork& work);
Result<Answer> show(const Call& call, db::Session& session);
Result<Answer> change(const Call& call, db::UnitOfWork& work);
Result<Answer> retire(const Call& call, db::UnitOfWork& work);

} // namespace chancery::api::custom_fields
