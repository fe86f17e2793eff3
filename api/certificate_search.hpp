#pragma once

#include "api/call.hpp"

/// The catalogue of the inventory's fields, and the search that takes a filter as a structure.
namespace chancery::api::certificate_search {

Result<Answer> fields(const Call& call, db::Session& session);
Result<Answer> search(const Call& call, db::Session& session);

} // namespace chancery::api::certificate_search
