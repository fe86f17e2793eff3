#pragma once

#include "api/route.hpp"

/// /audit-events, /audit-log/head and /certificates/{id}/events: the log, read only.
namespace chancery::api::audit_events {

Result<Answer> list(const Call& call, db::Session& session);
Result<Answer> show(const Call& call, db::Session& session);
/// What happened to one certificate.
Result<Answer> of_certificate(const Call& call, db::Session& session);
Result<Answer> head(const Call& call, db::Session& session);

} // namespace chancery::api::audit_events
