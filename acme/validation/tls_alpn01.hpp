#pragma once

#include "acme/challenges.hpp"
#include "acme/validation/tools.hpp"

namespace chancery::acme {

/// What goes into SNI: the name itself, or for an address the name of its reverse mapping (RFC 8738 section 6), such as
/// "1.2.0.192.in-addr.arpa".
std::string tls_alpn_server_name(const Name& identifier);

/// Why the certificate does not answer the challenge; nothing when it does (RFC 8737 section 3): self-signed, exactly
/// one subject alternative name, which is the identifier, and one critical acmeIdentifier extension that is the SHA-256
/// of the key authorization.
std::optional<std::string> tls_alpn_objection(std::string_view certificate_der, const Name& identifier,
                                              std::string_view key_authorization);

/// tls-alpn-01: a handshake with the identifier's port 443, or the configured one, that agrees on "acme-tls/1". IPv6
/// first, IPv4 when no connection comes about.
http::Awaitable<ValidationResult> validate_tls_alpn01(const ValidationTools& tools, ValidationTask task);

} // namespace chancery::acme
