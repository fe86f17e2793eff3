#pragma once

#include "api/route.hpp"
#include "core/json.hpp"
#include "core/model/order.hpp"

/// /orders: every request for a certificate.
namespace chancery::api::orders {

Result<Answer> list(const Call& call, db::Session& session);
/// What a CA outside is to certify, for who carries it there.
Result<Answer> csr(const Call& call, db::Session& session);
/// What a CA outside certified, brought by hand.
Result<Answer> fulfil(const Call& call, db::UnitOfWork& work);
Result<Answer> cancel(const Call& call, db::UnitOfWork& work);
Result<Answer> show(const Call& call, db::Session& session);

/// A new order. Quick keys and CSRs are finished within the request (201); slow keys by a job (202), which
/// `Prefer: wait=N` waits for.
http::Awaitable<http::Response> create(Services& services, const Route& route, const http::Request& request);
/// The same from a failed order's parameters, as they were or edited by a merge patch in `changes`.
http::Awaitable<http::Response> resubmit(Services& services, const Route& route, const http::Request& request);

} // namespace chancery::api::orders
