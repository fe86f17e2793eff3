#pragma once

#include "issuance/profile.hpp"
#include "issuance/refusal.hpp"

#include <optional>

namespace chancery::issuance {

struct Validity {
    Time from{};
    Time to{};
    std::optional<Refusal> refusal{};
};

/// Whole seconds, the last one inclusive. A default is cut to the CA's end; what somebody asked for is given or refused.
Validity validity_of(const ProfileInputs& in, const std::optional<Time>& issuer_valid_to);

} // namespace chancery::issuance
