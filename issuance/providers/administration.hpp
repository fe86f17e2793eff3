#pragma once

#include "core/model/provider.hpp"
#include "issuance/core.hpp"
#include "issuance/providers/upstream.hpp"

#include <optional>
#include <string>

/// Providers as administrators write them. The local PKI is built in: it can be renamed and switched, not created.
namespace chancery::issuance::providers {

struct NewProvider {
    std::string name{};
    ProviderKind kind{};
    bool active = true;
    std::string configuration{"{}"}; ///< JSON object, secrets among the rest
};

Result<Provider> create_provider(Core& core, db::UnitOfWork& work, const Caller& caller, const NewProvider& wanted);

struct ProviderChange {
    std::string name{};
    bool active = true;
    std::optional<std::string> configuration{}; ///< RFC 7396 patch; see `merge_settings`
};

/// Type and kind stay what they are.
Result<Provider> update_provider(Core& core, db::UnitOfWork& work, const Caller& caller, const std::string& id,
                                 const ProviderChange& change, long long expected_revision);

/// Proves the credentials and shows the chain; for the local PKI, that an intermediate can sign. Asks outside, so it
/// runs in no transaction.
boost::asio::awaitable<CheckResult> check_provider(Core& core, Provider provider);
void record_check(Core& core, db::UnitOfWork& work, const Caller& caller, const Provider& provider,
                  const CheckResult& result);

} // namespace chancery::issuance::providers
