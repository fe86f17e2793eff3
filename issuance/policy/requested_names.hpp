#pragma once

#include "issuance/policy/facts.hpp"

#include <string>
#include <vector>

namespace chancery::issuance::policy {

/// The DNS names that a certificate would vouch for, lower case: the DNS SANs, and before them the common name
/// where it is not among them, unless it is plainly something else (an IP or mail SAN, or words with spaces such as
/// "Build Robot").
std::vector<std::string> requested_dns_names(const Facts& facts);

/// Values of the SANs of one type.
std::vector<std::string> names_of_type(const Facts& facts, NameType type);

} // namespace chancery::issuance::policy
