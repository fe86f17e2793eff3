#pragma once

#include "api/route.hpp"

/// /certificates/{id}/renewals: a new certificate in the place of this one.
namespace chancery::api::renewals {

/// The certificate's lineage and what is under way.
Result<Answer> list(const Call& call, db::Session& session);
/// A renewal order with the certificate's parameters, as they are or edited by a merge patch in `changes`.
http::Awaitable<http::Response> create(Services& services, const Route& route, const http::Request& request);

} // namespace chancery::api::renewals
