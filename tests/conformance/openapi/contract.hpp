#pragma once

#include "core/json.hpp"
#include "tests/support/api_world.hpp"

#include <map>
#include <string>
#include <utility>

/// The OpenAPI document as the server carries it, and the routes that it is about.
namespace chancery::test {

/// (method, path) -> operation, as the document has them.
std::map<std::pair<std::string, std::string>, json::Reader> documented();

/// All that the server serves but ACME, whose contract is RFC 8555.
http::Router whole_router(ApiWorld& world);

} // namespace chancery::test
