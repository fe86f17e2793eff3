#pragma once

#include "api/call.hpp"

/// /tags: the tags of the certificates that the caller may see.
namespace chancery::api::tags {

Result<Answer> list(const Call& call, db::Session& session);

} // namespace chancery::api::tags
