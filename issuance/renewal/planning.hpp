#pragma once

#include "core/model/certificate.hpp"
#include "issuance/core.hpp"
#include "issuance/renewal/plan.hpp"

#include <optional>

namespace chancery::issuance::renewal {

/// When the certificate is due by this threshold, looking at what its CA still can; nothing when it is switched off.
std::optional<Time> due_by(Core& core, db::Session& session, const Certificate& certificate,
                           const RenewalThreshold& threshold, Time now);

} // namespace chancery::issuance::renewal
