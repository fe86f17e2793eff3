#include "core/text.hpp"
#include "db/repositories/identity_repository.hpp"
#include "issuance/identity/identity.hpp"
#include "issuance/identity/oidc/links.hpp"
#include "server/app/commands.hpp"
#include "server/app/commands/common.hpp"

#include <fmt/format.h>

namespace chancery::app::commands {
namespace {

User find_user(issuance::Core& core, const std::string& email)
{
    auto user = core.store.read_now(
        [&](db::Session& session) { return db::UserRepository(session).find_by_email(to_lower(email)); });
    if (!user) {
        throw std::runtime_error("there is no user " + email);
    }
    return *user;
}

} // namespace

void list_users(issuance::Core& core)
{
    db::PageRequest page{.limit = 200};
    for (;;) {
        const auto users =
            core.store.read_now([&](db::Session& session) { return db::UserRepository(session).list(page); });
        for (const auto& user : users) {
            fmt::print("{}  {:24} {:8} {}\n", user.id, name_of(user.role), user.enabled ? "enabled" : "disabled",
                       user.email);
        }
        if (users.size() < 200) {
            return;
        }
        page.after = db::Position{users.back().email, users.back().id};
    }
}

void add_user(issuance::Core& core, const std::string& email, const std::string& name, const std::string& role,
              const std::string& password_file)
{
    const auto known = from_name<Role>(role);
    if (!known) {
        throw std::runtime_error("unknown role " + role + "; one of " + all_names<Role>());
    }
    const auto password = password_from(password_file);
    User user;
    user.email = to_lower(email);
    user.name = name.empty() ? email : name;
    user.role = *known;
    const auto hash = value_or_throw(issuance::hash_new_password(password));
    const auto made = value_or_throw(core.store.write_now(
        [&](db::UnitOfWork& work) { return issuance::create_user(core, work, operator_caller(), user, hash); }));
    fmt::print("created user {} ({})\n", made.email, made.id);
    if (password_file.empty()) {
        fmt::print("password {} (shown once)\n", password.reveal());
    }
}

void reset_password(issuance::Core& core, const std::string& email, const std::string& password_file)
{
    const auto user = find_user(core, email);
    const auto password = password_from(password_file);
    const auto hash = value_or_throw(issuance::hash_new_password(password));
    value_or_throw(core.store.write_now(
        [&](db::UnitOfWork& work) { return issuance::set_password(core, work, operator_caller(), user.id, hash); }));
    fmt::print("the password of {} is set; its sessions are ended\n", user.email);
    if (password_file.empty()) {
        fmt::print("password {} (shown once)\n", password.reveal());
    }
}

void link_user(issuance::Core& core, const std::string& email, const std::string& subject, const std::string& issuer)
{
    if (issuer.empty()) {
        throw std::runtime_error("no identity provider is configured (oidc.issuer); name one with --issuer");
    }
    const auto user = find_user(core, email);
    const IdentityLink wanted{.user_id = user.id, .issuer = issuer, .subject = subject};
    value_or_throw(core.store.write_now(
        [&](db::UnitOfWork& work) { return issuance::oidc::link_identity(core, work, operator_caller(), wanted); }));
    fmt::print("user {} can sign in as {} of {}\n", user.email, subject, issuer);
}

void set_user_enabled(issuance::Core& core, const std::string& email, bool enabled)
{
    auto user = find_user(core, email);
    user.enabled = enabled;
    value_or_throw(core.store.write_now([&](db::UnitOfWork& work) {
        return issuance::update_user(core, work, operator_caller(), user, user.revision);
    }));
    fmt::print("user {} is {}\n", user.email, enabled ? "enabled" : "disabled");
}

void create_token(issuance::Core& core, const std::string& email, const std::string& name, const std::string& scope,
                  int days)
{
    const auto known = from_name<Scope>(scope);
    if (!known) {
        throw std::runtime_error("unknown scope " + scope + "; one of " + all_names<Scope>());
    }
    const auto user = find_user(core, email);
    const auto expires = days > 0 ? std::optional(core.clock.now() + std::chrono::hours(24 * days)) : std::nullopt;
    const auto made = value_or_throw(core.store.write_now([&](db::UnitOfWork& work) {
        return issuance::create_token(core, work, operator_caller(), user.id, name, *known, expires);
    }));
    fmt::print("{}\n", made.text.reveal());
}

void list_tokens(issuance::Core& core, const std::string& email)
{
    const auto user = find_user(core, email);
    const auto tokens = core.store.read_now(
        [&](db::Session& session) { return db::ApiTokenRepository(session).list_by_user(user.id); });
    for (const auto& token : tokens) {
        fmt::print("{}  {:6} {:8} expires {:20} {}\n", token.id, name_of(token.scope),
                   token.revoked_at ? "revoked" : "active", token.expires_at ? to_rfc3339(*token.expires_at) : "never",
                   token.name);
    }
}

void revoke_token(issuance::Core& core, const std::string& token_id)
{
    value_or_throw(core.store.write_now(
        [&](db::UnitOfWork& work) { return issuance::revoke_token(core, work, operator_caller(), token_id); }));
    fmt::print("token {} is revoked\n", token_id);
}

} // namespace chancery::app::commands
