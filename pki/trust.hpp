#pragma once

#include "core/clock.hpp"

#include <string>
#include <vector>

namespace chancery::pki {

/// Whether the leaf, the first of the chain, leads through the others to one of the anchors (DER, each), at that
/// moment: the path validation of RFC 5280 section 6.1 as OpenSSL does it, for no particular use and without
/// revocation.
bool leads_to(const std::vector<std::string>& chain, const std::vector<std::string>& anchors, Time at);
/// The same to a certificate that the operating system trusts.
bool leads_to_system_anchor(const std::vector<std::string>& chain, Time at);

} // namespace chancery::pki
