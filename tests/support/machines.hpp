#pragma once

#include "issuance/identity/machines.hpp"
#include "tests/support/run.hpp"
#include "tests/support/test_core.hpp"

#include <string>
#include <utility>
#include <vector>

namespace chancery::test {

/// A service account of `owner`, or a courier with the domains (by id); made by an administrator, and it must be.
inline issuance::NewMachine machine(TestCore& core, MachineAccount wanted)
{
    const auto administrator = core.administrator();
    wanted.name = wanted.name.empty() ? "a machine" : wanted.name;
    auto made = core.write([&](db::UnitOfWork& work) {
        return issuance::create_machine(core.core, work, administrator, std::move(wanted));
    });
    return std::move(made.value());
}

/// Its token, got with its secret.
inline Result<issuance::MachineAccess> exchange(TestCore& core, issuance::LoginThrottle& throttle,
                                                const std::string& client_id, std::string_view secret,
                                                const std::string& source_address = "192.0.2.7",
                                                std::optional<Scope> scope = {})
{
    return run(issuance::exchange_secret(core.core, throttle,
                                         {.client_id = client_id,
                                          .client_secret = Secret(std::string(secret)),
                                          .scope = scope,
                                          .source_address = source_address}));
}

inline std::string machine_token(TestCore& core, MachineAccount wanted)
{
    issuance::LoginThrottle throttle;
    const auto made = machine(core, std::move(wanted));
    const auto access = exchange(core, throttle, made.account.id, made.secret.text.reveal());
    return std::string(access.value().text.reveal());
}

} // namespace chancery::test
