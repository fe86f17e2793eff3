#pragma once

#include "api/idempotency.hpp"
#include "api/route.hpp"
#include "issuance/gate.hpp"

#include <functional>
#include <optional>
#include <string>

/// How a request becomes an order, whatever resource it was posted to: /orders, a resubmission, a renewal.
namespace chancery::api::orders {

/// What a submission needs before its transaction, and what comes of it.
struct Submission {
    std::optional<IdempotencyKey> key{};
    Result<issuance::CertificateRequest> wanted{};
    pki::PrivateKey generated{};
    std::string caller_id{};
    std::optional<http::Response> replay{};
};

/// Accepts the order and signs what can be signed within the request (201); slow keys are left to a job (202), which
/// `Prefer: wait=N` waits for. A repeated Idempotency-Key is answered as the first one was.
http::Awaitable<http::Response> submit(Services& services, const Route& route, const http::Request& request,
                                       Submission submission);

/// The `changes` member of a body: a merge patch for an earlier order's parameters.
Result<std::string> read_changes(const http::Request& request);

/// Finds out what is wanted, for a caller who is known and has the route's right.
using Derive = std::function<Result<issuance::CertificateRequest>(db::Session&, const issuance::Caller&,
                                                                  const std::string& id, const std::string& changes)>;
/// A submission whose parameters are those of the resource with the path's id, edited by `changes`.
http::Awaitable<http::Response> submit_derived(Services& services, const Route& route, const http::Request& request,
                                               Derive derive);

} // namespace chancery::api::orders
