#pragma once

#include "api/route.hpp"

/// Policies run over the inventory and the orders.
namespace chancery::api::policy_replays {

Result<Answer> list(const Call& call, db::Session& session);
http::Awaitable<http::Response> create(Services& services, const Route& route, const http::Request& request);
Result<Answer> show(const Call& call, db::Session& session);
Result<Answer> cancel(const Call& call, db::UnitOfWork& work);

} // namespace chancery::api::policy_replays
