#include "issuance/identity/sessions.hpp"

#include "core/id.hpp"
#include "core/json.hpp"
#include "core/random.hpp"
#include "db/repositories/identity_repository.hpp"
#include "issuance/audit.hpp"
#include "issuance/identity/token_text.hpp"

namespace chancery::issuance {

NewSession new_session(const Core& core, const User& user, const std::string& source_address)
{
    const auto now = core.clock.now();
    NewSession made{.token = Secret(random_token(32)), .user = user};
    made.session = {.id = new_id(now),
                    .user_id = user.id,
                    .token_hash = token_hash(made.token.reveal()),
                    .csrf_token = random_token(32),
                    .source_address = source_address,
                    .created_at = now,
                    .expires_at = now + core.settings.session_lifetime};
    return made;
}

Result<chancery::Session> find_session(db::Session& session, const Caller& caller, const std::string& id, Right others)
{
    auto found = db::SessionRepository(session).find(id);
    const bool own = found && caller.actor.type == ActorType::User && found->user_id == caller.actor.id;
    if (!found || (!own && !has_right(caller, others))) {
        return refuse(Code::NotFound, "There is no such session.");
    }
    return std::move(*found);
}

Result<void> revoke_session(Core& core, db::UnitOfWork& work, const Caller& caller, const std::string& id)
{
    const auto now = core.clock.now();
    CHANCERY_CHECK(require(work, caller, Right::ManageOwnLogin, now));
    CHANCERY_TRY(found, find_session(work, caller, id, Right::ManageUsers));
    db::SessionRepository(work).remove(found.id);
    const auto details = json::Writer()
                             .begin_object()
                             .member("session_id", found.id)
                             .member("source_address", found.source_address)
                             .end_object()
                             .take();
    audit::record(work, caller, now, audit::kSessionRevoked, {"user", found.user_id}, details);
    return {};
}

} // namespace chancery::issuance
