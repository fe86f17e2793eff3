#include "issuance/policies/replays.hpp"

#include "core/id.hpp"
#include "core/json.hpp"
#include "db/repositories/configuration_repository.hpp"
#include "db/repositories/policy_replay_repository.hpp"
#include "issuance/audit.hpp"
#include "issuance/inventory/visibility.hpp"
#include "issuance/policies/document.hpp"
#include "issuance/policies/replay_tally.hpp"
#include "issuance/policy/policy_set.hpp"
#include "issuance/validation.hpp"
#include "issuance/waiters.hpp"

#include <algorithm>

namespace chancery::issuance {
namespace {

constexpr long long kMostUnderWay = 8;
constexpr long long kMostDays = 3660;

std::string details_of(const PolicyReplay& replay)
{
    return json::Writer()
        .begin_object()
        .member_or_null("policy_id", replay.policy_id)
        .member_or_null("policy_version", replay.policy_version)
        .member("certificates", name_of(replay.certificates))
        .member("order_days", replay.order_days)
        .raw_member("tally", replay.tally)
        .end_object()
        .take();
}

/// The stored policy, or the draft, which must be one that could be stored.
Result<Policy> policy_for(db::UnitOfWork& work, const PolicyReplay& wanted)
{
    if (!wanted.policy_id) {
        auto draft = policy_of_document(wanted.document);
        if (const auto valid = policy::validate(draft); !valid) {
            return refuse(at_pointer("/policy", valid.error()));
        }
        return draft;
    }
    auto policy = db::PolicyRepository(work).find(*wanted.policy_id);
    if (!policy) {
        Mistakes mistakes;
        mistakes.add("/policy_id", "unknown", "there is no policy with this id");
        CHANCERY_CHECK(mistakes.result());
    }
    return std::move(*policy);
}

Result<void> check_extent(const PolicyReplay& wanted)
{
    Mistakes mistakes;
    if (wanted.order_days < 0 || wanted.order_days > kMostDays) {
        mistakes.add("/order_days", "range", "from 0 to " + std::to_string(kMostDays));
    }
    if (wanted.certificates == ReplayedCertificates::None && wanted.order_days == 0) {
        mistakes.add("/order_days", "range", "neither certificates nor orders are asked for");
    }
    return mistakes.result();
}

} // namespace

std::optional<Actor> requester_of_replays(const Caller& caller)
{
    return inventory::sees_everything(caller) ? std::nullopt : std::optional(caller.actor);
}

Result<PolicyReplay> find_replay(db::Session& session, const Caller& caller, const std::string& id)
{
    auto replay = db::PolicyReplayRepository(session).find(id);
    const auto whose = requester_of_replays(caller);
    const bool theirs =
        replay && (!whose || (replay->requested_by.type == whose->type && replay->requested_by.id == whose->id));
    if (!theirs) {
        return refuse(Code::NotFound, "There is no such replay.");
    }
    return std::move(*replay);
}

Result<PolicyReplay> start_replay(Core& core, db::UnitOfWork& work, const Caller& caller, PolicyReplay wanted)
{
    const auto now = core.clock.now();
    CHANCERY_CHECK(require(work, caller, Right::ReplayPolicies, now));
    CHANCERY_CHECK(check_extent(wanted));
    CHANCERY_TRY(policy, policy_for(work, wanted));
    db::PolicyReplayRepository replays(work);
    if (replays.count_under_way() >= kMostUnderWay) {
        return refuse(Code::Conflict, "Too many replays are under way; wait for one, or cancel it.");
    }
    wanted.id = new_id(now);
    wanted.state = ReplayState::Pending;
    wanted.document = policy_document(policy);
    wanted.policy_version = wanted.policy_id ? std::optional(policy.version) : std::nullopt;
    wanted.requested_by = caller.actor;
    wanted.created_at = now;
    wanted.tally = ReplayTally(policy).to_json();
    replays.insert(wanted);
    core.jobs.enqueue(work, Job{.id = wanted.id,
                                .kind = std::string(kReplayPolicyJob),
                                .subject_id = wanted.id,
                                .run_at = now,
                                .created_at = now});
    audit::record(work, caller, now, audit::kPolicyReplayStarted, {"policy_replay", wanted.id}, details_of(wanted));
    return wanted;
}

Result<PolicyReplay> cancel_replay(Core& core, db::UnitOfWork& work, const Caller& caller, const std::string& id)
{
    const auto now = core.clock.now();
    CHANCERY_CHECK(require(work, caller, Right::ReplayPolicies, now));
    db::PolicyReplayRepository replays(work);
    CHANCERY_CHECK(find_replay(work, caller, id));
    if (!replays.cancel(id, now)) {
        return refuse(Code::Conflict, "The replay is over.");
    }
    auto replay = replays.find(id);
    audit::record(work, caller, now, audit::kPolicyReplayCancelled, {"policy_replay", id}, details_of(*replay));
    work.on_commit([waiters = core.waiters, id] { waiters->wake(id); });
    return std::move(*replay);
}

boost::asio::awaitable<PolicyReplay> wait_for_replay(Core& core, std::string id, std::chrono::seconds wait)
{
    using SteadyClock = std::chrono::steady_clock;
    constexpr std::chrono::milliseconds kLook{1000}; // another process may do it
    const auto deadline = SteadyClock::now() + wait;
    const auto waiter = co_await core.waiters->wait_for(id);
    for (;;) {
        auto replay = co_await core.store.read(
            [&](db::Session& session) { return db::PolicyReplayRepository(session).find(id).value(); });
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - SteadyClock::now());
        if (replay.is_over() || left.count() <= 0) {
            co_return replay;
        }
        co_await Waiters::sleep(waiter, std::min(left, kLook));
    }
}

} // namespace chancery::issuance
