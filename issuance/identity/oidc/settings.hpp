#pragma once

#include "core/model/identity.hpp"
#include "core/secret.hpp"

#include <optional>
#include <string>
#include <vector>

namespace chancery::issuance::oidc {

/// What a value of the claim for roles makes of a person.
struct RoleRule {
    std::string group{};
    Role role{};
};

/// How people sign in with an OpenID provider. Without an issuer they do not.
struct Settings {
    std::string issuer{}; ///< as in its discovery document, an https URL
    std::string client_id{};
    Secret client_secret{};
    std::string redirect_uri{};  ///< registered with the provider
    std::string trust_anchors{}; ///< PEM; empty: the system's
    std::vector<std::string> scopes{"openid", "email", "profile"};
    std::string role_claim{"groups"};
    std::vector<RoleRule> roles{};      ///< the first that fits counts
    std::optional<Role> default_role{}; ///< of whom none fits; nothing: they are refused
    bool provision = false;             ///< a user is made at the first login
    bool trust_emails = false;          ///< an address of which the token does not say that it is verified is taken

    bool enabled() const { return !issuer.empty(); }
};

/// "group=role"; throws std::invalid_argument that names the one that is none.
std::vector<RoleRule> parse_role_rules(const std::vector<std::string>& texts);

} // namespace chancery::issuance::oidc
