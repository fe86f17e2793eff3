#pragma once

#include "api/idempotency.hpp"
#include "api/route.hpp"
#include "issuance/identity/identity.hpp"

#include <functional>

/// The one way from a request to an answer: credentials, right, transaction, idempotency, refusals.
namespace chancery::api {

using ReadWork = std::function<Result<Answer>(const Call&, db::Session&)>;
using WriteWork = std::function<Result<Answer>(const Call&, db::UnitOfWork&)>;

issuance::Credentials credentials_of(const http::Request& request);
/// Whether a request brought anything that could be credentials: nothing costly is done for one that did not.
bool has_credentials(const http::Request& request);

/// Who calls, with the route's right; refusals are recorded in `work`. The first thing done in every transaction.
Result<issuance::Caller> admit_caller(Services& services, const Route& route, const http::Request& request,
                                      db::UnitOfWork& work);
/// The same again, later in a long answer: with the credentials, the role and the grants as they are by then. Records
/// nothing.
Result<issuance::Caller> recheck_caller(Services& services, const Route& route, const http::Request& request,
                                        db::Session& session);

/// Runs `work` in one read-only transaction.
http::Awaitable<Result<Answer>> read(Services& services, const Route& route, const http::Request& request,
                                     ReadWork work);
/// Runs `work` in one transaction, under the request's Idempotency-Key where the route honours one.
http::Awaitable<Result<Answer>> write(Services& services, const Route& route, const http::Request& request,
                                      WriteWork work);

/// The answer as it is sent: refusals as problems, 304 where the client has it, Cache-Control.
http::Response finish(const http::Request& request, Result<Answer> outcome);

/// Serves one request of the route: media types first, then its action; a full database queue is a 503.
http::Awaitable<http::Response> serve(Services& services, const Route& route, const http::Request& request);

} // namespace chancery::api
