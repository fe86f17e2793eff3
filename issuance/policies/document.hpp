#pragma once

#include "core/model/policy.hpp"

#include <string>
#include <string_view>

namespace chancery::issuance {

/// The whole of a policy as JSON: for the audit log, and for what is kept of a draft.
std::string policy_document(const Policy& policy);

/// The inverse; throws std::runtime_error when the stored text is none.
Policy policy_of_document(std::string_view document);

} // namespace chancery::issuance
