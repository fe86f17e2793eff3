#pragma once

#include "api/call.hpp"
#include "server/http/router.hpp"

namespace chancery::api {

/// The JSON REST door: /api/v1, and the document that describes it (/openapi.json, /openapi.yaml, /docs). It translates
/// and decides nothing. Outlives the router that it added its routes to.
class Door {
public:
    Door(issuance::Core& core, ApiSettings settings);
    Door(const Door&) = delete;
    Door& operator=(const Door&) = delete;

    /// Adds every route, and problem+json for what the API's prefix has not.
    void add_routes(http::Router& router);

private:
    Services services_;
};

} // namespace chancery::api
