#pragma once

#include "issuance/gate.hpp"
#include "issuance/policy/facts.hpp"
#include "issuance/refusal.hpp"

#include <optional>

/// What the gate has to know of CAs outside.
namespace chancery::issuance::providers {

/// What the provider's CA cannot do of what is asked.
std::optional<Refusal> objection_to(const Provider& provider, const CertificateRequest& request,
                                    const policy::Facts& facts);

/// The request with the validity that the provider's CA will give, where the request does not say.
CertificateRequest with_validity(const Provider& provider, CertificateRequest request);

} // namespace chancery::issuance::providers
