#pragma once

#include "issuance/core.hpp"

#include <string>

namespace chancery::issuance {

/// A `crl.publish` job for that CA in this unit, unless one is waiting whose CRL will list what this unit revokes.
void enqueue_crl(Core& core, db::UnitOfWork& work, const std::string& authority_id, Time now);

} // namespace chancery::issuance
