#include "issuance/identity/totp.hpp"

#include "core/encoding.hpp"
#include "core/json.hpp"
#include "core/random.hpp"
#include "db/repositories/identity_repository.hpp"
#include "db/repositories/totp_repository.hpp"
#include "issuance/audit.hpp"
#include "issuance/identity/token_text.hpp"
#include "pki/totp.hpp"

#include <stdexcept>

namespace chancery::issuance {
namespace {

constexpr int kRecoveryCodes = 10;
constexpr std::size_t kRecoveryCodeOctets = 10;
constexpr std::string_view kIssuer = "Chancery";

std::string seal_context(const std::string& user_id)
{
    return "totp " + user_id;
}

Secret secret_of(const Core& core, const TotpEnrolment& enrolment)
{
    const auto sealed = from_base64(enrolment.sealed_secret);
    auto secret = sealed ? core.keys.open(*sealed, seal_context(enrolment.user_id)) : std::nullopt;
    if (!secret) {
        throw std::runtime_error("the secret of a second factor cannot be opened with this key-encryption key");
    }
    return std::move(*secret);
}

/// 80 random bits, in groups that can be read aloud.
std::string new_recovery_code()
{
    std::string bytes(kRecoveryCodeOctets, '\0');
    random_bytes({reinterpret_cast<unsigned char*>(bytes.data()), bytes.size()});
    auto code = pki::to_base32(bytes);
    for (const std::size_t at : {12, 8, 4}) {
        code.insert(at, "-");
    }
    return code;
}

/// However it was typed.
std::string recovery_code_hash(std::string_view code)
{
    std::string plain;
    for (const char c : code) {
        if (c != '-' && c != ' ') {
            plain += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
        }
    }
    return token_hash(plain);
}

std::unexpected<Problem> wrong_code(db::UnitOfWork& work, const Caller& caller, std::string pointer, Time now)
{
    audit::record_refusal(work, caller, now, audit::kTotpRefused, {"user", caller.actor.id});
    Problem problem{.code = Code::ValidationError, .detail = "The code is wrong, or was used already."};
    problem.errors.push_back(
        {.pointer = std::move(pointer), .code = "wrong", .detail = "is wrong, or was used already"});
    return refuse(std::move(problem));
}

/// Its ETag, too, tells that a person's second factor has changed.
Result<void> mark_changed(db::UnitOfWork& work, const std::string& user_id, Time now)
{
    db::UserRepository users(work);
    auto user = users.find(user_id);
    if (!user) {
        return refuse(Code::NotFound, "There is no such user.");
    }
    user->updated_at = now;
    return users.update(*user) ? Result<void>() : refuse(Code::Conflict, "The user was changed meanwhile.");
}

} // namespace

TotpState totp_state(db::Session& session, const std::string& user_id)
{
    db::TotpRepository repository(session);
    const auto enrolment = repository.find(user_id);
    if (!enrolment || !enrolment->confirmed_at) {
        return {};
    }
    return {.enabled = true,
            .enabled_at = enrolment->confirmed_at,
            .recovery_codes_left = repository.unused_codes(user_id)};
}

Result<TotpSecret> start_totp(Core& core, db::UnitOfWork& work, const Caller& caller)
{
    const auto now = core.clock.now();
    CHANCERY_CHECK(require(work, caller, Right::ManageOwnLogin, now));
    if (totp_state(work, caller.actor.id).enabled) {
        return refuse(Code::Conflict, "A second factor is in force: remove it first, with one of its codes.");
    }
    const auto secret = pki::new_totp_secret();
    const auto sealed = core.keys.seal(secret.reveal(), seal_context(caller.actor.id));
    db::TotpRepository(work).put({.user_id = caller.actor.id, .sealed_secret = to_base64(sealed), .created_at = now});
    return TotpSecret{.text = Secret(pki::to_base32(secret.reveal())),
                      .uri = pki::totp_uri(secret, kIssuer, caller.actor.name)};
}

Result<std::vector<std::string>> confirm_totp(Core& core, db::UnitOfWork& work, const Caller& caller,
                                              const std::string& code)
{
    const auto now = core.clock.now();
    CHANCERY_CHECK(require(work, caller, Right::ManageOwnLogin, now));
    db::TotpRepository repository(work);
    const auto enrolment = repository.find(caller.actor.id);
    if (!enrolment || enrolment->confirmed_at) {
        return refuse(Code::Conflict, "There is no second factor that waits for its first code.");
    }
    const auto step = pki::matching_totp_step(secret_of(core, *enrolment), code, now, enrolment->last_step);
    if (!step) {
        return wrong_code(work, caller, "/code", now);
    }
    if (!repository.confirm(caller.actor.id, *step, now)) {
        return refuse(Code::Conflict, "The second factor was confirmed meanwhile.");
    }
    CHANCERY_CHECK(mark_changed(work, caller.actor.id, now));
    std::vector<std::string> codes;
    std::vector<std::string> hashes;
    for (int i = 0; i < kRecoveryCodes; ++i) {
        codes.push_back(new_recovery_code());
        hashes.push_back(recovery_code_hash(codes.back()));
    }
    repository.insert_codes(caller.actor.id, hashes);
    audit::record(work, caller, now, audit::kTotpEnabled, {"user", caller.actor.id});
    return codes;
}

Result<void> remove_own_totp(Core& core, db::UnitOfWork& work, const Caller& caller, const SecondFactor& factor)
{
    const auto now = core.clock.now();
    CHANCERY_CHECK(require(work, caller, Right::ManageOwnLogin, now));
    if (!totp_state(work, caller.actor.id).enabled) {
        return refuse(Code::Conflict, "There is no second factor in force.");
    }
    if (!takes_second_factor(core, work, caller.actor.id, factor)) {
        return wrong_code(work, caller, factor.totp_code.empty() ? "/recovery_code" : "/totp_code", now);
    }
    db::TotpRepository(work).remove(caller.actor.id);
    CHANCERY_CHECK(mark_changed(work, caller.actor.id, now));
    audit::record(work, caller, now, audit::kTotpDisabled, {"user", caller.actor.id});
    return {};
}

Result<void> remove_totp(Core& core, db::UnitOfWork& work, const Caller& caller, const std::string& user_id,
                         long long expected_revision)
{
    const auto now = core.clock.now();
    CHANCERY_CHECK(require(work, caller, Right::ManageUsers, now));
    const auto user = db::UserRepository(work).find(user_id);
    if (!user || !totp_state(work, user_id).enabled) {
        return refuse(Code::NotFound, "There is no second factor of such a user.");
    }
    if (user->revision != expected_revision) {
        return refuse(Code::PreconditionFailed, "The user was changed meanwhile.");
    }
    db::TotpRepository(work).remove(user_id);
    CHANCERY_CHECK(mark_changed(work, user_id, now));
    audit::record(work, caller, now, audit::kTotpDisabled, {"user", user_id});
    return {};
}

bool takes_second_factor(Core& core, db::UnitOfWork& work, const std::string& user_id, const SecondFactor& factor)
{
    const auto now = core.clock.now();
    db::TotpRepository repository(work);
    const auto enrolment = repository.find(user_id);
    if (!enrolment || !enrolment->confirmed_at) {
        return false;
    }
    if (!factor.totp_code.empty()) {
        const auto step =
            pki::matching_totp_step(secret_of(core, *enrolment), factor.totp_code, now, enrolment->last_step);
        return step && repository.take_step(user_id, *step);
    }
    return !factor.recovery_code.empty() && repository.use_code(user_id, recovery_code_hash(factor.recovery_code), now);
}

} // namespace chancery::issuance
