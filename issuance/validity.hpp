#pragma once

#include "issuance/core.hpp"
#include "issuance/gate.hpp"
#include "issuance/refusal.hpp"

#include <optional>

namespace chancery::issuance {

struct Validity {
    Time from{};
    Time to{};
    std::optional<Refusal> refusal{};
};

/// Whole seconds, the last one inclusive. A default is cut to the CA's end; what somebody asked for is given or
/// refused. Reads the request's pathway, times, days and maximum only.
Validity validity_of(const CoreSettings& settings, const CertificateRequest& request, Time now,
                     const std::optional<Time>& issuer_valid_to);

} // namespace chancery::issuance
