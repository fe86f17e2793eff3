#include "issuance/audit.hpp"

#include "core/id.hpp"
#include "core/json.hpp"
#include "db/repositories/audit_repository.hpp"
#include "pki/digest.hpp"

namespace chancery::issuance::audit {
namespace {

constexpr Name kCatalogue[] = {
    {kRequestAutomatedSubmitted, "A certificate was requested; the platform makes the key."},
    {kRequestCsrSubmitted, "A certificate was requested with a CSR."},
    {kRequestAcmeSubmitted, "A certificate was requested by an ACME client."},
    {kRequestRefused, "The gate refused a request; the details name the rule."},
    {kCertificateIssued, "A certificate was signed, with the key of the CA that the details name, and stored."},
    {kIssuanceFailed, "An accepted order failed."},
    {kViewAccessed, "A certificate's detail was opened."},
    {kDownloadSuccess, "A certificate was downloaded."},
    {kDownloadPfxSuccess, "A certificate was exported with its private key."},
    {kDownloadPfxFailure, "An export with private key was refused or failed."},
    {kCertificateUpdated, "A certificate's tags, owner or custom fields were changed."},
    {kInventoryExported, "An export of the inventory was begun; the details have its filter."},
    {kBatchSubmitted, "A change of many certificates was accepted; each has its own record when it is made."},
    {kSavedViewCreated, "A view of the inventory was saved."},
    {kSavedViewUpdated, "A saved view was changed."},
    {kSavedViewRemoved, "A saved view was removed."},
    {kCustomFieldCreated, "A custom field was added to the inventory."},
    {kCustomFieldUpdated, "A custom field was changed."},
    {kCustomFieldRetired, "A custom field was retired."},
    {kRevokeRequested, "A revocation code was made."},
    {kRevokeDispatched, "A revocation was handed to an external provider."},
    {kRevokeSuccess, "A certificate was revoked."},
    {kRevokeFailure, "A revocation was refused or failed."},
    {kRevokePublished, "The certificate authority outside carried out a revocation."},
    {kRevokePublishFailed, "The certificate authority outside did not carry out a revocation, for good."},
    {kRenewSuccess, "A certificate was renewed: another one has taken its place."},
    {kRenewalSettingsUpdated, "It was changed when certificates are renewed by themselves: all, or one."},
    {kRenewFailure, "A renewal failed, or the schedule could not submit one."},
    {kRevocationBatchPreviewed, "Many revocations were previewed and a code for them was made."},
    {kRevocationBatchConfirmed, "Many revocations were confirmed with their code."},
    {kRevocationBatchRefused, "The confirmation of many revocations was refused."},
    {kRevocationBatchCompleted, "Many revocations are done; each has a record of its own."},
    {kBlockedKeyAdded, "A public key was put on the list of blocked keys."},
    {kBlockedKeysImported, "Many public keys were put on the list of blocked keys."},
    {kBlockedKeyRemoved, "A public key was taken off the list of blocked keys."},
    {kPolicyHardFail, "A policy blocked a request."},
    {kPolicySoftFail, "A certificate was issued with policy warnings."},
    {kPolicyWaived,
     "A request was let through although it does not meet rules, because of waivers that the details name."},
    {kPolicyEngineError, "A policy could not be evaluated; the request was blocked."},
    {kPolicyCreated, "A policy was written."},
    {kPolicyUpdated, "A policy has a new version."},
    {kPolicyRetired, "A policy was retired."},
    {kPolicyWaiverGranted, "Somebody approved that a rule of a policy need not be met, for a while."},
    {kPolicyWaiverRevoked, "A policy waiver was taken back."},
    {kPolicyReplayStarted, "Somebody asked what a policy would have done to certificates and orders that are there."},
    {kPolicyReplayCancelled, "A policy replay was stopped."},
    {kPolicyReplayCompleted, "A policy replay is through."},
    {kPolicyReplayFailed, "A policy replay could not go on."},
    {kDomainCreated, "A domain was registered."},
    {kDomainUpdated, "A domain was enabled or disabled."},
    {kProviderCreated, "A provider was created."},
    {kProviderUpdated, "A provider was changed."},
    {kProviderChecked, "A provider's credentials were tested and are good."},
    {kProviderCheckFailed, "A provider's credentials were tested and did not do."},
    {kHostChecked, "It was looked at what a server presents."},
    {kHostCheckFailed, "A server was to be looked at and presented nothing, or may not be connected to."},
    {kOrderSubmitted, "An order was submitted to a certificate authority outside, which knows it by the handle."},
    {kOrderCancelled, "An operator ended an order that waited for a certificate."},
    {kOrderUploaded, "An operator uploaded the certificate of an order."},
    {kOrderUploadRefused, "An operator uploaded a certificate that is not what the order asks for."},
    {kAuthorityCreated, "A certificate authority was created."},
    {kAuthorityImported, "A certificate authority was imported."},
    {kAuthorityUpdated, "A certificate authority was changed or retired."},
    {kAuthorityKeyUsed, "A certificate authority's key signed another certificate authority's certificate."},
    {kCrlPublished, "A certificate revocation list was signed and published."},
    {kAcmeServerCreated, "An ACME server was created."},
    {kAcmeServerUpdated, "An ACME server was changed."},
    {kAcmeAccountRegistered, "An ACME client registered an account."},
    {kAcmeAccountUpdated, "An ACME account was changed."},
    {kAcmeAccountDeactivated, "An ACME account was deactivated."},
    {kAcmeKeyChanged, "An ACME account has another key."},
    {kAcmeAccountCreated, "An administrator made an ACME account in advance."},
    {kAcmeAccountRefused, "An ACME client could not register: its external account binding was refused."},
    {kAcmeAccountRevoked, "An administrator ended an ACME account."},
    {kAcmeAccountResumed, "An administrator lifted the pauses of an ACME account."},
    {kAcmeAccountPaused, "A name was paused for an ACME account, because its validation kept failing."},
    {kAcmeCredentialsReplaced, "An ACME account that nobody has registered yet has new credentials."},
    {kAcmeTermsAgreed, "Somebody agreed to changed terms of service for an ACME account."},
    {kAcmeBindingCreated, "A name was bound to an ACME account."},
    {kAcmeBindingRemoved, "A name is not bound to an ACME account any more."},
    {kAcmeBindingUsed, "An ACME client ordered names that are bound to its account."},
    {kAcmeOrderCreated, "An ACME order was created."},
    {kAcmeOrderRefused, "An ACME order was refused."},
    {kAcmeCaaAllowed, "The CAA records of an ACME order's names allow the certificate."},
    {kAcmeCaaForbidden, "CAA records forbid the certificate of an ACME order, or could not be read."},
    {kAcmeAuthorizationCreated, "An ACME client asked for an authorization before any order."},
    {kAcmeAuthorizationRefused, "An authorization before any order was refused."},
    {kAcmeAuthorizationValid, "An ACME client proved control of an identifier."},
    {kAcmeAuthorizationFailed, "An ACME client failed to prove control of an identifier."},
    {kAcmeAuthorizationDeactivated, "An ACME client gave up an authorization."},
    {kLoginSuccess, "A user logged in."},
    {kLoginFailure, "A login was refused."},
    {kLoginThrottled, "Logins were refused untried after too many failures; once until one is tried again."},
    {kLogout, "A user logged out."},
    {kSessionRevoked, "A session was ended by its user or an administrator."},
    {kPasswordRefused, "A user who wanted a new password gave a wrong current one."},
    {kPasswordChanged, "A user changed their own password; their other sessions ended."},
    {kTotpEnabled, "A user's second factor is in force."},
    {kTotpDisabled, "A user's second factor was removed."},
    {kTotpRefused, "A code was wrong when a second factor was to be confirmed or removed."},
    {kAccessDenied, "Somebody tried what they may not."},
    {kUserCreated, "A user was created."},
    {kUserUpdated, "A user, their role, domains or password were changed."},
    {kIdentityLinked, "A subject of an OpenID provider was linked to a user, who can sign in with it."},
    {kIdentityUnlinked, "A subject of an OpenID provider is no user's any more; the user's sessions ended."},
    {kMachineCreated, "A service account or courier was created."},
    {kMachineUpdated, "A service account or courier was changed."},
    {kMachineDeleted, "A service account or courier was deleted, with its secrets and tokens."},
    {kMachineSecretRotated,
     "A service account or courier has a new secret; the details say for how long the old one stays valid."},
    {kMachineAuthenticated, "A service account or courier exchanged its secret for a token."},
    {kMachineAuthenticationFailed, "An exchange of a machine's secret was refused; the details name the reason."},
    {kMachineAuthenticationThrottled, "Exchanges of a machine's secret are refused untried after too many failures."},
    {kTokenCreated, "An API token was created."},
    {kTokenRevoked, "An API token was revoked."},
    {kAlertRaised, "An alert was raised, or its cause occurred again."},
    {kAlertUpdated, "An alert was acknowledged, resolved or reopened."},
    {kSystemInitialised, "The installation was set up."},
};

constexpr int kBatch = 1000;

AuditEvent event(const Caller& caller, Time now, std::string_view action, Resource resource, Outcome outcome,
                 std::string details)
{
    return AuditEvent{.id = new_id(now),
                      .at = now,
                      .actor = caller.actor,
                      .source_address = caller.source_address,
                      .action = std::string(action),
                      .resource_type = std::string(resource.type),
                      .resource_id = std::string(resource.id),
                      .outcome = outcome,
                      .request_id = caller.request_id,
                      .details = std::move(details)};
}

/// What is wrong with the record after `previous`; empty when it fits.
std::string mistake_in(const AuditEvent& event, long long sequence, const std::string& previous_hash)
{
    if (event.sequence != sequence) {
        return "record " + std::to_string(sequence) + " is missing";
    }
    if (event.previous_hash != previous_hash) {
        return "record " + std::to_string(sequence) + " does not carry the hash of the one before it";
    }
    if (pki::sha256_hex(db::audit_hash_input(event)) != event.hash) {
        return "record " + std::to_string(sequence) + " was changed: its hash does not fit its content";
    }
    return {};
}

} // namespace

std::span<const Name> catalogue()
{
    return kCatalogue;
}

void record(db::UnitOfWork& work, const Caller& caller, Time now, std::string_view action, Resource resource,
            std::string details)
{
    const auto outcome = action.ends_with(".failure") ? Outcome::Failure : Outcome::Success;
    work.audit(event(caller, now, action, resource, outcome, std::move(details)));
}

void record_refusal(db::UnitOfWork& work, const Caller& caller, Time now, std::string_view action, Resource resource,
                    std::string details)
{
    work.audit_always(event(caller, now, action, resource, Outcome::Failure, std::move(details)));
}

std::string change_of(std::string_view before, std::string_view after)
{
    return json::Writer().begin_object().raw_member("old", before).raw_member("new", after).end_object().take();
}

Verification verify(db::Session& session)
{
    db::AuditRepository repository(session);
    // The head first: records written meanwhile are checked, too, but do not look like a break.
    const auto head = repository.head();
    Verification found;
    found.head_hash = head.hash;
    std::string previous(64, '0');
    bool head_seen = head.sequence == 0 && head.hash == previous;
    for (auto batch = repository.range(1, kBatch); !batch.empty();
         batch = repository.range(found.checked + 1, kBatch)) {
        for (const auto& event : batch) {
            found.reason = mistake_in(event, found.checked + 1, previous);
            if (!found.reason.empty()) {
                found.broken_at = found.checked + 1;
                return found;
            }
            previous = event.hash;
            ++found.checked;
            head_seen = head_seen || (event.sequence == head.sequence && event.hash == head.hash);
        }
    }
    if (!head_seen) {
        found.broken_at = found.checked + 1;
        found.reason = "the log does not reach its recorded head, record " + std::to_string(head.sequence);
    }
    return found;
}

} // namespace chancery::issuance::audit
