#pragma once

#include "issuance/gate.hpp"

#include <string>

namespace chancery::issuance {

/// The last step of the gate: the bytes to be signed, linted. A lint's objection is a recorded refusal like the others.
Result<std::string> build_checked_tbs(Core& core, db::UnitOfWork& work, const Caller& caller,
                                      const CertificateRequest& request, const Admission& admission);

} // namespace chancery::issuance
