#pragma once

#include "core/model/certificate.hpp"
#include "db/sql_text.hpp"
#include "db/statement.hpp"

#include <string>
#include <string_view>

/// What the sources of the certificates' repository share. For db/repositories/certificate_*.cpp only.
namespace chancery::db {

inline constexpr SqlText kCertificateListColumns =
    "id, common_name, names, issuer, authority_id, provider_id, algorithm, digest, valid_from, valid_to, source, "
    "fingerprint_sha256, serial_number, spki_sha256, key_id, order_id, renewed_from, renewed_to, revoked_at, "
    "revocation_reason, requester_type, requester_id, policy_warnings, tags, owner_type, owner, custom_fields, "
    "acme_account_id, created_at, revision";

template <class C> auto certificate_list_columns(C& c)
{
    return pack(c.id, c.common_name, c.names, c.issuer, c.authority_id, c.provider_id, c.algorithm, c.digest,
                c.valid_from, c.valid_to, c.source, c.fingerprint_sha256, c.serial_number, c.spki_sha256, c.key_id,
                c.order_id, c.renewed_from, c.renewed_to, c.revoked_at, c.revocation_reason, c.requester_type,
                c.requester_id, c.policy_warnings, c.tags, c.owner_type, c.owner, c.custom_fields, c.acme_account_id,
                c.created_at, c.revision);
}

inline Certificate read_listed_certificate(Row& row)
{
    Certificate certificate;
    row.read_all(certificate_list_columns(certificate));
    return certificate;
}

} // namespace chancery::db
