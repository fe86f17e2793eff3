#pragma once

#include "core/model/certificate.hpp"
#include "issuance/core.hpp"
#include "issuance/renewal/plan.hpp"

#include <optional>

namespace chancery::issuance::renewal {

/// When the certificate is due: by its own threshold or the common one, looking at what its CA still can, or when its
/// CA suggested it, whichever is earlier. Nothing when that is switched off.
std::optional<Time> due_by(Core& core, db::Session& session, const Certificate& certificate,
                           const PlannedRenewal& planned, const RenewalThreshold& common, Time now);

} // namespace chancery::issuance::renewal
