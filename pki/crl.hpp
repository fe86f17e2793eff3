#pragma once

#include "core/clock.hpp"
#include "core/model/authority.hpp"
#include "pki/certificate_builder.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace chancery::pki {

/// A v2 CRL (RFC 5280 section 5), DER. `unspecified` entries carry no reasonCode (section 5.3.1). AKI and CRL number
/// are added; `distribution_url`, when not empty, as a critical IssuingDistributionPoint.
std::string build_crl(const Issuer& issuer, Digest digest, long long number, Time this_update, Time next_update,
                      const std::vector<RevokedEntry>& entries, std::string_view distribution_url = {});

} // namespace chancery::pki
