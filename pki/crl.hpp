#pragma once

#include "core/clock.hpp"
#include "core/model/authority.hpp"
#include "pki/certificate_builder.hpp"

#include <string>
#include <vector>

namespace chancery::pki {

/// The part of a CA's certificates that a CRL is about, as its critical IssuingDistributionPoint says (RFC 5280 section
/// 5.2.5). Without URLs: all of them, and the CRL has no such extension.
struct CrlScope {
    std::vector<std::string> urls{}; ///< those in the certificates' own distribution points (section 4.2.1.13)
    bool only_user_certificates = false;
};

/// A v2 CRL (RFC 5280 section 5), DER. `unspecified` entries carry no reasonCode (section 5.3.1). AKI and CRL number
/// are added.
std::string build_crl(const Issuer& issuer, Digest digest, long long number, Time this_update, Time next_update,
                      const std::vector<RevokedEntry>& entries, const CrlScope& scope = {});

} // namespace chancery::pki
