#pragma once

#include "core/secret.hpp"
#include "issuance/core.hpp"

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <string>
#include <vector>

namespace chancery::issuance {

struct SetupRequest {
    std::string organization = "Chancery";
    std::vector<std::string> listener_names{}; ///< DNS names and IP addresses for the listener's certificate
    std::vector<std::string> domains{};        ///< registered and enabled at once
    std::string admin_email = "admin@localhost";
};

struct SetupResult {
    std::string admin_email{};
    Secret admin_password{}; ///< shown once; empty when there was a user already
    Secret admin_token{};    ///< shown once; empty when there was a user already
    std::string root_pem{};
    std::string acme_server_slug{};
};

/// Whether the database lacks a CA, an ACME server or any user.
bool needs_setup(db::Session& session);

/// First start, one transaction at a time and repeatable after a crash: local PKI provider, root (ec-384), intermediate
/// (ec-256), domains, ACME server "default", Super Administrator with a random password and one token. The
/// administrator is the last step, so that a set-up which fails leaves no credentials that nobody has seen.
SetupResult set_up(Core& core, const SetupRequest& request);

/// The root that set-up made (PEM), when there is one.
std::optional<std::string> set_up_root(db::Session& session);

/// The listener's certificate and key, issued through the gate by the newest intermediate: PEM chain and PEM key. The
/// one on file is used while it covers `names` and has a third of its life left.
struct ListenerCertificate {
    std::string chain_pem{};
    Secret key_pem{};
};

boost::asio::awaitable<ListenerCertificate> listener_certificate(Core& core, std::vector<std::string> names);

} // namespace chancery::issuance
