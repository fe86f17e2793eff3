#pragma once

#include "acme/challenges.hpp"
#include "acme/validation/resolver.hpp"

namespace chancery::acme {

/// What a dns-01 TXT record holds for this key authorization: base64url of its SHA-256 (RFC 8555 section 8.4).
std::string dns01_value(std::string_view key_authorization);

/// dns-01: any of the TXT records at _acme-challenge.{identifier}, aliases followed, has the value. Records are never
/// repeated in an error.
http::Awaitable<ValidationResult> validate_dns01(Resolver& resolver, ValidationTask task);

} // namespace chancery::acme
