#pragma once

#include "core/model/custom_field.hpp"
#include "issuance/core.hpp"

/// Fields of the inventory that administrators add.
namespace chancery::issuance::inventory {

/// AlreadyExists when the name is taken, also by one that is retired.
Result<CustomField> create_custom_field(Core& core, db::UnitOfWork& work, const Caller& caller, CustomField field);
/// Description, whether it is required, and further choices; what was a choice stays one, since certificates have it.
Result<CustomField> update_custom_field(Core& core, db::UnitOfWork& work, const Caller& caller, CustomField field,
                                        long long expected_revision);
Result<void> retire_custom_field(Core& core, db::UnitOfWork& work, const Caller& caller, const std::string& id,
                                 long long expected_revision);

} // namespace chancery::issuance::inventory
