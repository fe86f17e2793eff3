#pragma once

#include "api/call.hpp"

/// /acme-servers/{id}/accounts, /acme-accounts and /acme-bindings: ACME accounts as administrators keep them.
namespace chancery::api::acme_accounts {

Result<Answer> list(const Call& call, db::Session& session);
/// An account made in advance; its MAC key is in this answer and in no other.
Result<Answer> create(const Call& call, db::UnitOfWork& work);
Result<Answer> show(const Call& call, db::Session& session);
Result<Answer> change(const Call& call, db::UnitOfWork& work);
Result<Answer> replace_credentials(const Call& call, db::UnitOfWork& work);
/// Lifts the pauses of names that kept failing.
Result<Answer> resume(const Call& call, db::UnitOfWork& work);

Result<Answer> list_bindings(const Call& call, db::Session& session);
Result<Answer> bind(const Call& call, db::UnitOfWork& work);
Result<Answer> show_binding(const Call& call, db::Session& session);
Result<Answer> unbind(const Call& call, db::UnitOfWork& work);

} // namespace chancery::api::acme_accounts
