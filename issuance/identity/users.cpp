#include "core/id.hpp"
#include "core/json.hpp"
#include "core/text.hpp"
#include "db/repositories/configuration_repository.hpp"
#include "db/repositories/identity_repository.hpp"
#include "issuance/audit.hpp"
#include "issuance/identity/identity.hpp"
#include "issuance/validation.hpp"
#include "pki/password.hpp"

#include <algorithm>

namespace chancery::issuance {
namespace {

std::string user_json(const User& user)
{
    return json::Writer()
        .begin_object()
        .member("email", user.email)
        .member("name", user.name)
        .member("role", name_of(user.role))
        .member("enabled", user.enabled)
        .member("domain_ids", user.domain_ids)
        .end_object()
        .take();
}

/// Users are named by what they log in with. "admin@localhost" is an address here: no mail needs to reach it.
void check_user(Mistakes& mistakes, db::Session& session, const User& user)
{
    const auto at = user.email.find('@');
    const bool shaped = at != std::string::npos && at > 0 && at + 1 < user.email.size() &&
                        user.email.find_first_of(" \t\r\n") == std::string::npos;
    if (!shaped || user.email.size() > 254) {
        mistakes.add("/email", "format", "must be an e-mail address");
    }
    mistakes.check_text("/name", user.name, 0, 100);
    for (std::size_t i = 0; i < user.domain_ids.size(); ++i) {
        if (!db::DomainRepository(session).find(user.domain_ids[i])) {
            mistakes.add("/domain_ids/" + std::to_string(i), "unknown", "there is no such domain");
        }
    }
}

bool is_ruler(const User& user)
{
    return user.enabled && user.role == Role::SuperAdministrator;
}

/// Whether somebody else can still manage users, and will when this unit is done.
bool another_ruler(db::UnitOfWork& work, const std::string& id)
{
    const auto rulers = db::UserRepository(work).hold_super_administrators();
    return std::ranges::any_of(rulers, [&](const std::string& ruler) { return ruler != id; });
}

} // namespace

Result<std::string> hash_new_password(const Secret& password)
{
    Mistakes mistakes;
    if (password.reveal().size() < 12 || password.reveal().size() > 1024) {
        mistakes.add("/password", "length", "must have 12 to 1024 octets");
    }
    CHANCERY_CHECK(mistakes.result());
    return pki::hash_password(password);
}

Result<User> create_user(Core& core, db::UnitOfWork& work, const Caller& caller, User user, std::string password_hash)
{
    const auto now = core.clock.now();
    CHANCERY_CHECK(require(work, caller, Right::ManageUsers, now));
    user.email = to_lower(trim(user.email));
    Mistakes mistakes;
    check_user(mistakes, work, user);
    CHANCERY_CHECK(mistakes.result());
    user.id = new_id(now);
    user.password_hash = std::move(password_hash);
    user.created_at = user.updated_at = now;
    user.revision = 1;
    if (!db::UserRepository(work).insert(user)) {
        return refuse(Code::AlreadyExists, "There is a user with this e-mail address.");
    }
    audit::record(work, caller, now, audit::kUserCreated, {"user", user.id}, user_json(user));
    return user;
}

Result<User> update_user(Core& core, db::UnitOfWork& work, const Caller& caller, const User& user,
                         long long expected_revision)
{
    const auto now = core.clock.now();
    CHANCERY_CHECK(require(work, caller, Right::ManageUsers, now));
    db::UserRepository repository(work);
    const auto old = repository.find(user.id);
    if (!old) {
        return refuse(Code::NotFound, "There is no such user.");
    }
    auto changed = *old;
    changed.name = user.name;
    changed.role = user.role;
    changed.enabled = user.enabled;
    changed.domain_ids = user.domain_ids;
    changed.updated_at = now;
    changed.revision = expected_revision;
    Mistakes mistakes;
    check_user(mistakes, work, changed);
    CHANCERY_CHECK(mistakes.result());
    if (is_ruler(*old) && !is_ruler(changed) && !another_ruler(work, old->id)) {
        return refuse(Code::Conflict, "This is the last enabled Super Administrator.");
    }
    if (!repository.update(changed)) {
        return refuse(Code::PreconditionFailed, "The user was changed meanwhile.");
    }
    changed.revision = expected_revision + 1;
    if (!changed.enabled) {
        db::SessionRepository(work).remove_of_user(changed.id);
    }
    audit::record(work, caller, now, audit::kUserUpdated, {"user", changed.id},
                  audit::change_of(user_json(*old), user_json(changed)));
    return changed;
}

Result<void> store_password(db::UnitOfWork& work, User user, std::string password_hash, Time now)
{
    user.password_hash = std::move(password_hash);
    user.updated_at = now;
    if (!db::UserRepository(work).update(user)) {
        return refuse(Code::Conflict, "The user was changed meanwhile.");
    }
    db::SessionRepository(work).remove_of_user(user.id);
    return {};
}

Result<void> set_password(Core& core, db::UnitOfWork& work, const Caller& caller, const std::string& user_id,
                          std::string password_hash)
{
    const auto now = core.clock.now();
    CHANCERY_CHECK(require(work, caller, Right::ManageUsers, now));
    const auto user = db::UserRepository(work).find(user_id);
    if (!user) {
        return refuse(Code::NotFound, "There is no such user.");
    }
    CHANCERY_CHECK(store_password(work, *user, std::move(password_hash), now));
    audit::record(work, caller, now, audit::kUserUpdated, {"user", user_id}, R"({"changed":"password"})");
    return {};
}

} // namespace chancery::issuance
