#pragma once

#include "core/model/x509.hpp"
#include "issuance/access.hpp"
#include "issuance/configuration.hpp"
#include "issuance/refusal.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Which names may be certified for whom. Part of the gate.
namespace chancery::issuance {

/// The host of an absolute URI as a DNS name or IP address; nothing when it has none.
std::optional<Name> host_of_uri(std::string_view uri);

/// A text as DNS name, IP address or mailbox, normalised: what a common name can be. Nothing for other texts.
std::optional<Name> name_from_text(const std::string& text);

/// Every name under an enabled registration, and under the caller's assignments. The refusal lists each name it is
/// about; a name without registration weighs more than one that is not assigned.
Ruling<void> rule_on_domains(const Configuration& configuration, const Caller& caller, const std::vector<Name>& names);

} // namespace chancery::issuance
