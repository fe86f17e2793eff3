#pragma once

#include "core/model/provider.hpp"
#include "core/result.hpp"

#include <string>
#include <vector>

namespace chancery::issuance::providers {

/// A certificate that is what was asked for.
struct Verified {
    std::string certificate{};        ///< DER
    std::vector<std::string> chain{}; ///< DER, issuer first, without a self-signed root
};

/// Looks at what a CA outside returned, before any of it enters the inventory. The leaf is the certificate with the
/// CSR's key. It must have exactly the names of the CSR, be no CA certificate, allow no usage that was not judged, be
/// valid now, and live no longer than the policies judged, give or take a day; each certificate must be signed by the
/// next, up to one of `anchors` (PEM) when there are any, else up to an issuer at least. ProviderFailed with the reason
/// otherwise.
Result<Verified> verify_issued(const ExternalOrder& order, const std::vector<std::string>& certificates,
                               const std::string& anchors, Time now);

} // namespace chancery::issuance::providers
