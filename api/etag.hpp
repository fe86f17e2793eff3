#pragma once

#include "core/result.hpp"
#include "server/http/message.hpp"

#include <string>
#include <string_view>

/// Strong validators (RFC 9110 section 8.8.3). A tag is `"<revision>"`, or `"<revision>.<rest>"` where the answer shows
/// values that change without a new revision (days until expiry, counters).
namespace chancery::api {

std::string make_etag(long long revision, std::string_view rest = {});

/// `current` when If-Match names it: then that is the revision to change. PreconditionRequired without the field,
/// PreconditionFailed when it names others only. What follows the revision in a tag does not count: it is not what a
/// writer must have seen. `*` names whatever is there.
Result<long long> matched_revision(const http::Request& request, long long current);

} // namespace chancery::api
