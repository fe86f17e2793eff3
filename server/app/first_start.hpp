#pragma once

#include "core/secret.hpp"
#include "issuance/core.hpp"
#include "issuance/setup.hpp"
#include "server/app/config.hpp"

#include <string>

namespace chancery::app {

/// Makes CA, ACME server and administrator as the configuration wants them, and the root's file; prints nothing.
issuance::SetupResult set_up_installation(issuance::Core& core, const Config& config);

/// Makes CA, ACME server and administrator when the database has none; prints what is shown once (password, token) to
/// standard output and writes the root certificate to <data>/root.pem, also later when that file is missing. Returns
/// whether it made any of them.
bool first_start(issuance::Core& core, const Config& config);

/// With `setup.administrator: browser` and while nobody has an account: prints a code and where it goes, and returns
/// it. Each start has another one, and it is stored nowhere. Empty otherwise.
Secret offer_first_administrator(issuance::Core& core, const Config& config);

/// Copy-and-paste lines for a running server.
std::string welcome(const Config& config);

} // namespace chancery::app
