#include "api/acme_accounts.hpp"
#include "api/acme_servers.hpp"
#include "api/alerts.hpp"
#include "api/api_tokens.hpp"
#include "api/audit_events.hpp"
#include "api/batch_operations.hpp"
#include "api/blocked_keys.hpp"
#include "api/certificate_authorities.hpp"
#include "api/certificate_export.hpp"
#include "api/certificate_search.hpp"
#include "api/certificates.hpp"
#include "api/custom_fields.hpp"
#include "api/domains.hpp"
#include "api/events.hpp"
#include "api/exports.hpp"
#include "api/host_checks.hpp"
#include "api/identity_links.hpp"
#include "api/oauth_tokens.hpp"
#include "api/oidc.hpp"
#include "api/orders.hpp"
#include "api/own_login.hpp"
#include "api/policies.hpp"
#include "api/policy_decisions.hpp"
#include "api/policy_evaluations.hpp"
#include "api/policy_replays.hpp"
#include "api/policy_waivers.hpp"
#include "api/providers.hpp"
#include "api/renewal_settings.hpp"
#include "api/renewals.hpp"
#include "api/revocation.hpp"
#include "api/revocation_batches.hpp"
#include "api/roles.hpp"
#include "api/route.hpp"
#include "api/saved_views.hpp"
#include "api/service_accounts.hpp"
#include "api/sessions.hpp"
#include "api/setup.hpp"
#include "api/statistics.hpp"
#include "api/tags.hpp"
#include "api/users.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

namespace chancery::api {
namespace {

using enum Body;
using enum Repeat;
using issuance::Right;

constexpr std::string_view kPemFile = "application/x-pem-file";
constexpr std::string_view kPemChain = "application/pem-certificate-chain";
constexpr std::string_view kDerCertificate = "application/pkix-cert";
constexpr std::string_view kHtml = "text/html";
constexpr std::string_view kCrl = "application/pkix-crl";
constexpr std::optional<Right> kAnybody{};

// clang-format off
constexpr Route kRoutes[] = {
    {"GET",    "/api/v1/login-options",    kAnybody,                Custom{setup::login_options}},
    {"POST",   "/api/v1/first-administrator", kAnybody,             Custom{setup::create_first_administrator}, Json},
    {"POST",   "/api/v1/sessions",         kAnybody,                Custom{sessions::log_in}, Json},
    {"DELETE", "/api/v1/sessions/current", Right::ReadOwnProfile,   Write{sessions::log_out}},
    {"GET",    "/api/v1/sessions",         Right::ManageOwnLogin,   Read{sessions::list}},
    {"GET",    "/api/v1/sessions/{id}",    Right::ManageOwnLogin,   Read{sessions::show}},
    {"DELETE", "/api/v1/sessions/{id}",    Right::ManageOwnLogin,   Write{sessions::revoke}},
    {"GET",    "/api/v1/me",               Right::ReadOwnProfile,   Read{sessions::me}},
    {"POST",   "/api/v1/me/password",          Right::ManageOwnLogin, Custom{own_login::change_password}, Json},
    {"GET",    "/api/v1/me/totp",              Right::ManageOwnLogin, Read{own_login::show_totp}},
    {"POST",   "/api/v1/me/totp",              Right::ManageOwnLogin, Write{own_login::start_totp}, Json},
    {"POST",   "/api/v1/me/totp/confirmation", Right::ManageOwnLogin, Write{own_login::confirm_totp}, Json},
    {"POST",   "/api/v1/me/totp/removal",      Right::ManageOwnLogin, Write{own_login::remove_totp}, Json},

    {"GET",    "/api/v1/certificates",                             Right::ReadCertificates,   Read{certificates::list}},
    {"GET",    "/api/v1/certificates/batch-operations",            Right::ManageCertificates, Read{batch_operations::list}},
    {"POST",   "/api/v1/certificates/batch-operations",            Right::ManageCertificates, Write{batch_operations::create}, Json, Idempotent},
    {"GET",    "/api/v1/certificates/batch-operations/{id}",       Right::ManageCertificates, Read{batch_operations::show}},
    {"GET",    "/api/v1/certificates/batch-operations/{id}/items", Right::ManageCertificates, Read{batch_operations::items}},
    {"GET",    "/api/v1/certificates/filter-fields",               Right::ReadCertificates,   Read{certificate_search::fields}},
    {"GET",    "/api/v1/certificates/exports",                     Right::ReadCertificates,   Custom{certificate_export::stream}, None, Plain, {}},
    {"POST",   "/api/v1/certificates/search",                      Right::ReadCertificates,   Read{certificate_search::search}, Json},
    {"GET",    "/api/v1/certificates/{id}",                        Right::ReadCertificates,   Write{certificates::show}},
    {"PATCH",  "/api/v1/certificates/{id}",                        Right::ManageCertificates, Write{certificates::change}, MergePatch},
    {"GET",    "/api/v1/certificates/{id}/pem",                    Right::ReadCertificates,   Write{certificates::pem}, None, Plain, kPemFile},
    {"GET",    "/api/v1/certificates/{id}/chain",                  Right::ReadCertificates,   Write{certificates::chain}, None, Plain, kPemChain},
    {"GET",    "/api/v1/certificates/{id}/der",                    Right::ReadCertificates,   Write{certificates::der}, None, Plain, kDerCertificate},
    {"POST",   "/api/v1/certificates/{id}/exports",                Right::ExportPrivateKeys,  Custom{exports::create}, Json, Idempotent},
    {"POST",   "/api/v1/certificates/{id}/revocation-challenges",  Right::RevokeCertificates, Write{revocation::challenge}, Json, Idempotent},
    {"POST",   "/api/v1/certificates/{id}/revocation",             Right::RevokeCertificates, Write{revocation::revoke}, Json, Idempotent},
    {"GET",    "/api/v1/certificates/{id}/revocation",             Right::ReadCertificates,   Read{revocation::show}},
    {"GET",    "/api/v1/certificates/{id}/events",                 Right::ReadCertificates,   Read{audit_events::of_certificate}},
    {"GET",    "/api/v1/certificates/{id}/renewals",               Right::ReadCertificates,   Read{renewals::list}},
    {"POST",   "/api/v1/certificates/{id}/renewals",               Right::RenewCertificates,  Custom{renewals::create}, Json, Idempotent},
    {"GET",    "/api/v1/certificates/{id}/renewal-settings",       Right::ReadCertificates,   Read{renewal_settings::show_own}},
    {"PATCH",  "/api/v1/certificates/{id}/renewal-settings",       Right::RenewCertificates,  Write{renewal_settings::change_own}, MergePatch},

    {"GET",    "/api/v1/renewal-settings", Right::ReadCertificates,      Read{renewal_settings::show}},
    {"PATCH",  "/api/v1/renewal-settings", Right::ManageRenewalSettings, Write{renewal_settings::change}, MergePatch},

    {"GET",    "/api/v1/revocation-batches",                 Right::ReadCertificates,   Read{revocation_batches::list}},
    {"POST",   "/api/v1/revocation-batches",                 Right::RevokeCertificates, Write{revocation_batches::create}, Json, Idempotent},
    {"GET",    "/api/v1/revocation-batches/{id}",            Right::ReadCertificates,   Read{revocation_batches::show}},
    {"GET",    "/api/v1/revocation-batches/{id}/items",      Right::ReadCertificates,   Read{revocation_batches::items}},
    {"POST",   "/api/v1/revocation-batches/{id}/revocation", Right::RevokeCertificates, Write{revocation_batches::revoke}, Json, Idempotent},

    {"GET",    "/api/v1/blocked-keys",                        Right::ReadBlockedKeys,   Read{blocked_keys::list}},
    {"POST",   "/api/v1/blocked-keys",                        Right::ManageBlockedKeys, Write{blocked_keys::create}, Json, Idempotent},
    {"POST",   "/api/v1/blocked-keys/imports",                Right::ManageBlockedKeys, Write{blocked_keys::import}, Json, Idempotent},
    {"GET",    "/api/v1/blocked-keys/{spki_sha256}",          Right::ReadBlockedKeys,   Read{blocked_keys::show}},
    {"POST",   "/api/v1/blocked-keys/{spki_sha256}/removal",  Right::UnblockKeys,       Write{blocked_keys::remove}, Json, Idempotent},

    {"GET",    "/api/v1/custom-fields",      Right::ReadCertificates,   Read{custom_fields::list}},
    {"POST",   "/api/v1/custom-fields",      Right::ManageCustomFields, Write{custom_fields::create}, Json, Idempotent},
    {"GET",    "/api/v1/custom-fields/{id}", Right::ReadCertificates,   Read{custom_fields::show}},
    {"PATCH",  "/api/v1/custom-fields/{id}", Right::ManageCustomFields, Write{custom_fields::change}, MergePatch},
    {"DELETE", "/api/v1/custom-fields/{id}", Right::ManageCustomFields, Write{custom_fields::retire}},
    {"GET",    "/api/v1/saved-views",        Right::ReadCertificates,   Read{saved_views::list}},
    {"POST",   "/api/v1/saved-views",        Right::ManageOwnViews,     Write{saved_views::create}, Json, Idempotent},
    {"GET",    "/api/v1/saved-views/{id}",   Right::ReadCertificates,   Read{saved_views::show}},
    {"PATCH",  "/api/v1/saved-views/{id}",   Right::ManageOwnViews,     Write{saved_views::change}, MergePatch},
    {"DELETE", "/api/v1/saved-views/{id}",   Right::ManageOwnViews,     Write{saved_views::remove}},
    {"GET",    "/api/v1/tags",               Right::ReadCertificates,   Read{tags::list}},
    {"GET",    "/api/v1/events",             Right::ReadCertificates,   Custom{events::stream}, None, Plain, "text/event-stream"},
    {"GET",    "/api/v1/stats/expiry",       Right::ReadCertificates,   Read{statistics::expiry}},
    {"GET",    "/api/v1/stats/issuance",     Right::ReadCertificates,   Read{statistics::issuance}},
    {"GET",    "/api/v1/stats/status",       Right::ReadCertificates,   Read{statistics::status}},
    {"GET",    "/api/v1/stats/crypto",       Right::ReadCertificates,   Read{statistics::crypto}},
    {"GET",    "/api/v1/stats/succession",   Right::ReadCertificates,   Read{statistics::succession}},
    {"GET",    "/api/v1/stats/orders",       Right::ReadOrders,         Read{statistics::orders}},
    {"GET",    "/api/v1/stats/order-durations",  Right::ReadOrders,     Read{statistics::order_durations}},
    {"GET",    "/api/v1/stats/policy-outcomes",  Right::ReadOrders,     Read{statistics::policy_outcomes}},

    {"GET",    "/api/v1/orders",                      Right::ReadOrders,          Read{orders::list}},
    {"POST",   "/api/v1/orders",                      Right::RequestCertificates, Custom{orders::create}, Json, Idempotent},
    {"GET",    "/api/v1/orders/{id}",                 Right::ReadOrders,          Read{orders::show}},
    {"POST",   "/api/v1/orders/{id}/resubmissions",   Right::RequestCertificates, Custom{orders::resubmit}, Json, Idempotent},
    {"GET",    "/api/v1/orders/{id}/csr",             Right::ReadOrders,          Read{orders::csr}, None, Plain, kPemFile},
    {"POST",   "/api/v1/orders/{id}/certificate",     Right::FulfilOrders,        Write{orders::fulfil}, Json, Idempotent},
    {"POST",   "/api/v1/orders/{id}/cancellation",    Right::FulfilOrders,        Write{orders::cancel}, Json, Idempotent},

    {"GET",    "/api/v1/domains",        Right::ReadDomains,   Read{domains::list}},
    {"POST",   "/api/v1/domains",        Right::ManageDomains, Write{domains::create}, Json, Idempotent},
    {"GET",    "/api/v1/domains/{id}",   Right::ReadDomains,   Read{domains::show}},
    {"PATCH",  "/api/v1/domains/{id}",   Right::ManageDomains, Write{domains::change}, MergePatch},

    {"GET",    "/api/v1/providers",      Right::ReadProviders,   Read{providers::list}},
    {"POST",   "/api/v1/providers",      Right::ManageProviders, Write{providers::create}, Json, Idempotent},
    {"GET",    "/api/v1/providers/{id}", Right::ReadProviders,   Read{providers::show}},
    {"PATCH",  "/api/v1/providers/{id}", Right::ManageProviders, Write{providers::change}, MergePatch},
    {"POST",   "/api/v1/providers/{id}/checks", Right::ManageProviders, Custom{providers::check}, Json},
    {"POST",   "/api/v1/host-checks", Right::CheckHosts, Custom{host_checks::check}, Json},

    {"GET",    "/api/v1/policies",               Right::ReadPolicies,     Read{policies::list}},
    {"POST",   "/api/v1/policies",               Right::ManagePolicies,   Write{policies::create}, Json, Idempotent},
    {"GET",    "/api/v1/policies/{id}",          Right::ReadPolicies,     Read{policies::show}},
    {"PUT",    "/api/v1/policies/{id}",          Right::ManagePolicies,   Write{policies::replace}, Json},
    {"PATCH",  "/api/v1/policies/{id}",          Right::ManagePolicies,   Write{policies::change}, MergePatch},
    {"DELETE", "/api/v1/policies/{id}",          Right::ManagePolicies,   Write{policies::retire}},
    {"GET",    "/api/v1/policies/{id}/versions", Right::ReadPolicies,     Read{policies::versions}},
    {"GET",    "/api/v1/policy-rules",           Right::ReadPolicies,     Read{policies::catalogue}},
    {"POST",   "/api/v1/policy-evaluations",     Right::EvaluatePolicies, Read{policy_evaluations::evaluate}, Json},
    {"GET",    "/api/v1/policy-decisions",       Right::ReadOrders,       Read{policy_decisions::list}},
    {"GET",    "/api/v1/policy-decisions/{id}",  Right::ReadOrders,       Read{policy_decisions::show}},
    {"GET",    "/api/v1/policy-replays",                    Right::ReadAllCertificates, Read{policy_replays::list}},
    {"POST",   "/api/v1/policy-replays",                    Right::ReplayPolicies,      Custom{policy_replays::create}, Json, Idempotent},
    {"GET",    "/api/v1/policy-replays/{id}",               Right::ReadAllCertificates, Read{policy_replays::show}},
    {"POST",   "/api/v1/policy-replays/{id}/cancellation",  Right::ReplayPolicies,      Write{policy_replays::cancel}, Json, Idempotent},
    {"GET",    "/api/v1/policy-waivers",         Right::ReadPolicies,        Read{policy_waivers::list}},
    {"POST",   "/api/v1/policy-waivers",         Right::ManagePolicyWaivers, Write{policy_waivers::create}, Json, Idempotent},
    {"GET",    "/api/v1/policy-waivers/{id}",    Right::ReadPolicies,        Read{policy_waivers::show}},
    {"DELETE", "/api/v1/policy-waivers/{id}",    Right::ManagePolicyWaivers, Write{policy_waivers::revoke}},

    {"GET",    "/api/v1/alerts",      Right::ReadAlerts,   Read{alerts::list}},
    {"GET",    "/api/v1/alerts/{id}", Right::ReadAlerts,   Read{alerts::show}},
    {"PATCH",  "/api/v1/alerts/{id}", Right::ManageAlerts, Write{alerts::change}, MergePatch},

    {"GET",    "/api/v1/audit-events",      Right::ReadAuditLog, Read{audit_events::list}},
    {"GET",    "/api/v1/audit-events/{id}", Right::ReadAuditLog, Read{audit_events::show}},
    {"GET",    "/api/v1/audit-log/head",    Right::ReadAuditLog, Read{audit_events::head}},

    {"GET",    "/api/v1/certificate-authorities",          Right::ReadAuthorities,   Read{certificate_authorities::list}},
    {"POST",   "/api/v1/certificate-authorities",          Right::ManageAuthorities, Custom{certificate_authorities::create}, Json, Idempotent},
    {"POST",   "/api/v1/certificate-authorities/imports",  Right::ManageAuthorities, Custom{certificate_authorities::import}, Json, Idempotent},
    {"GET",    "/api/v1/certificate-authorities/{id}",     Right::ReadAuthorities,   Read{certificate_authorities::show}},
    {"PATCH",  "/api/v1/certificate-authorities/{id}",     Right::ManageAuthorities, Write{certificate_authorities::change}, MergePatch},
    {"GET",    "/api/v1/certificate-authorities/{id}/pem", Right::ReadAuthorities,   Read{certificate_authorities::pem}, None, Plain, kPemFile},
    {"GET",    "/api/v1/certificate-authorities/{id}/crl", Right::ReadAuthorities,   Custom{certificate_authorities::crl}, None, Plain, kCrl},

    {"GET",    "/api/v1/acme-servers",      Right::ReadAcmeServers,   Read{acme_servers::list}},
    {"POST",   "/api/v1/acme-servers",      Right::ManageAcmeServers, Write{acme_servers::create}, Json, Idempotent},
    {"GET",    "/api/v1/acme-servers/{id}", Right::ReadAcmeServers,   Read{acme_servers::show}},
    {"PATCH",  "/api/v1/acme-servers/{id}", Right::ManageAcmeServers, Write{acme_servers::change}, MergePatch},

    {"GET",    "/api/v1/acme-servers/{id}/accounts",         Right::ReadAcmeAccounts,   Read{acme_accounts::list}},
    {"POST",   "/api/v1/acme-servers/{id}/accounts",         Right::ManageAcmeAccounts, Write{acme_accounts::create}, Json, Idempotent},
    {"GET",    "/api/v1/acme-accounts/{id}",                 Right::ReadAcmeAccounts,   Read{acme_accounts::show}},
    {"PATCH",  "/api/v1/acme-accounts/{id}",                 Right::ManageAcmeAccounts, Write{acme_accounts::change}, MergePatch},
    {"POST",   "/api/v1/acme-accounts/{id}/eab-credentials", Right::ManageAcmeAccounts, Write{acme_accounts::replace_credentials}, Json, Idempotent},
    {"DELETE", "/api/v1/acme-accounts/{id}/failing-names",   Right::ManageAcmeAccounts, Write{acme_accounts::resume}},
    {"GET",    "/api/v1/acme-accounts/{id}/bindings",        Right::ReadAcmeAccounts,   Read{acme_accounts::list_bindings}},
    {"POST",   "/api/v1/acme-accounts/{id}/bindings",        Right::ManageAcmeAccounts, Write{acme_accounts::bind}, Json, Idempotent},
    {"GET",    "/api/v1/acme-bindings/{id}",                 Right::ReadAcmeAccounts,   Read{acme_accounts::show_binding}},
    {"DELETE", "/api/v1/acme-bindings/{id}",                 Right::ManageAcmeAccounts, Write{acme_accounts::unbind}},

    {"GET",    "/api/v1/roles",      Right::ReadOwnProfile, Read{roles::table}},
    {"GET",    "/api/v1/users",      Right::ReadUsers,   Read{users::list}},
    {"POST",   "/api/v1/users",      Right::ManageUsers, Custom{users::create}, Json, Idempotent},
    {"GET",    "/api/v1/users/{id}", Right::ReadUsers,   Read{users::show}},
    {"PATCH",  "/api/v1/users/{id}", Right::ManageUsers, Custom{users::change}, MergePatch},
    {"DELETE", "/api/v1/users/{id}/totp", Right::ManageUsers, Write{own_login::remove_totp_of_user}},
    {"GET",    "/api/v1/users/{id}/identity-links", Right::ReadUsers,   Read{identity_links::list}},
    {"POST",   "/api/v1/users/{id}/identity-links", Right::ManageUsers, Write{identity_links::create}, Json, Idempotent},
    {"GET",    "/api/v1/identity-links/{id}",       Right::ReadUsers,   Read{identity_links::show}},
    {"DELETE", "/api/v1/identity-links/{id}",       Right::ManageUsers, Write{identity_links::remove}},

    {"GET",    "/api/v1/api-tokens",      Right::ManageOwnTokens, Read{api_tokens::list}},
    {"POST",   "/api/v1/api-tokens",      Right::ManageOwnTokens, Write{api_tokens::create}, Json, Idempotent},
    {"GET",    "/api/v1/api-tokens/{id}", Right::ManageOwnTokens, Read{api_tokens::show}},
    {"DELETE", "/api/v1/api-tokens/{id}", Right::ManageOwnTokens, Write{api_tokens::revoke}},

    {"GET",    "/api/v1/service-accounts",              Right::ReadServiceAccounts,   Read{service_accounts::list}},
    {"POST",   "/api/v1/service-accounts",              Right::ManageServiceAccounts, Write{service_accounts::create}, Json, Idempotent},
    {"GET",    "/api/v1/service-accounts/{id}",         Right::ReadServiceAccounts,   Read{service_accounts::show}},
    {"PATCH",  "/api/v1/service-accounts/{id}",         Right::ManageServiceAccounts, Write{service_accounts::change}, MergePatch},
    {"DELETE", "/api/v1/service-accounts/{id}",         Right::ManageServiceAccounts, Write{service_accounts::remove}},
    {"GET",    "/api/v1/service-accounts/{id}/secrets", Right::ReadServiceAccounts,   Read{service_accounts::list_secrets}},
    {"POST",   "/api/v1/service-accounts/{id}/secrets", Right::ManageServiceAccounts, Write{service_accounts::rotate_secret}, Json, Idempotent},
    {"GET",    "/oidc/login",                           kAnybody,                     Custom{oidc::begin}},
    {"GET",    "/oidc/callback",                        kAnybody,                     Custom{oidc::finish_login}, None, Plain, kHtml},
    {"POST",   "/oauth2/token",                         kAnybody,                     Custom{oauth_tokens::create}, Form},
};

constexpr std::pair<Right, std::string_view> kRightNames[] = {
    {Right::ReadOwnProfile, "ReadOwnProfile"},
    {Right::RequestCertificates, "RequestCertificates"},
    {Right::ReadCertificates, "ReadCertificates"},
    {Right::ReadAllCertificates, "ReadAllCertificates"},
    {Right::ExportPrivateKeys, "ExportPrivateKeys"},
    {Right::ExportAllPrivateKeys, "ExportAllPrivateKeys"},
    {Right::RevokeCertificates, "RevokeCertificates"},
    {Right::RevokeAllCertificates, "RevokeAllCertificates"},
    {Right::ManageCertificates, "ManageCertificates"},
    {Right::ManageCustomFields, "ManageCustomFields"},
    {Right::ManageOwnViews, "ManageOwnViews"},
    {Right::RenewCertificates, "RenewCertificates"},
    {Right::ManageRenewalSettings, "ManageRenewalSettings"},
    {Right::ReadBlockedKeys, "ReadBlockedKeys"},
    {Right::ManageBlockedKeys, "ManageBlockedKeys"},
    {Right::UnblockKeys, "UnblockKeys"},
    {Right::ReadOrders, "ReadOrders"},
    {Right::ReadAllOrders, "ReadAllOrders"},
    {Right::FulfilOrders, "FulfilOrders"},
    {Right::ReadDomains, "ReadDomains"},
    {Right::ManageDomains, "ManageDomains"},
    {Right::ReadPolicies, "ReadPolicies"},
    {Right::ManagePolicies, "ManagePolicies"},
    {Right::EvaluatePolicies, "EvaluatePolicies"},
    {Right::ReplayPolicies, "ReplayPolicies"},
    {Right::ManagePolicyWaivers, "ManagePolicyWaivers"},
    {Right::ReadProviders, "ReadProviders"},
    {Right::ManageProviders, "ManageProviders"},
    {Right::CheckHosts, "CheckHosts"},
    {Right::ReadAuthorities, "ReadAuthorities"},
    {Right::ManageAuthorities, "ManageAuthorities"},
    {Right::ReadAcmeServers, "ReadAcmeServers"},
    {Right::ManageAcmeServers, "ManageAcmeServers"},
    {Right::ReadAcmeAccounts, "ReadAcmeAccounts"},
    {Right::ManageAcmeAccounts, "ManageAcmeAccounts"},
    {Right::ReadAlerts, "ReadAlerts"},
    {Right::ManageAlerts, "ManageAlerts"},
    {Right::ReadAuditLog, "ReadAuditLog"},
    {Right::ReadUsers, "ReadUsers"},
    {Right::ManageUsers, "ManageUsers"},
    {Right::ManageOwnTokens, "ManageOwnTokens"},
    {Right::ManageOwnLogin, "ManageOwnLogin"},
    {Right::ReadServiceAccounts, "ReadServiceAccounts"},
    {Right::ManageServiceAccounts, "ManageServiceAccounts"},
};
// clang-format on

static_assert(std::size(kRightNames) == static_cast<std::size_t>(Right::ManageServiceAccounts) + 1,
              "every right has a name");

} // namespace

std::span<const Route> routes()
{
    return kRoutes;
}

std::string_view name_of_right(issuance::Right right)
{
    const auto* const found = std::find_if(std::begin(kRightNames), std::end(kRightNames),
                                           [&](const auto& one) { return one.first == right; });
    return found == std::end(kRightNames) ? "unknown" : found->second;
}

std::span<const issuance::Right> all_rights()
{
    static constexpr auto kRights = [] {
        std::array<Right, std::size(kRightNames)> rights{};
        std::transform(std::begin(kRightNames), std::end(kRightNames), rights.begin(),
                       [](const auto& one) { return one.first; });
        return rights;
    }();
    return kRights;
}

} // namespace chancery::api
