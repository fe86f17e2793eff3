#pragma once

#include "db/session.hpp"
#include "issuance/access.hpp"

#include <optional>

namespace chancery::issuance {

/// Somebody on whose behalf a job works, with role, scope and grants as they are now rather than when they asked: for
/// people `scope` is what they asked with. Nothing when the user or account is gone, disabled or expired.
std::optional<Caller> current_caller(db::Session& session, const Actor& actor, Scope scope, Time now);

} // namespace chancery::issuance
