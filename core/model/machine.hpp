#pragma once

#include "core/model/identity.hpp"

#include <optional>
#include <string>
#include <vector>

namespace chancery {

enum class MachineKind { ServiceAccount, Courier };

template <> struct EnumNames<MachineKind> {
    static constexpr std::pair<MachineKind, std::string_view> table[] = {
        {MachineKind::ServiceAccount, "service_account"}, {MachineKind::Courier, "courier"}};
};

/// An account of a program (product: People and machines). A service account acts with its owner's role and domains, a
/// courier as a user with domains of its own; `scope` narrows both.
struct MachineAccount {
    std::string id{}; ///< the client_id
    MachineKind kind{};
    std::string name{};
    std::string description{};
    std::string owner_id{}; ///< a user; disabled with them
    Scope scope = Scope::Read;
    std::vector<std::string> domain_ids{}; ///< of couriers only
    SourceCidrs source_cidrs{};
    std::vector<std::string> certificate_ids{}; ///< of the inventory: by which it is known over TLS
    bool enabled = true;
    std::optional<Time> expires_at{};
    std::optional<Time> last_used_at{};
    Time created_at{};
    Time updated_at{};
    long long revision = 1;
};

/// One of the secrets of a machine account; only its hash is kept.
struct MachineSecret {
    std::string id{};
    std::string account_id{};
    std::string secret_hash{}; ///< hex SHA-256
    Time created_at{};
    std::optional<Time> expires_at{}; ///< set when another has replaced it
};

/// What a secret was exchanged for; never lives longer than the secret.
struct MachineToken {
    std::string id{};
    std::string account_id{};
    std::string secret_id{};
    Scope scope = Scope::Read;
    std::string token_hash{}; ///< hex SHA-256
    std::string source_address{};
    Time created_at{};
    Time expires_at{};
};

} // namespace chancery
