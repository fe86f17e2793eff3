#pragma once

#include "core/model/x509.hpp"
#include "core/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace chancery::pki {

/// A DNS name as a certificate may carry it (RFC 1123, RFC 5890, RFC 8555 section 7.1.4): U-labels turned into
/// A-labels, lower case; one leading "*." allowed when `allow_wildcard`. Refused with BadRequest and a reason: a
/// trailing dot, more than 253 octets, empty or over-long labels, characters outside letters, digits and hyphen,
/// hyphens at the ends, "xn--" labels that are not valid IDNA 2008, IP literals, a wildcard elsewhere or twice, and
/// names of one label only unless `allow_single_label`.
Result<std::string> normalise_dns_name(std::string_view text, bool allow_wildcard = true,
                                       bool allow_single_label = true);

/// Canonical text of an IPv4 or IPv6 address (RFC 5952); BadRequest when it is none.
Result<std::string> normalise_ip(std::string_view text);
/// 4 or 16 network-order bytes of a canonical address.
std::string ip_bytes(std::string_view text);
/// Canonical text of 4 or 16 network-order bytes; empty for any other number.
std::string ip_text(std::string_view bytes);
/// Whether `ip` lies in `cidr` ("192.0.2.0/24", "2001:db8::/32").
bool ip_in_range(std::string_view ip, std::string_view cidr);
/// Canonical CIDR text with host bits zero; BadRequest when it is none.
Result<std::string> normalise_cidr(std::string_view text);

/// A mailbox "local@domain" with the domain normalised; BadRequest when it is none.
Result<std::string> normalise_email(std::string_view text);

/// By type; URIs are checked for scheme and absence of control characters.
Result<Name> normalise_name(const Name& name);

/// Whether the name is a public suffix itself (libpsl, ICANN section): "com", "co.uk".
bool is_public_suffix(std::string_view name);

} // namespace chancery::pki
