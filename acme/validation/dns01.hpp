#pragma once

#include "acme/challenges.hpp"
#include "acme/validation/tools.hpp"

namespace chancery::acme {

/// What a dns-01 TXT record holds for this key authorization: base64url of its SHA-256 (RFC 8555 section 8.4).
std::string dns01_value(std::string_view key_authorization);

/// Where a dns-account-01 record of this account stands, below the identifier: "_" and 80 bits of the account URL's
/// SHA-256 in base32 (draft-ietf-acme-dns-account-label section 3.2).
std::string dns_account_label(std::string_view account_url);

/// dns-01: any of the TXT records at _acme-challenge.{identifier}, aliases followed, has the value; dns-account-01 the
/// same at the account's own label before that. Records are never repeated in an error.
http::Awaitable<ValidationResult> validate_dns01(const ValidationTools& tools, ValidationTask task);
http::Awaitable<ValidationResult> validate_dns_account01(const ValidationTools& tools, ValidationTask task);

} // namespace chancery::acme
