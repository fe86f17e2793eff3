#pragma once

#include "core/clock.hpp"
#include "core/model/x509.hpp"

#include <optional>
#include <string>
#include <vector>

/// ACME accounts as administrators see them.
namespace chancery {

/// An account made in advance, with the credentials by which a client takes it over (RFC 8555 section 7.3.4). Its id is
/// the ACME account's from then on.
struct AcmeExternalAccount {
    std::string id{};
    std::string server_id{};
    std::string name{};
    std::string key_id{};        ///< the "kid" of the binding
    std::string sealed_secret{}; ///< the MAC key, encrypted
    std::optional<Time> expires_at{};
    std::optional<Time> registered_at{}; ///< the credentials were used, and are worth nothing any more
    std::optional<Time> revoked_at{};
    Time created_at{};
    Time updated_at{};
    long long revision = 1;
};

/// A name that an account may have certificates for without proving control of it (authorization mode `bindings`).
struct AcmeBinding {
    std::string id{};
    std::string account_id{};
    Name identifier{}; ///< dns or ip, without "*."
    bool allow_subdomains = false;
    bool allow_wildcard = false; ///< "*." before the name and, with subdomains, before names below it
    Time created_at{};
};

enum class AcmeClientStatus { Pending, Active, Deactivated, Revoked };

template <> struct EnumNames<AcmeClientStatus> {
    static constexpr std::pair<AcmeClientStatus, std::string_view> table[] = {
        {AcmeClientStatus::Pending, "pending"},
        {AcmeClientStatus::Active, "active"},
        {AcmeClientStatus::Deactivated, "deactivated"},
        {AcmeClientStatus::Revoked, "revoked"}};
};

/// One account of a server, registered or made in advance or both.
struct AcmeClientRecord {
    std::string id{};
    std::string server_id{};
    AcmeClientStatus status{};
    std::string name{}; ///< of those made in advance
    std::optional<std::string> key_id{};
    std::optional<Time> credentials_expire_at{};
    std::optional<Time> registered_at{};
    std::vector<std::string> contacts{};
    std::optional<std::string> thumbprint{};
    std::string agreed_terms{};
    Time created_at{};
    long long revision = 1; ///< of both parts together
};

/// A name that an account keeps failing to validate.
struct AcmePause {
    std::string account_id{};
    Name identifier{};
    long long failures = 0;
    Time last_at{};
    std::optional<Time> paused_until{};
};

} // namespace chancery
