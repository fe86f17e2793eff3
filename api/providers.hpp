#pragma once

#include "api/route.hpp"

/// /providers: who issues.
namespace chancery::api::providers {

Result<Answer> list(const Call& call, db::Session& session);
Result<Answer> create(const Call& call, db::UnitOfWork& work);
Result<Answer> show(const Call& call, db::Session& session);
Result<Answer> change(const Call& call, db::UnitOfWork& work);
/// Asks the CA outside, between two transactions.
http::Awaitable<http::Response> check(Services& services, const Route& route, const http::Request& request);

} // namespace chancery::api::providers
