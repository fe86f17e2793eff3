#include "issuance/revocation/blocked_keys.hpp"

#include "core/json.hpp"
#include "core/text.hpp"
#include "db/repositories/authority_repository.hpp"
#include "db/repositories/certificate_repository.hpp"
#include "issuance/audit.hpp"
#include "issuance/certificates.hpp"
#include "issuance/validation.hpp"
#include "pki/certificate.hpp"
#include "pki/csr.hpp"
#include "pki/pem.hpp"

#include <algorithm>

namespace chancery::issuance {
namespace {

constexpr const char* kByPerson = "blocked";
constexpr std::size_t kMaxNote = 500;
constexpr int kMostCounted = 100;

bool is_hash(const std::string& text)
{
    return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

Result<std::string> mistaken(std::string member, std::string detail)
{
    Problem problem{.code = Code::ValidationError, .detail = detail};
    problem.errors.push_back({.pointer = '/' + std::move(member), .code = "key", .detail = std::move(detail)});
    return refuse(std::move(problem));
}

Result<std::string> hash_of_public_key(const std::string& pem)
{
    const auto blocks = pki::from_pem(pem, "PUBLIC KEY");
    if (!blocks || blocks->size() != 1) {
        return mistaken("public_key", "must be one PEM block PUBLIC KEY; never send a private key");
    }
    const auto key = pki::PublicKey::from_spki(blocks->front());
    return key ? Result<std::string>(key->spki_sha256()) : mistaken("public_key", key.error().detail);
}

/// The one way that was given.
Result<std::string> hash_of(Core& core, db::Session& session, const Caller& caller, const KeyReference& reference)
{
    if (reference.spki_sha256) {
        const auto hash = to_lower(*reference.spki_sha256);
        return is_hash(hash) ? Result<std::string>(hash) : mistaken("spki_sha256", "must be 64 hexadecimal digits");
    }
    if (reference.certificate_id) {
        const auto found = find_certificate(core, session, caller, *reference.certificate_id);
        return found ? Result<std::string>(found->spki_sha256)
                     : mistaken("certificate_id", "is no certificate of the inventory that the caller may see");
    }
    if (reference.certificate) {
        const auto parsed = pki::parse_certificate_text(*reference.certificate);
        return parsed ? Result<std::string>(parsed->key.spki_sha256()) : mistaken("certificate", parsed.error().detail);
    }
    if (reference.csr) {
        const auto parsed = pki::parse_csr(*reference.csr);
        return parsed ? Result<std::string>(parsed->key.spki_sha256()) : mistaken("csr", parsed.error().detail);
    }
    return hash_of_public_key(*reference.public_key);
}

int given(const KeyReference& reference)
{
    return static_cast<int>(reference.spki_sha256.has_value()) +
           static_cast<int>(reference.certificate_id.has_value()) +
           static_cast<int>(reference.certificate.has_value()) + static_cast<int>(reference.csr.has_value()) +
           static_cast<int>(reference.public_key.has_value());
}

Result<void> check_note(const std::string& note)
{
    Mistakes mistakes;
    mistakes.check_text("/note", note, 1, kMaxNote);
    return mistakes.result();
}

std::string note_json(const std::string& note, std::optional<long long> count = {})
{
    return json::Writer().begin_object().member("note", note).member_if("count", count).end_object().take();
}

long long active_certificates(db::Session& session, const std::string& spki, Time now)
{
    const Certificate none{.spki_sha256 = spki};
    return static_cast<long long>(db::CertificateRepository(session).sharing_key(none, now, kMostCounted).size());
}

} // namespace

Result<Blocked> block_key(Core& core, db::UnitOfWork& work, const Caller& caller, const KeyReference& reference,
                          const std::string& note)
{
    const auto now = core.clock.now();
    CHANCERY_CHECK(require(work, caller, Right::ManageBlockedKeys, now));
    if (given(reference) != 1) {
        Mistakes mistakes;
        mistakes.add("", "key", "needs one of spki_sha256, certificate_id, certificate, csr and public_key");
        CHANCERY_CHECK(mistakes.result());
    }
    CHANCERY_CHECK(check_note(note));
    CHANCERY_TRY(hash, hash_of(core, work, caller, reference));
    Blocked blocked{
        .key = {.spki_sha256 = hash, .reason = kByPerson, .note = note, .blocked_by = caller.actor, .created_at = now}};
    if (!db::BlockedKeyRepository(work).insert(blocked.key)) {
        return refuse(Code::AlreadyExists, "The key is blocked already.");
    }
    blocked.active_certificates = active_certificates(work, hash, now);
    audit::record(work, caller, now, audit::kBlockedKeyAdded, {"blocked_key", hash}, note_json(note));
    return blocked;
}

Result<BlockedMany> block_keys(Core& core, db::UnitOfWork& work, const Caller& caller,
                               const std::vector<std::string>& spki_sha256, const std::string& note)
{
    const auto now = core.clock.now();
    CHANCERY_CHECK(require(work, caller, Right::ManageBlockedKeys, now));
    CHANCERY_CHECK(check_note(note));
    constexpr int kMostMistakes = 100;
    Mistakes mistakes;
    if (spki_sha256.empty() || spki_sha256.size() > kMostKeysAtOnce) {
        mistakes.add("/spki_sha256", "count", "must be from 1 to " + std::to_string(kMostKeysAtOnce) + " hashes");
        CHANCERY_CHECK(mistakes.result());
    }
    std::vector<std::string> hashes;
    int wrong = 0;
    for (std::size_t i = 0; i < spki_sha256.size() && wrong < kMostMistakes; ++i) {
        hashes.push_back(to_lower(spki_sha256[i]));
        if (!is_hash(hashes.back())) {
            mistakes.add("/spki_sha256/" + std::to_string(i), "key", "must be 64 hexadecimal digits");
            ++wrong;
        }
    }
    CHANCERY_CHECK(mistakes.result());
    BlockedMany many;
    db::BlockedKeyRepository repository(work);
    for (const auto& hash : hashes) {
        const bool added = repository.insert(
            {.spki_sha256 = hash, .reason = kByPerson, .note = note, .blocked_by = caller.actor, .created_at = now});
        ++(added ? many.added : many.present);
    }
    audit::record(work, caller, now, audit::kBlockedKeysImported, {"blocked_key", ""}, note_json(note, many.added));
    return many;
}

Result<void> unblock_key(Core& core, db::UnitOfWork& work, const Caller& caller, const std::string& spki_sha256,
                         const std::string& note)
{
    const auto now = core.clock.now();
    CHANCERY_CHECK(require(work, caller, Right::UnblockKeys, now));
    CHANCERY_CHECK(check_note(note));
    db::BlockedKeyRepository repository(work);
    if (!repository.find(spki_sha256)) {
        return refuse(Code::NotFound, "This key is not blocked.");
    }
    if (db::CertificateRepository(work).is_compromised(spki_sha256)) {
        return refuse(Code::Conflict,
                      "A certificate with this key was revoked for keyCompromise: the key stays blocked for good.");
    }
    repository.remove(spki_sha256);
    audit::record(work, caller, now, audit::kBlockedKeyRemoved, {"blocked_key", spki_sha256}, note_json(note));
    return {};
}

Result<Blocked> find_blocked_key(Core& core, db::Session& session, const Caller& caller, const std::string& spki_sha256)
{
    if (!has_right(caller, Right::ReadBlockedKeys)) {
        return refuse(Code::Forbidden, "The caller may not read blocked keys.");
    }
    auto key = db::BlockedKeyRepository(session).find(to_lower(spki_sha256));
    if (!key) {
        return refuse(Code::NotFound, "This key is not blocked.");
    }
    const auto active = active_certificates(session, key->spki_sha256, core.clock.now());
    return Blocked{.key = std::move(*key), .active_certificates = active};
}

} // namespace chancery::issuance
