#pragma once

#include "core/model/identity.hpp"
#include "core/model/order.hpp"
#include "core/result.hpp"
#include "db/unit_of_work.hpp"

#include <string>
#include <vector>

/// Who may do what: one table, denied by default.
namespace chancery::issuance {

/// Somebody whose credentials were checked, with the request that they make.
struct Caller {
    Actor actor{};
    Role role = Role::User;
    Scope scope = Scope::Read;             ///< of the token; a session has Admin
    std::vector<std::string> domain_ids{}; ///< assigned domains; a Super Administrator needs none
    std::string acme_account_id{};         ///< when the caller is an ACME client
    std::string source_address{};
    std::string request_id{};

    bool is_system() const { return actor.type == ActorType::System; }
};

/// The server itself: start-up, schedules, recovery. Passes every right, never the domain gate or the policies.
Caller system_caller(std::string request_id = {});

/// What an operation needs. issuance/access.cpp maps each to the roles and the least scope in one table.
enum class Right {
    ReadOwnProfile,
    RequestCertificates,
    ReadCertificates,
    ReadAllCertificates,
    ExportPrivateKeys,     ///< of certificates that one requested oneself
    ExportAllPrivateKeys,  ///< anybody's
    RevokeCertificates,    ///< one's own
    RevokeAllCertificates, ///< anybody's
    ManageCertificates,    ///< tags, owner, custom fields
    ManageCustomFields,
    ManageOwnViews,        ///< saved views of the inventory
    RenewCertificates,     ///< anybody's that the caller may see
    ManageRenewalSettings, ///< of all certificates
    ReadBlockedKeys,
    ManageBlockedKeys, ///< block keys
    UnblockKeys,
    ReadOrders,
    ReadAllOrders,
    FulfilOrders, ///< upload what a CA outside issued by hand
    ReadDomains,
    ManageDomains,
    ReadPolicies,
    ManagePolicies,
    EvaluatePolicies,
    ReplayPolicies,
    ManagePolicyWaivers, ///< approve that a rule need not be met, and take that back
    ReadProviders,
    ManageProviders,
    CheckHosts, ///< have the server look at what another one presents
    ReadAuthorities,
    ManageAuthorities,
    ReadAcmeServers,
    ManageAcmeServers,
    ReadAcmeAccounts,
    ManageAcmeAccounts,
    ReadAlerts,
    ManageAlerts,
    ReadAuditLog,
    ReadUsers,
    ManageUsers,
    ManageOwnTokens,
    ManageOwnLogin, ///< sessions, password, second factor
    ReadServiceAccounts,
    ManageServiceAccounts
};

bool has_right(const Caller& caller, Right right);
/// Forbidden unless the caller has the right; the refusal is recorded as `access.denied`.
Result<void> require(db::UnitOfWork& work, const Caller& caller, Right right, Time now);

} // namespace chancery::issuance
