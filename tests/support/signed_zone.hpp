#pragma once

#include "pki/key.hpp"
#include "tests/support/dns_server.hpp"

#include <chrono>
#include <string>

namespace chancery::test {

/// A zone with a key (ECDSA P-256, RFC 6605) that signs what it adds to the server (RFC 4034). It denies nothing: that
/// a name does not exist is never proven.
class SignedZone {
public:
    /// Puts its DNSKEY, signed, into the server unless it is to be an impostor.
    SignedZone(DnsServer& server, std::string apex, bool publish_key = true);

    /// The key as a trust anchor.
    std::string anchor() const;
    /// A TXT record, signed; the signature ends after `valid_for`.
    void add_txt(const std::string& name, const std::string& text,
                 std::chrono::seconds valid_for = std::chrono::hours(24));

private:
    std::string key_rdata() const;
    unsigned key_tag() const;
    /// RRSIG rdata over the one record of that type.
    std::string sign(const std::string& name, std::uint16_t type, const std::string& rdata,
                     std::chrono::seconds valid_for) const;

    DnsServer& server_;
    std::string apex_;
    pki::PrivateKey key_ = pki::PrivateKey::generate(KeyAlgorithm::Ec256);
};

} // namespace chancery::test
