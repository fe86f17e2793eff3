#pragma once

#include "core/model/certificate.hpp"
#include "issuance/core.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>

/// Revocations of certificates that CAs outside issued: recorded here at once, published by the CA when it answers.
namespace chancery::issuance::providers {

/// Tells a CA of a revocation.
inline constexpr std::string_view kRevokeJob = "provider.revoke";

/// Part of the unit that records the revocation: `certificate.revoke.dispatched` and the job that tells the CA. For a
/// CA that cannot be told by machine, an alert instead. Nothing for certificates of the local PKI.
void dispatch_revocation(Core& core, db::UnitOfWork& work, const Caller& caller, const Certificate& certificate,
                         RevocationReason reason);

/// The handler of `provider.revoke` jobs, registered with `handle_whole`: what may pass is retried with growing delays
/// for a week; either end is recorded.
boost::asio::awaitable<void> execute_revocation(Core& core, Job job);

} // namespace chancery::issuance::providers
