#pragma once

#include "core/model/provider.hpp"
#include "issuance/orders.hpp"

#include <optional>
#include <string>
#include <vector>

/// How an order at a CA outside ends. Shared by the job and the operator's upload.
namespace chancery::issuance::providers {

/// What has come between the gate and the CA and would make the gate refuse the order now.
struct Change {
    std::string words{};
    RevocationReason reason{}; ///< for which a certificate that comes all the same is revoked
};

/// Its key was blocked, or the certificate that it renews was revoked.
std::optional<Change> changed_since(db::Session& session, const Order& order, const ExternalOrder& external);

/// Verifies what came back and stores it with its chain: certificate, order, audit record. The Problem of
/// `verify_issued` when it is not what was asked for; then nothing but the text of it was stored.
/// PolicyHardFail when a policy blocks what the CA made of the request (judgement.hpp); what the policies only warn of
/// goes to order and certificate. A certificate whose order the gate would refuse by now (`changed_since`) is revoked
/// with that.
Result<Finished> fulfil(Core& core, db::UnitOfWork& work, const Caller& caller, const Order& order,
                        const ExternalOrder& external, const std::vector<std::string>& certificates);

/// The order and what its requester learns; the job goes with it.
Finished give_up(Core& core, db::UnitOfWork& work, const Order& order, const std::string& words);

/// The end of an order whose certificate a policy blocks although its request was let through: the order fails, and the
/// certificate, which is in the world, goes to the inventory and is revoked at the CA.
Finished withdraw(Core& core, db::UnitOfWork& work, const Order& order, const ExternalOrder& external,
                  const std::vector<std::string>& certificates, const Problem& problem);

/// An alert that a provider failed: one for each provider, counted.
void tell_failure(Core& core, db::UnitOfWork& work, const Order& order, const std::string& words, bool final);

Problem refused_upload(const std::string& detail);

} // namespace chancery::issuance::providers
