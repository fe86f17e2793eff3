#include "issuance/revocation/revocation.hpp"

#include "core/encoding.hpp"
#include "core/id.hpp"
#include "core/json.hpp"
#include "core/random.hpp"
#include "db/repositories/authority_repository.hpp"
#include "db/repositories/certificate_repository.hpp"
#include "db/repositories/operation_repository.hpp"
#include "issuance/audit.hpp"
#include "issuance/certificates.hpp"
#include "issuance/problem_json.hpp"
#include "issuance/providers/revocations.hpp"
#include "issuance/revocation_status/crls.hpp"
#include "pki/digest.hpp"

namespace chancery::issuance {
namespace {

std::unexpected<Problem> refuse_revocation(db::UnitOfWork& work, const Caller& caller, Time now, const std::string& id,
                                           Problem problem)
{
    auto details = json::Writer()
                       .begin_object()
                       .member("code", code_text(problem.code))
                       .member("reason", problem.detail)
                       .end_object()
                       .take();
    audit::record_refusal(work, caller, now, audit::kRevokeFailure, {"certificate", id}, std::move(details));
    return refuse(std::move(problem));
}

/// The certificate, when this caller may revoke it and it can be revoked.
Result<Certificate> revocable(Core& core, db::UnitOfWork& work, const Caller& caller, const std::string& id)
{
    const auto now = core.clock.now();
    CHANCERY_CHECK(require(work, caller, Right::RevokeCertificates, now));
    auto certificate = find_certificate(core, work, caller, id);
    if (!certificate) {
        return refuse_revocation(work, caller, now, id, certificate.error());
    }
    const bool own = certificate->requester_id == caller.actor.id;
    if (!own) {
        CHANCERY_CHECK(require(work, caller, Right::RevokeAllCertificates, now));
    }
    if (certificate->revoked_at) {
        return refuse_revocation(work, caller, now, id,
                                 {.code = Code::AlreadyRevoked, .detail = "The certificate is revoked already."});
    }
    if (certificate->source != CertificateSource::Managed) {
        return refuse_revocation(
            work, caller, now, id,
            {.code = Code::Conflict, .detail = "Only certificates issued here can be revoked here."});
    }
    return std::move(*certificate);
}

/// Bound to what and whom it is for: a code shown to one caller is worth nothing to another.
std::string code_mac(const Core& core, const db::RevocationChallenge& challenge, const std::string& code)
{
    const auto key = core.keys.kek().derive("revocation code");
    const auto bound = challenge.id + '|' + challenge.certificate_id + '|' + challenge.caller_id + '|' + code;
    return to_hex(pki::hmac_sha256(key.reveal(), bound));
}

Result<void> redeem(Core& core, db::UnitOfWork& work, const Caller& caller, const std::string& certificate_id,
                    const std::string& code)
{
    const auto now = core.clock.now();
    const auto no = [&](Code why, std::string detail) {
        return refuse_revocation(work, caller, now, certificate_id, {.code = why, .detail = std::move(detail)});
    };
    db::RevocationChallengeRepository challenges(work);
    const auto challenge = challenges.find(certificate_id, caller.actor.id);
    if (!challenge) {
        return no(Code::ChallengeGone, "There is no code for this certificate and caller; ask for one first.");
    }
    if (challenge->used_at || challenge->attempts >= core.settings.revocation_code_attempts) {
        return no(Code::ChallengeGone, "The code was used up; ask for a new one.");
    }
    if (now >= challenge->expires_at) {
        return no(Code::ChallengeGone, "The code has expired; ask for a new one.");
    }
    if (!equal_constant_time(code_mac(core, *challenge, code), challenge->code_mac)) {
        const auto tries = challenges.count_attempt(challenge->id);
        const auto left = core.settings.revocation_code_attempts - tries;
        return no(Code::ChallengeMismatch, left > 0
                                               ? "The code is wrong; tries left: " + std::to_string(left) + "."
                                               : std::string("The code is wrong and is used up; ask for a new one."));
    }
    if (!challenges.use(challenge->id, now)) {
        return no(Code::ChallengeGone, "The code was used up; ask for a new one.");
    }
    return {};
}

std::string success_details(const Certificate& certificate, RevocationReason reason)
{
    return json::Writer()
        .begin_object()
        .member("reason", name_of(reason))
        .member("common_name", certificate.common_name)
        .member("serial_number", certificate.serial_number)
        .end_object()
        .take();
}

/// What goes with a revocation that was stored.
void tell_revocation(Core& core, db::UnitOfWork& work, const Caller& caller, const Certificate& certificate,
                     RevocationReason reason)
{
    const auto now = core.clock.now();
    if (certificate.authority_id) {
        enqueue_crls(core, work, *certificate.authority_id, certificate.serial_number, now);
    }
    providers::dispatch_revocation(core, work, caller, certificate, reason);
    audit::record(work, caller, now, audit::kRevokeSuccess, {"certificate", certificate.id},
                  success_details(certificate, reason));
    work.on_commit([&core] { core.metrics.counter("chancery_revocations_total", "Certificates revoked.").add(); });
}

/// Blocks the key and revokes what else carries it: whoever has the key can use those as well.
void compromise_key(Core& core, db::UnitOfWork& work, const Caller& caller, const Certificate& certificate)
{
    constexpr auto kReason = RevocationReason::KeyCompromise;
    const auto now = core.clock.now();
    db::BlockedKeyRepository(work).insert(BlockedKey{.spki_sha256 = certificate.spki_sha256,
                                                     .reason = std::string(name_of(kReason)),
                                                     .blocked_by = caller.actor,
                                                     .created_at = now});
    db::CertificateRepository certificates(work);
    for (const auto& sibling : certificates.active_with_key(certificate.spki_sha256, now)) {
        if (certificates.mark_revoked(sibling.id, now, kReason)) {
            tell_revocation(core, work, caller, sibling, kReason);
        }
    }
}

Result<Certificate> confirm(Core& core, db::UnitOfWork& work, const Caller& caller, const std::string& certificate_id,
                            const std::string& code, RevocationReason reason)
{
    CHANCERY_TRY(certificate, revocable(core, work, caller, certificate_id));
    CHANCERY_CHECK(redeem(core, work, caller, certificate_id, code));
    return revoke(core, work, caller, certificate, reason);
}

} // namespace

Result<RevocationCode> request_revocation(Core& core, db::UnitOfWork& work, const Caller& caller,
                                          const std::string& certificate_id)
{
    CHANCERY_TRY(certificate, revocable(core, work, caller, certificate_id));
    const auto now = core.clock.now();
    RevocationCode made{.code = Secret(random_digits(6)), .expires_at = now + core.settings.revocation_code_lifetime};
    db::RevocationChallenge challenge{.id = new_id(now),
                                      .certificate_id = certificate.id,
                                      .caller_id = caller.actor.id,
                                      .expires_at = made.expires_at};
    challenge.code_mac = code_mac(core, challenge, std::string(made.code.reveal()));
    db::RevocationChallengeRepository(work).insert(challenge);
    audit::record(work, caller, now, audit::kRevokeRequested, {"certificate", certificate.id});
    return made;
}

RevocationAttempt confirm_revocation(Core& core, db::UnitOfWork& work, const Caller& caller,
                                     const std::string& certificate_id, const std::string& code,
                                     RevocationReason reason)
{
    return {confirm(core, work, caller, certificate_id, code, reason)};
}

Result<Certificate> revoke(Core& core, db::UnitOfWork& work, const Caller& caller, const Certificate& certificate,
                           RevocationReason reason)
{
    const auto now = core.clock.now();
    if (certificate.source != CertificateSource::Managed) {
        return refuse_revocation(
            work, caller, now, certificate.id,
            {.code = Code::Conflict, .detail = "Only certificates issued here can be revoked here."});
    }
    if (!db::CertificateRepository(work).mark_revoked(certificate.id, now, reason)) {
        return refuse_revocation(work, caller, now, certificate.id,
                                 {.code = Code::AlreadyRevoked, .detail = "The certificate is revoked already."});
    }
    tell_revocation(core, work, caller, certificate, reason);
    if (reason == RevocationReason::KeyCompromise) {
        compromise_key(core, work, caller, certificate);
    }
    auto revoked = certificate;
    revoked.revoked_at = now;
    revoked.revocation_reason = reason;
    ++revoked.revision;
    return revoked;
}

Result<Certificate> raise_to_key_compromise(Core& core, db::UnitOfWork& work, const Caller& caller,
                                            const Certificate& certificate)
{
    constexpr auto kReason = RevocationReason::KeyCompromise;
    if (!db::CertificateRepository(work).change_reason(certificate.id, kReason)) {
        return refuse_revocation(work, caller, core.clock.now(), certificate.id,
                                 {.code = Code::AlreadyRevoked, .detail = "The certificate is revoked already."});
    }
    tell_revocation(core, work, caller, certificate, kReason);
    compromise_key(core, work, caller, certificate);
    auto raised = certificate;
    raised.revocation_reason = kReason;
    ++raised.revision;
    return raised;
}

} // namespace chancery::issuance
