#pragma once

#include "issuance/orders.hpp"

#include <string>

/// How orders end. Shared by the request that made an order and the job that takes it over.
namespace chancery::issuance {

inline bool is_final(OrderStatus status)
{
    return status == OrderStatus::Complete || status == OrderStatus::Failed;
}

/// The job that finishes an order has the order's id: it is removed without being looked for.
Job job_for_order(const std::string& order_id, Time now);

/// The order's caller as the audit log knows them, when the request itself is long gone.
Caller requester_of(const Order& order);

/// The inventory's row of a certificate that was signed for an order (DER): from what was signed, not from what was
/// meant, so that a request and a restart after a crash store the same.
Certificate certificate_for(const Accepted& accepted, const std::string& der, Time now);

/// Stores the signed certificate with all that goes with it. When the order is not processing any more, what is stored.
Finished complete_order(Core& core, db::UnitOfWork& work, const Accepted& accepted, const std::string& der);

/// Stores the failure with audit record and alert; the same when it ended before.
Finished fail_order(Core& core, db::UnitOfWork& work, const Accepted& accepted, const Problem& problem);

/// The order, and its certificate when complete.
Finished stored_result(db::UnitOfWork& work, const std::string& order_id);

} // namespace chancery::issuance
