#pragma once

#include "core/model/certificate.hpp"
#include "db/sql_text.hpp"
#include "db/statement.hpp"

#include <string>
#include <string_view>

/// What the sources of the certificates' repository share. For db/repositories/certificate_*.cpp only.
namespace chancery::db {

inline constexpr SqlText kCertificateStoredColumns =
    "id, common_name, names, issuer, authority_id, provider_id, algorithm, digest, valid_from, valid_to, source, "
    "fingerprint_sha256, serial_number, spki_sha256, key_id, order_id, renewed_from, renewed_to, revoked_at, "
    "revocation_reason, requester_type, requester_id, policy_warnings, tags, owner_type, owner, custom_fields, "
    "acme_account_id, created_at, revision";

/// Whether a certificate can be exported with its key: one of the local PKI, whose key is here and was made for it (the
/// server's own keys are not). True or false, never NULL.
inline constexpr SqlText kHasPrivateKey =
    "(key_id IS NOT NULL AND authority_id IS NOT NULL "
    "AND coalesce((SELECT k.purpose FROM stored_keys k WHERE k.id = certificates.key_id), '') = 'certificate')";

inline constexpr SqlText kCertificateListColumns =
    kSql<kCertificateStoredColumns, ", CASE WHEN ", kHasPrivateKey, " THEN 1 ELSE 0 END">;

/// What is stored; `has_private_key` is read after it.
template <class C> auto certificate_stored_columns(C& c)
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
    row.read_all(certificate_stored_columns(certificate));
    row.read(certificate.has_private_key);
    return certificate;
}

} // namespace chancery::db
