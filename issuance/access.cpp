#include "issuance/access.hpp"

#include "core/json.hpp"
#include "issuance/audit.hpp"

#include <array>

namespace chancery::issuance {
namespace {

using Roles = unsigned;

constexpr Roles bit(Role role)
{
    return 1U << static_cast<unsigned>(role);
}

constexpr Roles kUser = bit(Role::User);
constexpr Roles kDeployment = bit(Role::DeploymentAdministrator);
constexpr Roles kPolicy = bit(Role::PolicyAdministrator);
constexpr Roles kPki = bit(Role::PkiAdministrator);
constexpr Roles kReport = bit(Role::ReportOperator);
constexpr Roles kSuper = bit(Role::SuperAdministrator);
constexpr Roles kEverybody = kUser | kDeployment | kPolicy | kPki | kReport | kSuper;
constexpr Roles kRequesters = kUser | kDeployment | kPki | kSuper;
constexpr Roles kReaders = kDeployment | kPolicy | kPki | kReport | kSuper;

struct Grant {
    Right right;
    Roles roles;
    Scope scope;
    bool acme_clients = false; ///< ACME clients have no role and no token: these are all they may do
    bool people_only = false;  ///< no machine may, whatever its owner's role
};

/// Who may do what. What is not here nobody may do.
constexpr Grant kGrants[] = {
    {Right::ReadOwnProfile, kEverybody, Scope::Read},
    {Right::RequestCertificates, kRequesters, Scope::Write, true},
    {Right::ReadCertificates, kEverybody, Scope::Read, true},
    {Right::ReadAllCertificates, kReaders, Scope::Read},
    {Right::ExportPrivateKeys, kRequesters, Scope::Write},
    {Right::ExportAllPrivateKeys, kPki | kSuper, Scope::Write},
    {Right::RevokeCertificates, kRequesters, Scope::Write, true},
    {Right::RevokeAllCertificates, kPki | kSuper, Scope::Write},
    {Right::ManageCertificates, kRequesters, Scope::Write},
    {Right::ManageOwnViews, kEverybody, Scope::Write},
    {Right::ManageCustomFields, kDeployment | kPki | kSuper, Scope::Admin},
    {Right::RenewCertificates, kDeployment | kPki | kSuper, Scope::Write},
    {Right::ManageRenewalSettings, kPki | kSuper, Scope::Admin},
    {Right::ReadBlockedKeys, kReaders, Scope::Read},
    {Right::ManageBlockedKeys, kPki | kSuper, Scope::Admin},
    {Right::UnblockKeys, kSuper, Scope::Admin},
    {Right::ReadOrders, kEverybody, Scope::Read, true},
    {Right::ReadAllOrders, kReaders, Scope::Read},
    {Right::FulfilOrders, kPki | kSuper, Scope::Write},
    {Right::ReadDomains, kEverybody, Scope::Read},
    {Right::ManageDomains, kPki | kSuper, Scope::Admin},
    {Right::ReadPolicies, kEverybody, Scope::Read},
    {Right::ManagePolicies, kPolicy | kSuper, Scope::Admin},
    {Right::EvaluatePolicies, kRequesters | kPolicy, Scope::Read},
    {Right::ReplayPolicies, kPolicy | kPki | kSuper, Scope::Write},
    {Right::ManagePolicyWaivers, kPolicy | kSuper, Scope::Admin},
    {Right::ReadProviders, kEverybody, Scope::Read},
    {Right::ManageProviders, kPki | kSuper, Scope::Admin},
    {Right::CheckHosts, kDeployment | kPki | kSuper, Scope::Write},
    {Right::ReadAuthorities, kEverybody, Scope::Read},
    {Right::ManageAuthorities, kPki | kSuper, Scope::Admin},
    {Right::ReadAcmeServers, kEverybody, Scope::Read},
    {Right::ManageAcmeServers, kPki | kSuper, Scope::Admin},
    {Right::ReadAcmeAccounts, kReaders, Scope::Read},
    {Right::ManageAcmeAccounts, kPki | kSuper, Scope::Admin},
    {Right::ReadAlerts, kReaders, Scope::Read},
    {Right::ManageAlerts, kDeployment | kPolicy | kPki | kSuper, Scope::Write},
    {Right::ReadAuditLog, kReport | kSuper, Scope::Read},
    {Right::ReadUsers, kSuper, Scope::Read},
    {Right::ManageUsers, kSuper, Scope::Admin, false, true},
    {Right::ManageOwnTokens, kEverybody, Scope::Admin, false, true},
    {Right::ManageOwnLogin, kEverybody, Scope::Admin, false, true},
    {Right::ReadServiceAccounts, kSuper, Scope::Read},
    {Right::ManageServiceAccounts, kSuper, Scope::Admin, false, true},
};

/// For refusals and the audit log: what the caller was about to do.
constexpr std::pair<Right, std::string_view> kDeeds[] = {
    {Right::ReadOwnProfile, "read their own profile"},
    {Right::RequestCertificates, "request certificates"},
    {Right::ReadCertificates, "read certificates"},
    {Right::ReadAllCertificates, "read everybody's certificates"},
    {Right::ExportPrivateKeys, "export private keys"},
    {Right::ExportAllPrivateKeys, "export the private keys of other callers' certificates"},
    {Right::RevokeCertificates, "revoke certificates"},
    {Right::RevokeAllCertificates, "revoke other callers' certificates"},
    {Right::ManageCertificates, "change certificates"},
    {Right::ManageCustomFields, "manage custom fields"},
    {Right::ManageOwnViews, "keep views of the inventory"},
    {Right::RenewCertificates, "renew certificates"},
    {Right::ManageRenewalSettings, "change when certificates are renewed by themselves"},
    {Right::ReadBlockedKeys, "read blocked keys"},
    {Right::ManageBlockedKeys, "block keys"},
    {Right::UnblockKeys, "unblock keys"},
    {Right::ReadOrders, "read orders"},
    {Right::ReadAllOrders, "read everybody's orders"},
    {Right::FulfilOrders, "upload the certificates of orders"},
    {Right::ReadDomains, "read domains"},
    {Right::ManageDomains, "manage domains"},
    {Right::ReadPolicies, "read policies"},
    {Right::ManagePolicies, "manage policies"},
    {Right::EvaluatePolicies, "evaluate policies"},
    {Right::ReplayPolicies, "run policies over the inventory"},
    {Right::ManagePolicyWaivers, "approve policy waivers"},
    {Right::ReadProviders, "read providers"},
    {Right::ManageProviders, "manage providers"},
    {Right::CheckHosts, "check hosts"},
    {Right::ReadAuthorities, "read certificate authorities"},
    {Right::ManageAuthorities, "manage certificate authorities"},
    {Right::ReadAcmeServers, "read ACME servers"},
    {Right::ManageAcmeServers, "manage ACME servers"},
    {Right::ReadAcmeAccounts, "read ACME accounts"},
    {Right::ManageAcmeAccounts, "manage ACME accounts"},
    {Right::ReadAlerts, "read alerts"},
    {Right::ManageAlerts, "manage alerts"},
    {Right::ReadAuditLog, "read the audit log"},
    {Right::ReadUsers, "read users"},
    {Right::ManageUsers, "manage users"},
    {Right::ManageOwnTokens, "manage their own tokens"},
    {Right::ManageOwnLogin, "manage how they sign in"},
    {Right::ReadServiceAccounts, "read service accounts"},
    {Right::ManageServiceAccounts, "manage service accounts"},
};

const Grant* grant_of(Right right)
{
    for (const auto& grant : kGrants) {
        if (grant.right == right) {
            return &grant;
        }
    }
    return nullptr;
}

std::string_view deed(Right right)
{
    for (const auto& [known, text] : kDeeds) {
        if (known == right) {
            return text;
        }
    }
    return "do this";
}

} // namespace

Caller system_caller(std::string request_id)
{
    return Caller{.actor = Actor{.type = ActorType::System, .id = "system", .name = "Chancery"},
                  .role = Role::SuperAdministrator,
                  .scope = Scope::Admin,
                  .request_id = std::move(request_id)};
}

bool has_right(const Caller& caller, Right right)
{
    if (caller.is_system()) {
        return true;
    }
    const auto* grant = grant_of(right);
    if (grant == nullptr) {
        return false;
    }
    if (caller.actor.type == ActorType::AcmeClient) {
        return grant->acme_clients;
    }
    if (grant->people_only && caller.actor.type != ActorType::User) {
        return false;
    }
    return (grant->roles & bit(caller.role)) != 0 && caller.scope >= grant->scope;
}

Result<void> require(db::UnitOfWork& work, const Caller& caller, Right right, Time now)
{
    if (has_right(caller, right)) {
        return {};
    }
    auto details = json::Writer()
                       .begin_object()
                       .member("deed", deed(right))
                       .member("role", name_of(caller.role))
                       .member("scope", name_of(caller.scope))
                       .end_object()
                       .take();
    audit::record_refusal(work, caller, now, audit::kAccessDenied, {}, std::move(details));
    return refuse(Code::Forbidden,
                  "The caller's role or the token's scope does not allow them to " + std::string(deed(right)) + ".");
}

} // namespace chancery::issuance
