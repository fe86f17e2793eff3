#pragma once

#include "issuance/gate.hpp"
#include "issuance/policy/facts.hpp"
#include "issuance/refusal.hpp"

#include <optional>
#include <string>

/// What the gate leaves behind: decisions, and the audit log's records of what it refused.
namespace chancery::issuance {

/// What the policies were asked, and what they said.
struct Judged {
    policy::Facts facts{};
    policy::Decision decision{};        ///< without an id: the request did not come as far
    std::string provider_id{};          ///< the chosen one; empty when it did not come as far
    std::optional<Actor> renewed_for{}; ///< of a renewal: whose the certificate is
};

/// A decision on its way to be stored.
struct Decided {
    const std::string& order_id; ///< of the order that the request becomes if it is let through
    Time at{};
    const Judged& judged;
};

/// Stays whatever becomes of the unit: of a refusal it is what the problem's `decision_id` leads to.
void keep_decision(db::UnitOfWork& work, const Actor& requester, Pathway pathway, const Decided& decided);

/// The waivers that a request was let through by, if any.
void record_waived(db::UnitOfWork& work, const Caller& caller, const Decided& decided);

/// A refusal by any rule of the gate: its audit record and, unless the request is of an order that there is already,
/// the failed order that it is kept as (product: every request is an order). A request that the state of what it names
/// does not allow, such as the renewal of what is being renewed, or that names no provider there is, is none. Returns
/// what the caller is told.
std::unexpected<Problem> refused(Core& core, db::UnitOfWork& work, const Caller& caller,
                                 const CertificateRequest& request, const Decided& decided, Refusal refusal);

} // namespace chancery::issuance
