#pragma once

#include "issuance/orders.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>

/// Orders that a CA outside fulfils: accepted by the same gate, then taken further by a job or, with the kind `manual`,
/// by a person.
namespace chancery::issuance::providers {

/// Takes an order further at its CA.
inline constexpr std::string_view kExternalOrderJob = "provider.order";

/// Part of the unit that accepts the order: what is to be certified, and the job that submits it. `key` is the
/// platform's, or empty where the request brought a CSR.
void store_external(Core& core, db::UnitOfWork& work, const Order& order, const Admission& admission,
                    const CertificateRequest& request, const pki::PrivateKey& key);

/// The handler of `provider.order` jobs, registered with `handle_whole`: submits, or asks how far the CA is, and puts
/// the job off until it is to be asked again. What may pass is retried with growing delays and jitter, for a day; the
/// order then fails with the CA's own words. May run again at any point: the state that it starts from is in the row.
boost::asio::awaitable<void> execute_external(Core& core, std::string order_id);

/// The CSR of an order that is under way at a CA outside, DER. NotFound when it has none, Conflict when it ended.
Result<std::string> csr_of_order(Core& core, db::Session& session, const Caller& caller, const std::string& order_id);

/// The certificate of an order at a `manual` provider, with its chain, PEM. ProviderFailed's reasons as a
/// ValidationError: the order waits on for the right one.
Result<Finished> fulfil_by_hand(Core& core, db::UnitOfWork& work, const Caller& caller, const std::string& order_id,
                                const std::string& pem);

/// Ends an order that waits for a certificate from an operator, who says why: it fails with that. Forbidden without
/// FulfilOrders; Conflict when it waits for none; ValidationError for a reason that is not of 1 to 500 octets.
Result<Finished> cancel_waiting(Core& core, db::UnitOfWork& work, const Caller& caller, const std::string& order_id,
                                const std::string& reason);

} // namespace chancery::issuance::providers
