#pragma once

#include "core/model/audit.hpp"
#include "db/unit_of_work.hpp"
#include "issuance/access.hpp"

#include <span>
#include <string>
#include <string_view>

/// The audit log's names and its one way in.
namespace chancery::issuance::audit {

inline constexpr std::string_view kRequestAutomatedSubmitted = "certificate.request_automated.submitted";
inline constexpr std::string_view kRequestCsrSubmitted = "certificate.request_csr.submitted";
inline constexpr std::string_view kRequestAcmeSubmitted = "certificate.request_acme.submitted";
inline constexpr std::string_view kRequestRefused = "certificate.request.refused";
inline constexpr std::string_view kCertificateIssued = "certificate.issue.success";
inline constexpr std::string_view kIssuanceFailed = "certificate.issue.failure";
inline constexpr std::string_view kViewAccessed = "certificate.view.accessed";
inline constexpr std::string_view kDownloadSuccess = "certificate.download.success";
inline constexpr std::string_view kDownloadPfxSuccess = "certificate.download_pfx.success";
inline constexpr std::string_view kDownloadPfxFailure = "certificate.download_pfx.failure";
inline constexpr std::string_view kCertificateUpdated = "certificate.update.success";
inline constexpr std::string_view kInventoryExported = "inventory.export.success";
inline constexpr std::string_view kBatchSubmitted = "inventory.batch.submitted";
inline constexpr std::string_view kSavedViewCreated = "saved_view.create.success";
inline constexpr std::string_view kSavedViewUpdated = "saved_view.update.success";
inline constexpr std::string_view kSavedViewRemoved = "saved_view.remove.success";
inline constexpr std::string_view kCustomFieldCreated = "custom_field.create.success";
inline constexpr std::string_view kCustomFieldUpdated = "custom_field.update.success";
inline constexpr std::string_view kCustomFieldRetired = "custom_field.retire.success";
inline constexpr std::string_view kRevokeRequested = "certificate.revoke.requested";
inline constexpr std::string_view kRevokeDispatched = "certificate.revoke.dispatched";
inline constexpr std::string_view kRevokeSuccess = "certificate.revoke.success";
inline constexpr std::string_view kRevokeFailure = "certificate.revoke.failure";
inline constexpr std::string_view kRevokePublished = "certificate.revoke_publish.success";
inline constexpr std::string_view kRevokePublishFailed = "certificate.revoke_publish.failure";
inline constexpr std::string_view kRenewSuccess = "certificate.renew.success";
inline constexpr std::string_view kRenewFailure = "certificate.renew.failure";
inline constexpr std::string_view kRenewalSettingsUpdated = "renewal_settings.update.success";
inline constexpr std::string_view kRevocationBatchPreviewed = "revocation_batch.create.success";
inline constexpr std::string_view kRevocationBatchConfirmed = "revocation_batch.confirm.success";
inline constexpr std::string_view kRevocationBatchRefused = "revocation_batch.confirm.failure";
inline constexpr std::string_view kRevocationBatchCompleted = "revocation_batch.complete.success";
inline constexpr std::string_view kBlockedKeyAdded = "blocked_key.create.success";
inline constexpr std::string_view kBlockedKeysImported = "blocked_key.import.success";
inline constexpr std::string_view kBlockedKeyRemoved = "blocked_key.remove.success";
inline constexpr std::string_view kPolicyHardFail = "certificate.policy_hard_fail";
inline constexpr std::string_view kPolicySoftFail = "certificate.policy_soft_fail";
inline constexpr std::string_view kPolicyWaived = "certificate.policy_waived";
inline constexpr std::string_view kPolicyEngineError = "policy.evaluate.failure";
inline constexpr std::string_view kPolicyCreated = "policy.create.success";
inline constexpr std::string_view kPolicyUpdated = "policy.update.success";
inline constexpr std::string_view kPolicyRetired = "policy.retire.success";
inline constexpr std::string_view kPolicyWaiverGranted = "policy_waiver.create.success";
inline constexpr std::string_view kPolicyWaiverRevoked = "policy_waiver.revoke.success";
inline constexpr std::string_view kPolicyReplayStarted = "policy_replay.create.success";
inline constexpr std::string_view kPolicyReplayCancelled = "policy_replay.cancel.success";
inline constexpr std::string_view kPolicyReplayCompleted = "policy_replay.complete.success";
inline constexpr std::string_view kPolicyReplayFailed = "policy_replay.complete.failure";
inline constexpr std::string_view kDomainCreated = "domain.create.success";
inline constexpr std::string_view kDomainUpdated = "domain.update.success";
inline constexpr std::string_view kProviderCreated = "provider.create.success";
inline constexpr std::string_view kProviderUpdated = "provider.update.success";
inline constexpr std::string_view kProviderChecked = "provider.check.success";
inline constexpr std::string_view kProviderCheckFailed = "provider.check.failure";
inline constexpr std::string_view kHostChecked = "host.check.success";
inline constexpr std::string_view kHostCheckFailed = "host.check.failure";
inline constexpr std::string_view kOrderSubmitted = "order.submit.success";
inline constexpr std::string_view kOrderCancelled = "order.cancel.success";
inline constexpr std::string_view kOrderUploaded = "order.upload.success";
inline constexpr std::string_view kOrderUploadRefused = "order.upload.failure";
inline constexpr std::string_view kAuthorityCreated = "authority.create.success";
inline constexpr std::string_view kAuthorityImported = "authority.import.success";
inline constexpr std::string_view kAuthorityUpdated = "authority.update.success";
inline constexpr std::string_view kAuthorityKeyUsed = "authority.key_use.success";
inline constexpr std::string_view kCrlPublished = "authority.crl.published";
inline constexpr std::string_view kAcmeServerCreated = "acme_server.create.success";
inline constexpr std::string_view kAcmeServerUpdated = "acme_server.update.success";
inline constexpr std::string_view kAcmeAccountRegistered = "acme_account.register.success";
inline constexpr std::string_view kAcmeAccountUpdated = "acme_account.update.success";
inline constexpr std::string_view kAcmeAccountDeactivated = "acme_account.deactivate.success";
inline constexpr std::string_view kAcmeKeyChanged = "acme_account.key_change.success";
inline constexpr std::string_view kAcmeAccountCreated = "acme_account.create.success";
inline constexpr std::string_view kAcmeAccountRefused = "acme_account.register.failure";
inline constexpr std::string_view kAcmeAccountRevoked = "acme_account.revoke.success";
inline constexpr std::string_view kAcmeAccountResumed = "acme_account.resume.success";
inline constexpr std::string_view kAcmeAccountPaused = "acme_account.pause.success";
inline constexpr std::string_view kAcmeCredentialsReplaced = "acme_account.credentials_replace.success";
inline constexpr std::string_view kAcmeTermsAgreed = "acme_account.terms_agree.success";
inline constexpr std::string_view kAcmeBindingCreated = "acme_binding.create.success";
inline constexpr std::string_view kAcmeBindingRemoved = "acme_binding.remove.success";
inline constexpr std::string_view kAcmeBindingUsed = "acme_binding.use.success";
inline constexpr std::string_view kAcmeOrderCreated = "acme_order.create.success";
inline constexpr std::string_view kAcmeOrderRefused = "acme_order.create.failure";
inline constexpr std::string_view kAcmeCaaAllowed = "acme_order.check_caa.success";
inline constexpr std::string_view kAcmeCaaForbidden = "acme_order.check_caa.failure";
inline constexpr std::string_view kAcmeAuthorizationCreated = "acme_authorization.create.success";
inline constexpr std::string_view kAcmeAuthorizationRefused = "acme_authorization.create.failure";
inline constexpr std::string_view kAcmeAuthorizationValid = "acme_authorization.validate.success";
inline constexpr std::string_view kAcmeAuthorizationFailed = "acme_authorization.validate.failure";
inline constexpr std::string_view kAcmeAuthorizationDeactivated = "acme_authorization.deactivate.success";
inline constexpr std::string_view kLoginSuccess = "session.login.success";
inline constexpr std::string_view kLoginFailure = "session.login.failure";
inline constexpr std::string_view kLoginThrottled = "session.login.throttled";
inline constexpr std::string_view kLogout = "session.logout.success";
inline constexpr std::string_view kSessionRevoked = "session.revoke.success";
inline constexpr std::string_view kPasswordRefused = "password.change.failure";
inline constexpr std::string_view kPasswordChanged = "password.change.success";
inline constexpr std::string_view kTotpEnabled = "totp.enable.success";
inline constexpr std::string_view kTotpDisabled = "totp.disable.success";
inline constexpr std::string_view kTotpRefused = "totp.verify.failure";
inline constexpr std::string_view kAccessDenied = "access.denied";
inline constexpr std::string_view kUserCreated = "user.create.success";
inline constexpr std::string_view kUserUpdated = "user.update.success";
inline constexpr std::string_view kIdentityLinked = "identity_link.create.success";
inline constexpr std::string_view kIdentityUnlinked = "identity_link.delete.success";
inline constexpr std::string_view kMachineCreated = "service_account.create.success";
inline constexpr std::string_view kMachineUpdated = "service_account.update.success";
inline constexpr std::string_view kMachineDeleted = "service_account.delete.success";
inline constexpr std::string_view kMachineSecretRotated = "service_account.secret_rotate.success";
inline constexpr std::string_view kMachineAuthenticated = "service_account.authenticate.success";
inline constexpr std::string_view kMachineAuthenticationFailed = "service_account.authenticate.failure";
inline constexpr std::string_view kMachineAuthenticationThrottled = "service_account.authenticate.throttled";
inline constexpr std::string_view kTokenCreated = "api_token.create.success";
inline constexpr std::string_view kTokenRevoked = "api_token.revoke.success";
inline constexpr std::string_view kAlertRaised = "alert.raise.success";
inline constexpr std::string_view kAlertUpdated = "alert.update.success";
inline constexpr std::string_view kSystemInitialised = "system.initialise.success";

/// Every name with a sentence, for the documentation and for the test that keeps both complete.
struct Name {
    std::string_view name;
    std::string_view meaning;
};

std::span<const Name> catalogue();

struct Resource {
    std::string_view type;
    std::string_view id;
};

/// A record of something done; part of the unit. `details` is a JSON object without secrets.
void record(db::UnitOfWork& work, const Caller& caller, Time now, std::string_view action, Resource resource,
            std::string details = "{}");
/// A record of something refused; stays when the unit is rolled back for it.
void record_refusal(db::UnitOfWork& work, const Caller& caller, Time now, std::string_view action, Resource resource,
                    std::string details = "{}");

/// {"old": …, "new": …}: the details of a change, from the JSON of both.
std::string change_of(std::string_view before, std::string_view after);

/// The result of reading the whole chain.
struct Verification {
    long long checked = 0;
    std::optional<long long> broken_at{}; ///< sequence of the first record that does not fit
    std::string reason{};
    std::string head_hash{};
};

/// Reads the log in batches and recomputes every hash; also checks that no sequence is missing and the head agrees.
Verification verify(db::Session& session);

} // namespace chancery::issuance::audit
