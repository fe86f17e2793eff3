#pragma once

#include "issuance/identity/oidc/settings.hpp"

#include <string>

namespace chancery::api {

/// What an operator may set about the REST door.
struct ApiSettings {
    /// "https://ca.example.com:8443", no slash at the end: the base of the ACME directory URLs that are shown.
    std::string public_url{};
    issuance::oidc::Settings identity_provider{}; ///< of the people
};

} // namespace chancery::api
