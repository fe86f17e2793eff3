#pragma once

#include "core/model/machine.hpp"
#include "core/secret.hpp"
#include "issuance/core.hpp"
#include "issuance/identity/login_throttle.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <optional>
#include <string>

/// Service accounts and couriers: who has them, and how they get in.
namespace chancery::issuance {

/// A secret as it was made: its text is shown once.
struct NewMachineSecret {
    MachineSecret secret{};
    Secret text{};
};

struct NewMachine {
    MachineAccount account{};
    NewMachineSecret secret{};
};

Result<NewMachine> create_machine(Core& core, db::UnitOfWork& work, const Caller& caller, MachineAccount account);
/// Kind and secrets stay as they are. Disabling ends the account's tokens.
Result<MachineAccount> update_machine(Core& core, db::UnitOfWork& work, const Caller& caller, MachineAccount account,
                                      long long expected_revision);
/// With its secrets and tokens; what it did stays in orders and audit log.
Result<void> delete_machine(Core& core, db::UnitOfWork& work, const Caller& caller, const std::string& id,
                            long long expected_revision);
/// One secret more. The one before stays valid for `overlap`, as do the tokens it was exchanged for; older ones end.
Result<NewMachineSecret> rotate_machine_secret(Core& core, db::UnitOfWork& work, const Caller& caller,
                                               const std::string& id, std::chrono::seconds overlap);

inline constexpr std::chrono::seconds kLongestSecretOverlap{7 * 24 * 3600};

/// What the account may do at this moment: a service account with its owner's role and domains, a courier as a user
/// with its own, both within the account's scope. Nothing when the account or its owner is disabled, or it is expired.
std::optional<Caller> machine_caller(db::Session& session, const MachineAccount& account, Time now);

/// The account that a certificate of ours stands for. Nothing unless that very certificate is in the inventory as one
/// that we issued for TLS clients, neither it nor any CA above it is revoked or out of its time, and it is bound to an
/// account.
std::optional<MachineAccount> machine_of_certificate(Core& core, db::Session& session, const std::string& der);

/// The client credentials of RFC 6749 section 4.4.
struct ClientCredentials {
    std::string client_id{};
    Secret client_secret{};
    std::optional<Scope> scope{}; ///< narrower than the account's; nothing: the account's
    std::string source_address{};
    std::string request_id{};
};

struct MachineAccess {
    MachineToken token{};
    Secret text{};
};

/// A token for a day, or until the secret or the account ends. Unauthenticated, without saying why, for an unknown
/// account, a wrong or expired secret, a disabled or expired account and a foreign network; Forbidden for a scope that
/// is wider than the account's; RateLimited, untried, after too many failures. All outcomes are recorded.
boost::asio::awaitable<Result<MachineAccess>> exchange_secret(Core& core, LoginThrottle& throttle,
                                                              ClientCredentials credentials);

} // namespace chancery::issuance
