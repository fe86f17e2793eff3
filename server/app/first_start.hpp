#pragma once

#include "issuance/core.hpp"
#include "server/app/config.hpp"

#include <string>

namespace chancery::app {

/// Makes CA, administrator and ACME server when the database has none; prints what is shown once (password, token) to
/// standard output and the root certificate to <data>/root.pem. Returns whether it did.
bool first_start(issuance::Core& core, const Config& config);

/// Copy-and-paste lines for a running server.
std::string welcome(const Config& config);

} // namespace chancery::app
