#include "core/id.hpp"
#include "core/json.hpp"
#include "db/repositories/authority_repository.hpp"
#include "issuance/audit.hpp"
#include "issuance/authorities.hpp"
#include "issuance/authority_rows.hpp"
#include "issuance/validation.hpp"
#include "pki/certificate.hpp"
#include "pki/pem.hpp"

#include <algorithm>

namespace chancery::issuance {
namespace {

std::unexpected<Problem> refuse_member(const std::string& pointer, const std::string& detail)
{
    Problem problem{.code = Code::ValidationError, .detail = detail};
    problem.errors.push_back({.pointer = pointer, .code = "invalid", .detail = detail});
    return refuse(std::move(problem));
}

const Authority* known(const std::vector<Authority>& authorities, const std::string& fingerprint)
{
    const auto found = std::ranges::find(authorities, fingerprint, &Authority::fingerprint_sha256);
    return found == authorities.end() ? nullptr : &*found;
}

void link_to_parent(Authority& authority, const std::vector<Authority>& authorities)
{
    for (const auto& candidate : authorities) {
        if (authority.kind == AuthorityKind::Intermediate && pki::is_issued_by(authority.der, candidate.der)) {
            authority.parent_id = candidate.id;
            return;
        }
    }
}

/// The certificates above it, without keys, from the top down, so that each finds its parent; those known are skipped.
Result<void> import_chain(Core& core, db::UnitOfWork& work, const std::vector<std::string>& ders, Time now)
{
    for (std::size_t i = ders.size(); i-- > 1;) {
        const auto authorities = db::AuthorityRepository(work).list();
        CHANCERY_TRY(above, authority_from(ders[i], "", now));
        if (known(authorities, above.fingerprint_sha256) != nullptr) {
            continue;
        }
        above.name = above.subject;
        link_to_parent(above, authorities);
        CHANCERY_CHECK(store_authority(core, work, above, {}, now));
    }
    return {};
}

Result<pki::PrivateKey> key_of(const ImportedAuthority& wanted, const std::string& der)
{
    if (wanted.private_key.empty()) {
        return pki::PrivateKey();
    }
    auto key = pki::PrivateKey::from_pem(wanted.private_key, wanted.passphrase);
    if (!key) {
        return refuse_member("/private_key", key.error().detail);
    }
    const auto info = pki::parse_certificate(der);
    if (!info || info->key.spki_sha256() != key->public_key().spki_sha256()) {
        return refuse_member("/private_key", "The private key is not the certificate's.");
    }
    return std::move(*key);
}

/// A CA that was imported without its key and now gets it.
Result<Authority> add_key(Core& core, db::UnitOfWork& work, Authority authority, const pki::PrivateKey& key, Time now)
{
    if (authority.key_id || !key) {
        return refuse(Code::AlreadyExists, "This CA is known already.");
    }
    authority.key_id = new_id(now);
    db::KeyRepository(work).insert(core.keys.wrap(key, *authority.key_id, "authority", now));
    if (!db::AuthorityRepository(work).update(authority)) {
        return refuse(Code::Conflict, "The CA was changed meanwhile.");
    }
    ++authority.revision;
    ConfigurationCache::bump(work);
    return authority;
}

Result<Authority> store_imported(Core& core, db::UnitOfWork& work, const std::string& der, const std::string& name,
                                 const pki::PrivateKey& key, Time now)
{
    const auto authorities = db::AuthorityRepository(work).list();
    CHANCERY_TRY(authority, authority_from(der, name, now));
    if (const auto* same = known(authorities, authority.fingerprint_sha256)) {
        return add_key(core, work, *same, key, now);
    }
    link_to_parent(authority, authorities);
    CHANCERY_CHECK(store_authority(core, work, authority, key, now));
    return std::move(authority);
}

} // namespace

Result<Authority> authority_from(const std::string& der, std::string name, Time now)
{
    const auto info = pki::parse_certificate(der);
    if (!info) {
        return refuse_member("/certificate", info.error().detail);
    }
    const auto signs =
        info->key_usage.empty() || std::ranges::find(info->key_usage, KeyUsage::KeyCertSign) != info->key_usage.end();
    if (!info->is_ca || !signs) {
        return refuse_member("/certificate", "This is no CA certificate.");
    }
    const auto algorithm = pki::key_algorithm_of(info->key_type);
    if (!algorithm) {
        return refuse_member("/certificate", "Keys of the type " + info->key_type.name() + " are not supported.");
    }
    return Authority{.id = new_id(now),
                     .name = std::move(name),
                     .kind = info->self_signed ? AuthorityKind::Root : AuthorityKind::Intermediate,
                     .subject = info->subject_dn,
                     .algorithm = *algorithm,
                     .digest = info->digest,
                     .serial_number = info->serial_number,
                     .fingerprint_sha256 = info->fingerprint_sha256,
                     .subject_key_id = info->subject_key_id,
                     .valid_from = info->valid_from,
                     .valid_to = info->valid_to,
                     .der = der,
                     .path_length = info->path_length,
                     .created_at = now};
}

Result<void> store_authority(Core& core, db::UnitOfWork& work, Authority& authority, const pki::PrivateKey& key,
                             Time now)
{
    if (key) {
        // A CA that shares its key with another cannot be told from it by key identifier.
        if (db::BlockedKeyRepository(work).is_authority_key(key.public_key().spki_sha256())) {
            return refuse(Code::AlreadyExists, "This key is a CA's already.");
        }
        authority.key_id = new_id(now);
        db::KeyRepository(work).insert(core.keys.wrap(key, *authority.key_id, "authority", now));
    }
    if (!db::AuthorityRepository(work).insert(authority)) {
        return refuse(Code::AlreadyExists, "There is a CA of that name or with that certificate.");
    }
    ConfigurationCache::bump(work);
    return {};
}

std::string settings_json(const Authority& authority)
{
    return json::Writer()
        .begin_object()
        .member("name", authority.name)
        .member("status", name_of(authority.stored_status))
        .member("crl_urls", authority.crl_urls)
        .member("aia_urls", authority.aia_urls)
        .member("crl_shards", authority.crl_shards)
        .member("ocsp", authority.ocsp)
        .member("ocsp_urls", authority.ocsp_urls)
        .end_object()
        .take();
}

Result<PreparedImport> prepare_import(const ImportedAuthority& wanted)
{
    PreparedImport prepared{.name = wanted.name};
    auto ders = pki::from_pem(wanted.certificate, "CERTIFICATE");
    if (!ders || ders->empty()) {
        return refuse_member("/certificate", "There is no PEM certificate.");
    }
    prepared.ders = std::move(*ders);
    CHANCERY_TRY(key, key_of(wanted, prepared.ders.front()));
    prepared.key = std::move(key);
    return prepared;
}

Result<Authority> import_authority(Core& core, db::UnitOfWork& work, const Caller& caller, const PreparedImport& wanted)
{
    const auto now = core.clock.now();
    CHANCERY_CHECK(require(work, caller, Right::ManageAuthorities, now));
    Mistakes mistakes;
    mistakes.check_text("/name", wanted.name, 1, 100);
    CHANCERY_CHECK(mistakes.result());
    CHANCERY_CHECK(import_chain(core, work, wanted.ders, now));
    CHANCERY_TRY(authority, store_imported(core, work, wanted.ders.front(), wanted.name, wanted.key, now));
    audit::record(work, caller, now, audit::kAuthorityImported, {"certificate_authority", authority.id},
                  json::Writer()
                      .begin_object()
                      .member("name", authority.name)
                      .member("subject", authority.subject)
                      .member("fingerprint_sha256", authority.fingerprint_sha256)
                      .member("with_key", authority.key_id.has_value())
                      .end_object()
                      .take());
    return std::move(authority);
}

} // namespace chancery::issuance
