#pragma once

#include "core/model/certificate.hpp"
#include "issuance/configuration.hpp"

#include <string>
#include <vector>

namespace chancery::issuance {

/// Every chain above a certificate, DER, issuing CA first and without the root: the one that the CA itself has, then
/// those by cross certificates (another certificate for the same subject and key, RFC 5280 section 3.2) of the issuing
/// CA or of one above. Distinct, at most `kMostChains`, with one at least, which may be empty.
std::vector<std::vector<std::string>> chains_of(const Configuration& configuration, const Certificate& certificate);

inline constexpr std::size_t kMostChains = 8;

} // namespace chancery::issuance
