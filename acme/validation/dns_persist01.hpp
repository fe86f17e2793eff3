#pragma once

#include "acme/challenges.hpp"
#include "acme/validation/tools.hpp"

/// dns-persist-01 (draft-ietf-acme-dns-persist-02): one record that stays, and names the CA and the account.
namespace chancery::acme {

/// What account URIs in records begin with: the directory's accountHashPrefix (section 4.1).
std::string account_hash_prefix(std::string_view account_url);

/// The accounturi of such a record: the prefix, "sha-256/" and the base64url digest of length of the domain, domain,
/// key thumbprint and account URL (section 4.1). `domain` may be "*".
std::string hashed_account_uri(std::string_view prefix, std::string_view account_url, std::string_view domain,
                               std::string_view thumbprint);

/// Any TXT record at _validation-persist.{identifier} that is an issue-value with one of the challenge's issuer domain
/// names, an accounturi that is the account's under its current or an earlier key, a persistUntil that has not passed,
/// and policy=wildcard where a wildcard is to be proven. The proof ends with persistUntil.
http::Awaitable<ValidationResult> validate_dns_persist01(const ValidationTools& tools, ValidationTask task);

} // namespace chancery::acme
