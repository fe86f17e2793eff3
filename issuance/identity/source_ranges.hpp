#pragma once

#include "core/model/identity.hpp"
#include "issuance/validation.hpp"

#include <string>
#include <string_view>

/// From where a credential may be used.
namespace chancery::issuance {

/// Whether one of the networks holds the address; an IPv4 address that arrived over IPv6 (RFC 4291 section 2.5.5.2)
/// counts as the IPv4 address it is. No list admits every address, a list without networks none.
bool admits(const SourceCidrs& cidrs, const std::string& address);

/// The networks in canonical form. What is none, and a list that would admit nobody, is a mistake at `pointer`.
SourceCidrs normalise_cidrs(Mistakes& mistakes, std::string_view pointer, const SourceCidrs& cidrs);

} // namespace chancery::issuance
