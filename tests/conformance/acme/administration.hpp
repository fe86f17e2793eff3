#pragma once

#include "core/encoding.hpp"
#include "db/repositories/configuration_repository.hpp"
#include "issuance/acme_accounts.hpp"
#include "pki/jws_mac.hpp"
#include "tests/support/acme_world.hpp"

#include <stdexcept>

/// What an administrator does to the ACME server of a test's world.
namespace chancery::test {

inline AcmeServer server_of(AcmeWorld& world)
{
    return world.database.store().read_now(
        [](db::Session& session) { return db::AcmeServerRepository(session).list().front(); });
}

inline issuance::NewAcmeCredentials new_credentials(AcmeWorld& world, std::optional<Time> expire_at = {})
{
    const auto server = server_of(world);
    return world.database.store()
        .write_now([&](db::UnitOfWork& work) {
            return issuance::create_acme_account(world.core, work, issuance::system_caller(), server,
                                                 {.name = "web farm", .credentials_expire_at = expire_at});
        })
        .value();
}

inline Result<AcmeBinding> bind_name(AcmeWorld& world, const std::string& account_id, const std::string& name,
                                     bool subdomains = false, bool wildcard = false)
{
    const AcmeBinding wanted{.account_id = account_id,
                             .identifier = {NameType::Dns, name},
                             .allow_subdomains = subdomains,
                             .allow_wildcard = wildcard};
    return world.database.store().write_now([&](db::UnitOfWork& work) {
        return issuance::bind_acme_name(world.core, work, issuance::system_caller(), wanted);
    });
}

/// The id at the end of an account's URL.
inline std::string id_of(const AcmeClient& client)
{
    return client.kid().substr(client.kid().rfind('/') + 1);
}

} // namespace chancery::test
