#pragma once

#include "core/model/certificate.hpp"
#include "core/model/order.hpp"
#include "issuance/core.hpp"
#include "issuance/gate.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <optional>
#include <string>

namespace chancery::issuance {

/// An order that was accepted durably together with its intent: what is left is a signature and its storing.
struct Accepted {
    Order order{};
    IssuanceIntent intent{};
    bool ready_to_sign = false; ///< false: a job generates its key, or a CA outside has it
    Caller caller{};            ///< for the audit records of the second half
    std::vector<std::string> tags{};
};

/// First transaction of an issuance. Runs the gate; stores order, intent (serial and to-be-signed bytes), the generated
/// key (automated; `generated` made by the caller beforehand unless it is slow to make), the audit record
/// `certificate.request_….submitted`, and a job that finishes the order should this process die.
Result<Accepted> accept_order(Core& core, db::UnitOfWork& work, const Caller& caller, const CertificateRequest& request,
                              const pki::PrivateKey& generated = {});

/// Whether the platform makes such a key within the request (EC, Ed25519) rather than by a job (RSA).
bool is_quick_to_generate(KeyAlgorithm algorithm);

/// What finishing an order gave.
struct Finished {
    Order order{};
    std::optional<Certificate> certificate{}; ///< with DER, when complete
};

/// Runs in the second transaction, after order and certificate were stored: for what must be true together with them.
using AlsoWrite = std::function<void(db::UnitOfWork&, const Finished&)>;

/// Second half: signs the intent (off the network thread when the CA's key is slow) and stores certificate, order,
/// ACME order, audit records and alerts in one transaction. Exactly once: when somebody else finished it meanwhile, the
/// stored result is returned.
boost::asio::awaitable<Finished> finish_order(Core& core, Accepted accepted, AlsoWrite also = {});

/// The handler of `order.execute` jobs: finishes what a request or a dead process left, generating the key if needed.
boost::asio::awaitable<void> execute_order(Core& core, std::string order_id);

/// Waits until the order is final or `wait` is over; returns it as it is then.
boost::asio::awaitable<Order> wait_for_order(Core& core, std::string order_id, std::chrono::seconds wait);

/// The order's JSON `request` turned back into a request, with RFC 7396 `changes` merged in: for resubmission.
Result<CertificateRequest> read_request(Core& core, const std::string& original, const std::string& changes = "{}");
/// The `request` member of an order: {common_name, subject_alternative_names, key_algorithm, csr, …}.
Result<CertificateRequest> parse_request(Core& core, json::Reader& in);

/// A new order with the parameters of a failed one, edited or not, linked to it. Conflict unless that one failed.
Result<CertificateRequest> resubmission(Core& core, db::Session& session, const Caller& caller,
                                        const std::string& order_id, const std::string& changes);

/// NotFound when it does not exist or is not the caller's to see.
Result<Order> read_order(Core& core, db::Session& session, const Caller& caller, const std::string& id);

} // namespace chancery::issuance
