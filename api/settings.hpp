#pragma once

#include "core/secret.hpp"
#include "issuance/identity/oidc/settings.hpp"

#include <chrono>
#include <string>

namespace chancery::api {

/// So many requests at once, regained evenly in the window. No limit when there are none.
struct Allowance {
    int requests = 0;
    std::chrono::seconds window{1};
};

/// What an operator may set about the REST door.
struct ApiSettings {
    /// "https://ca.example.com:8443", no slash at the end: the base of the ACME directory URLs that are shown.
    std::string public_url{};
    Allowance principal{};                        ///< of a user or an account
    Allowance address{};                          ///< of a network address that brings no valid credentials
    issuance::oidc::Settings identity_provider{}; ///< of the people
    /// What the operator of this server was shown, with which a browser makes the first administrator; empty: none can.
    Secret setup_code{};
};

} // namespace chancery::api
