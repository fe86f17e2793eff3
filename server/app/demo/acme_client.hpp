#pragma once

#include "pki/jws.hpp"
#include "server/app/demo/stage.hpp"

#include <optional>
#include <string>
#include <vector>

namespace chancery::app::demo {

/// What an ACME client orders.
struct AcmeWish {
    std::vector<std::string> names{}; ///< DNS names
    std::string profile{};            ///< empty: none
    std::string replaces{};           ///< the certID of RFC 9773; empty: none
    pki::PrivateKey key{};
};

/// A client of the ACME door (RFC 8555) with an account of its own, on a server where bindings authorize.
class AcmeClient {
public:
    AcmeClient(Stage& stage, std::string slug);

    /// newAccount; the account's id. Throws when it is refused.
    std::string register_account(const std::string& contact);

    /// newOrder and finalize: the id of the certificate, or nothing when the server refused it.
    std::optional<std::string> obtain(const AcmeWish& wish);

    /// revokeCert; whether it was done.
    bool revoke(const std::string& certificate_der, RevocationReason reason);

private:
    http::Response send(std::string method, const std::string& url, std::string body);
    http::Response post(const std::string& url, const std::string& payload);
    std::string url(std::string_view path) const;

    Stage& stage_;
    std::string slug_;
    pki::PrivateKey key_;
    std::string kid_{};
};

} // namespace chancery::app::demo
