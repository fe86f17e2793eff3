#pragma once

#include "core/model/identity.hpp"
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
    bool make_administrator = true; ///< false: create_first_administrator does it later, with a password of their own
};

struct SetupResult {
    std::string admin_email{};
    Secret admin_password{}; ///< shown once; empty when none was made
    Secret admin_token{};    ///< shown once; empty when none was made
    std::string root_pem{};
    std::string acme_server_slug{};
};

/// Whether the database lacks a CA, an ACME server or an administrator.
bool needs_setup(db::Session& session);

/// First start, one transaction at a time and repeatable after a crash: local PKI provider, root (ec-384), intermediate
/// (ec-256), domains, ACME server "default", Super Administrator with a random password and one token. The
/// administrator is the last step, so that a set-up which fails leaves no credentials that nobody has seen.
SetupResult set_up(Core& core, const SetupRequest& request);

/// Whether there is no enabled Super Administrator: others, whom an OpenID provider brought, cannot manage anything.
bool needs_administrator(db::Session& session);

/// Whether `typed` is the code that the server has printed (empty: none): hyphens, spaces and case do not count.
/// Conflict when there is none, ValidationError at /code for another one.
Result<void> check_setup_code(const Secret& printed, const Secret& typed);

/// The first Super Administrator; Conflict when there is an enabled one. `password_hash` is from hash_new_password.
/// Only after check_setup_code: nobody who may do this can have signed in.
Result<User> create_first_administrator(Core& core, db::UnitOfWork& work, const Caller& caller, User user,
                                        std::string password_hash);

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
