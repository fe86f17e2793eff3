#pragma once

#include "core/model/inventory.hpp"
#include "issuance/core.hpp"

/// Views of the inventory that people keep. Their filter is checked when it is written and applied with the rights of
/// whoever looks.
namespace chancery::issuance::inventory {

/// One's own, or one that is shared; NotFound for others.
Result<SavedView> find_view(db::Session& session, const Caller& caller, const std::string& id);

/// ValidationError with pointers; AlreadyExists when the caller has a view of that name; Conflict beyond 200 of them.
Result<SavedView> create_view(Core& core, db::UnitOfWork& work, const Caller& caller, SavedView view);
/// Only its owner; Forbidden for a view that somebody else shares.
Result<SavedView> update_view(Core& core, db::UnitOfWork& work, const Caller& caller, SavedView view,
                              long long expected_revision);
Result<void> remove_view(Core& core, db::UnitOfWork& work, const Caller& caller, const std::string& id,
                         long long expected_revision);

} // namespace chancery::issuance::inventory
