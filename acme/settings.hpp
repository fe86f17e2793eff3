#pragma once

#include "core/secret.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace chancery::acme {

/// What an operator may change about the ACME door. Defaults fit a public network; private ones list what they allow.
struct AcmeSettings {
    /// "https://ca.example.com:8443", no slash at the end. URLs in answers and the JWS `url` check use it, never the
    /// Host field.
    std::string public_url{};
    std::size_t max_body = 64 * 1024; ///< octets of a request
    std::size_t max_csr = 24 * 1024;  ///< octets of DER
    std::size_t max_identifiers = 100;
    std::size_t max_contacts = 10;
    std::chrono::hours order_lifetime{24 * 7}; ///< also how long a pending authorization waits
    std::chrono::hours authorization_lifetime{24 * 30};
    std::chrono::minutes nonce_lifetime{60};
    std::size_t nonce_window = std::size_t{1} << 23; ///< how many of the newest nonces may be redeemed; a bit each
    /// Where the other servers on the same database reach this one, "https://10.0.0.1:8443": they have its nonces
    /// redeemed there. Empty: it is alone, and redeems only its own.
    std::string node_url{};
    std::size_t cached_accounts = 50'000;

    std::uint16_t http01_port = 80;
    std::uint16_t tls_alpn01_port = 443;
    std::vector<std::uint16_t> redirect_ports{80, 443};   ///< beside `http01_port`
    std::vector<std::string> allowed_networks{};          ///< CIDRs of reserved ranges that validation may reach
    std::chrono::milliseconds validation_timeout{10'000}; ///< of one attempt, redirects included
    int validation_attempts = 3;                          ///< RFC 8555 section 8.2
    std::chrono::milliseconds validation_retry_delay{3'000};

    std::vector<std::string> resolvers{}; ///< "192.0.2.53:53", "[2001:db8::53]:53"; empty: those of resolv.conf
    std::string hosts_file{"/etc/hosts"}; ///< empty: none
    std::chrono::milliseconds resolver_timeout{8'000}; ///< of one lookup
    /// What DNSSEC validation starts from: "root" for the anchors of the public root that are built in, an absolute
    /// path of a file, or a DS or DNSKEY record's text. Empty: answers are taken as they come.
    std::vector<std::string> trust_anchors{};
    /// Domains under a trust anchor that are not signed, whatever their parents say: names of a private network.
    std::vector<std::string> insecure_domains{};

    std::vector<std::string> perspectives{}; ///< https URLs of the nodes that repeat each validation
    std::size_t perspective_quorum = 0;      ///< how many of them must agree; 0: by their number
    Secret perspective_key{};                ///< shared by all nodes; empty: nobody is answered
};

} // namespace chancery::acme
