#pragma once

#include "core/clock.hpp"
#include "core/enum_names.hpp"

#include <optional>
#include <string>
#include <vector>

namespace chancery {

enum class Role {
    User,
    DeploymentAdministrator,
    PolicyAdministrator,
    PkiAdministrator,
    ReportOperator,
    SuperAdministrator
};

template <> struct EnumNames<Role> {
    static constexpr std::pair<Role, std::string_view> table[] = {
        {Role::User, "user"},
        {Role::DeploymentAdministrator, "deployment_administrator"},
        {Role::PolicyAdministrator, "policy_administrator"},
        {Role::PkiAdministrator, "pki_administrator"},
        {Role::ReportOperator, "report_operator"},
        {Role::SuperAdministrator, "super_administrator"}};
};

/// What a token may do at most; each includes those before it.
enum class Scope { Read, Write, Admin };

template <> struct EnumNames<Scope> {
    static constexpr std::pair<Scope, std::string_view> table[] = {
        {Scope::Read, "read"}, {Scope::Write, "write"}, {Scope::Admin, "admin"}};
};

struct User {
    std::string id{};
    std::string email{}; ///< lower case
    std::string name{};
    Role role = Role::User;
    bool enabled = true;
    std::string password_hash{};           ///< self-describing, memory-hard (pki/password)
    std::vector<std::string> domain_ids{}; ///< assigned domains
    Time created_at{};
    Time updated_at{};
    long long revision = 1;
};

/// The networks that a credential may be used from. Nothing: from everywhere. A list that is empty: from nowhere.
using SourceCidrs = std::optional<std::vector<std::string>>;

/// A personal API token; only the hash of its text is kept.
struct ApiToken {
    std::string id{};
    std::string user_id{};
    std::string name{};
    Scope scope = Scope::Read;
    std::string token_hash{}; ///< hex SHA-256
    SourceCidrs source_cidrs{};
    Time created_at{};
    std::optional<Time> expires_at{};
    std::optional<Time> last_used_at{};
    std::optional<Time> revoked_at{};
};

struct Session {
    std::string id{};
    std::string user_id{};
    std::string token_hash{}; ///< hex SHA-256
    std::string csrf_token{};
    std::string source_address{};
    Time created_at{};
    Time expires_at{};
};

/// Whom an OpenID provider means by a subject.
struct IdentityLink {
    std::string id{};
    std::string user_id{};
    std::string issuer{};
    std::string subject{};
    Time created_at{};
};

} // namespace chancery
