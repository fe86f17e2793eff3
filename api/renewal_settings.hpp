#pragma once

#include "api/route.hpp"

/// /renewal-settings, and /certificates/{id}/renewal-settings: when certificates are renewed by themselves.
namespace chancery::api::renewal_settings {

Result<Answer> show(const Call& call, db::Session& session);
Result<Answer> change(const Call& call, db::UnitOfWork& work);
/// One certificate's own settings, those that count for it, and when it is due.
Result<Answer> show_own(const Call& call, db::Session& session);
Result<Answer> change_own(const Call& call, db::UnitOfWork& work);

} // namespace chancery::api::renewal_settings
