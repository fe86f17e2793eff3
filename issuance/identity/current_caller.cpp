#include "issuance/identity/current_caller.hpp"

#include "db/repositories/identity_repository.hpp"
#include "db/repositories/machine_repository.hpp"
#include "issuance/identity/machines.hpp"

namespace chancery::issuance {

std::optional<Caller> current_caller(db::Session& session, const Actor& actor, Scope scope, Time now)
{
    if (actor.type == ActorType::ServiceAccount || actor.type == ActorType::Courier) {
        const auto account = db::MachineAccountRepository(session).find(actor.id);
        return account ? machine_caller(session, *account, now) : std::nullopt;
    }
    const auto user = db::UserRepository(session).find(actor.id);
    if (!user || !user->enabled) {
        return std::nullopt;
    }
    return Caller{.actor = actor, .role = user->role, .scope = scope, .domain_ids = user->domain_ids};
}

} // namespace chancery::issuance
