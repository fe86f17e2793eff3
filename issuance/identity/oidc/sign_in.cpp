#include "core/id.hpp"
#include "core/json.hpp"
#include "db/repositories/identity_repository.hpp"
#include "issuance/audit.hpp"
#include "issuance/identity/identity.hpp"
#include "issuance/identity/oidc/links.hpp"
#include "issuance/identity/oidc/relying_party.hpp"
#include "issuance/identity/token_text.hpp"

#include <algorithm>
#include <stdexcept>

/// Who a provider's person is here.
namespace chancery::issuance::oidc {
namespace {

std::optional<Role> role_of(const Settings& settings, const Person& person)
{
    for (const auto& rule : settings.roles) {
        if (std::ranges::find(person.groups, rule.group) != person.groups.end()) {
            return rule.role;
        }
    }
    return settings.default_role;
}

Caller on_behalf(const Callback& callback)
{
    auto caller = system_caller(callback.request_id);
    caller.source_address = callback.source_address;
    return caller;
}

/// No password: nobody can sign in with one until an administrator sets it.
Result<User> provision(Core& core, db::UnitOfWork& work, const Settings& settings, const Person& person, Role role,
                       const Callback& callback)
{
    if (!settings.provision) {
        return refuse(Code::Forbidden, "There is no user here for this person; an administrator has to link one.");
    }
    if (person.email.empty()) {
        return refuse(Code::Forbidden, "The identity provider gives no verified e-mail address for this person.");
    }
    CHANCERY_TRY(
        user,
        create_user(core, work, on_behalf(callback),
                    {.email = person.email, .name = person.name.size() <= 100 ? person.name : "", .role = role}, ""));
    CHANCERY_CHECK(keep_link(core, work, on_behalf(callback),
                             {.user_id = user.id, .issuer = settings.issuer, .subject = person.subject}));
    return std::move(user);
}

/// With the role that the provider gives them now. That of the last Super Administrator cannot be taken this way.
Result<User> known_user(Core& core, db::UnitOfWork& work, User user, Role role, const Callback& callback)
{
    if (!user.enabled) {
        return refuse(Code::Forbidden, "This user is disabled here.");
    }
    if (user.role == role) {
        return user;
    }
    user.role = role;
    return update_user(core, work, on_behalf(callback), user, user.revision);
}

void end_session(db::UnitOfWork& work, const std::string& session_token)
{
    db::SessionRepository sessions(work);
    if (const auto old = sessions.find_by_hash(token_hash(session_token))) {
        sessions.remove(old->id);
    }
}

} // namespace

std::vector<RoleRule> parse_role_rules(const std::vector<std::string>& texts)
{
    std::vector<RoleRule> rules;
    for (const auto& text : texts) {
        const auto equals = text.rfind('=');
        const auto role = equals == std::string::npos ? std::nullopt : from_name<Role>(text.substr(equals + 1));
        if (!role || equals == 0) {
            throw std::invalid_argument("not of the form group=role: " + text);
        }
        rules.push_back({.group = text.substr(0, equals), .role = *role});
    }
    return rules;
}

Result<NewSession> sign_in(Core& core, db::UnitOfWork& work, const Settings& settings, const Person& person,
                           const Callback& callback)
{
    const auto role = role_of(settings, person);
    if (!role) {
        return refuse(Code::Forbidden, "None of the groups that the identity provider names has a role here.");
    }
    const auto id = db::IdentityLinkRepository(work).user_of(settings.issuer, person.subject);
    auto known = id ? db::UserRepository(work).find(*id) : std::nullopt;
    CHANCERY_TRY(user, known ? known_user(core, work, std::move(*known), *role, callback)
                             : provision(core, work, settings, person, *role, callback));
    end_session(work, callback.previous_session);
    auto made = new_session(core, user, callback.source_address);
    db::SessionRepository(work).insert(made.session);
    const Caller caller{.actor = {.type = ActorType::User, .id = user.id, .name = user.email},
                        .source_address = callback.source_address,
                        .request_id = callback.request_id};
    audit::record(work, caller, core.clock.now(), audit::kLoginSuccess, {"user", user.id}, R"({"method":"oidc"})");
    return made;
}

void record_refused_login(Core& core, db::UnitOfWork& work, const Callback& callback, const std::string& reason,
                          const std::string& subject)
{
    const Caller nobody{.actor = {.type = ActorType::User},
                        .source_address = callback.source_address,
                        .request_id = callback.request_id};
    json::Writer details;
    details.begin_object().member("method", "oidc").member("reason", reason);
    if (!subject.empty()) { // what an administrator needs who wants to link them
        details.member("subject", subject);
    }
    audit::record_refusal(work, nobody, core.clock.now(), audit::kLoginFailure, {"user", ""},
                          details.end_object().take());
}

} // namespace chancery::issuance::oidc
