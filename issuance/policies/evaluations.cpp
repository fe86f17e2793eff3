#include "issuance/policies/evaluations.hpp"

#include "core/id.hpp"
#include "db/repositories/acme_repository.hpp"
#include "db/repositories/configuration_repository.hpp"
#include "db/repositories/identity_repository.hpp"
#include "db/repositories/machine_repository.hpp"
#include "db/repositories/policy_waiver_repository.hpp"
#include "issuance/administration.hpp"
#include "issuance/certificates.hpp"
#include "issuance/validation.hpp"

#include <algorithm>

namespace chancery::issuance {
namespace {

Problem mistake(std::string pointer, std::string code, std::string detail)
{
    Mistakes mistakes;
    mistakes.add(std::move(pointer), std::move(code), std::move(detail));
    return mistakes.result().error();
}

/// As policies see them: name, role and ACME account. Whether they may request is not asked.
std::optional<Caller> caller_of(db::Session& session, const Actor& actor)
{
    switch (actor.type) {
        case ActorType::User: {
            const auto user = db::UserRepository(session).find(actor.id);
            return user ? std::optional(Caller{.actor = {actor.type, user->id, user->name}, .role = user->role})
                        : std::nullopt;
        }
        case ActorType::Courier:
        case ActorType::ServiceAccount: {
            const auto account = db::MachineAccountRepository(session).find(actor.id);
            const bool is_it = account && name_of(account->kind) == name_of(actor.type);
            return is_it ? std::optional(Caller{.actor = {actor.type, account->id, account->name}}) : std::nullopt;
        }
        case ActorType::AcmeClient: {
            const auto account = db::AcmeAccountRepository(session).find(actor.id);
            if (!account) {
                return std::nullopt;
            }
            const auto name = account->contacts.empty() ? std::string() : account->contacts.front();
            return Caller{.actor = {actor.type, account->id, name}, .acme_account_id = account->id};
        }
        case ActorType::System:
            break;
    }
    return system_caller();
}

Result<Caller> requester_for(db::Session& session, const Caller& caller, const std::optional<Actor>& requester)
{
    if (!requester) {
        return caller;
    }
    if (!has_right(caller, Right::ReadAllOrders) && !has_right(caller, Right::ReplayPolicies)) {
        return refuse(Code::Forbidden, "The caller may not ask what policies say to somebody else.");
    }
    auto found = caller_of(session, *requester);
    if (!found) {
        return refuse(mistake("/requester/id", "unknown",
                              "there is no " + std::string(name_of(requester->type)) + " with this id"));
    }
    return std::move(*found);
}

/// The stored policies with the draft among them, enabled: what would hold once it is.
Result<policy::PolicySet> with_draft(db::Session& session, const Caller& caller, Policy draft, Time now)
{
    if (!has_right(caller, Right::ReplayPolicies)) {
        return refuse(Code::Forbidden, "The caller may not try policies that are not stored.");
    }
    if (const auto fine = check_policy(draft); !fine) {
        return refuse(at_pointer("/policy", fine.error()));
    }
    auto policies = db::PolicyRepository(session).list();
    const auto stored = std::ranges::find(policies, draft.name, &Policy::name);
    draft.enabled = true;
    draft.id = stored != policies.end() ? stored->id : new_id(now);
    draft.version = stored != policies.end() ? stored->version + 1 : 1;
    if (stored != policies.end()) {
        *stored = std::move(draft);
    } else {
        policies.push_back(std::move(draft));
    }
    return policy::PolicySet::compile(policies, db::PolicyWaiverRepository(session).unrevoked());
}

} // namespace

Result<policy::Decision> evaluate(Core& core, db::Session& session, const Caller& caller, Evaluation wanted)
{
    CHANCERY_TRY(requester, requester_for(session, caller, wanted.requester));
    if (!wanted.request.renews_certificate.empty()) {
        if (!find_certificate(core, session, caller, wanted.request.renews_certificate)) {
            return refuse(mistake("/renews_certificate_id", "unknown", "there is no certificate with this id"));
        }
        wanted.request.kind = OrderKind::Renewal;
    }
    auto policies = core.configuration.current(session)->policies;
    if (wanted.draft) {
        CHANCERY_TRY(with, with_draft(session, caller, std::move(*wanted.draft), core.clock.now()));
        policies = std::move(with);
    }
    return evaluate_only(core, session, requester, wanted.request, policies);
}

} // namespace chancery::issuance
