#pragma once

#include "core/model/policy.hpp"
#include "issuance/gate.hpp"

#include <optional>

/// What the policies would say: of a request that is not submitted.
namespace chancery::issuance {

struct Evaluation {
    CertificateRequest request{};     ///< with `renews_certificate`: of the kind renewal
    std::optional<Actor> requester{}; ///< type and id of whose request it would be; without: the caller's own
    std::optional<Policy> draft{};    ///< judged with the stored ones, in the place of one that has its name
};

/// The decision that the gate would make; nothing is stored. Forbidden without the right to see everybody's orders
/// (requester) or to replay policies (draft); ValidationError for a requester or certificate that is not there for the
/// caller, and for a draft that could not be stored.
Result<policy::Decision> evaluate(Core& core, db::Session& session, const Caller& caller, Evaluation wanted);

} // namespace chancery::issuance
