#include "issuance/access.hpp"

#include <catch2/catch.hpp>

using namespace chancery;
using issuance::Caller;
using issuance::has_right;
using issuance::Right;

namespace {

Caller somebody(Role role, Scope scope = Scope::Admin)
{
    return {.actor = {.type = ActorType::User, .id = "u", .name = "u"}, .role = role, .scope = scope};
}

} // namespace

TEST_CASE("roles have the rights that the product gives them and no others", "[issuance][access]")
{
    const struct {
        Right right;
        std::vector<Role> roles;
    } expected[] = {
        {Right::RequestCertificates,
         {Role::User, Role::DeploymentAdministrator, Role::PkiAdministrator, Role::SuperAdministrator}},
        {Right::ReadAllCertificates,
         {Role::DeploymentAdministrator, Role::PolicyAdministrator, Role::PkiAdministrator, Role::ReportOperator,
          Role::SuperAdministrator}},
        {Right::ExportAllPrivateKeys, {Role::PkiAdministrator, Role::SuperAdministrator}},
        {Right::RevokeAllCertificates, {Role::PkiAdministrator, Role::SuperAdministrator}},
        {Right::ManagePolicies, {Role::PolicyAdministrator, Role::SuperAdministrator}},
        {Right::ManageDomains, {Role::PkiAdministrator, Role::SuperAdministrator}},
        {Right::ManageAuthorities, {Role::PkiAdministrator, Role::SuperAdministrator}},
        {Right::ManageAcmeServers, {Role::PkiAdministrator, Role::SuperAdministrator}},
        {Right::ManageAcmeAccounts, {Role::PkiAdministrator, Role::SuperAdministrator}},
        {Right::ReadAcmeAccounts,
         {Role::DeploymentAdministrator, Role::PolicyAdministrator, Role::PkiAdministrator, Role::ReportOperator,
          Role::SuperAdministrator}},
        {Right::ManageProviders, {Role::PkiAdministrator, Role::SuperAdministrator}},
        {Right::ReadAuditLog, {Role::ReportOperator, Role::SuperAdministrator}},
        {Right::ManageUsers, {Role::SuperAdministrator}},
    };

    for (const auto& [right, roles] : expected) {
        for (const auto& [role, name] : EnumNames<Role>::table) {
            INFO(name << " and right " << static_cast<int>(right));
            CHECK(has_right(somebody(role), right) == (std::ranges::find(roles, role) != roles.end()));
        }
    }
}

TEST_CASE("a token's scope narrows its owner's role", "[issuance][access]")
{
    const auto reader = somebody(Role::SuperAdministrator, Scope::Read);
    const auto writer = somebody(Role::SuperAdministrator, Scope::Write);
    CHECK(has_right(reader, Right::ReadAllCertificates));
    CHECK_FALSE(has_right(reader, Right::RequestCertificates));
    CHECK_FALSE(has_right(reader, Right::RevokeCertificates));
    CHECK(has_right(writer, Right::RequestCertificates));
    CHECK_FALSE(has_right(writer, Right::ManageUsers));
    CHECK_FALSE(has_right(writer, Right::ManageDomains));
}

TEST_CASE("an ACME client may request, read and revoke, whatever role its caller is given", "[issuance][access]")
{
    auto client = somebody(Role::SuperAdministrator);
    client.actor.type = ActorType::AcmeClient;
    CHECK(has_right(client, Right::RequestCertificates));
    CHECK(has_right(client, Right::RevokeCertificates));
    CHECK_FALSE(has_right(client, Right::ManageUsers));
    CHECK_FALSE(has_right(client, Right::ReadAllCertificates));
    CHECK_FALSE(has_right(client, Right::ExportPrivateKeys));
    CHECK(has_right(issuance::system_caller(), Right::ManageUsers));
}
