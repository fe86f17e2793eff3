#pragma once

#include "core/result.hpp"

#include <string>
#include <string_view>

/// Problems as they are kept with failed orders and told in audit records.
namespace chancery::issuance {

/// "POLICY_HARD_FAIL": the stable name of a code.
std::string_view code_text(Code code);

/// {code, detail, errors?, names?, decision_id?}.
std::string problem_json(const Problem& problem);

/// {type, detail} as an ACME client understands it (RFC 8555 section 6.7): the `error` of an ACME order.
std::string acme_problem_json(const Problem& problem);

} // namespace chancery::issuance
