#pragma once

#include "core/json.hpp"
#include "tests/support/api_world.hpp"

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// The OpenAPI document as the server carries it, and the routes that it is about.
namespace chancery::test {

/// (method, path) -> operation, as the document has them.
std::map<std::pair<std::string, std::string>, json::Reader> documented();

/// An operation of the API as a request that its reader understands.
struct Operation {
    std::string method{};
    std::string pattern{};
    std::string media_type{}; ///< of its body; empty when it takes none
    std::string example{};    ///< of its body
    bool idempotent = false;  ///< takes an Idempotency-Key
    bool open = false;        ///< to everybody

    std::string name() const { return method + ' ' + pattern; }

    /// Its path with `id` for every parameter.
    std::string target(std::string_view id) const;
    ApiAnswer send(const ApiClient& client, const std::string& target, ApiClient::Headers headers = {}) const;
};

/// Every operation under /api/v1.
std::vector<Operation> operations();

/// All that the server serves but ACME, whose contract is RFC 8555.
http::Router whole_router(ApiWorld& world);

} // namespace chancery::test
