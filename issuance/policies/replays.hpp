#pragma once

#include "core/model/policy_replay.hpp"
#include "issuance/core.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <optional>
#include <string>

/// Policies run over what is there already: what they would have blocked or warned about, before anybody enables them.
namespace chancery::issuance {

/// A replay has numbers and examples of everything that the one who asked for it sees: who sees everything sees all
/// replays, everybody else their own. NotFound when there is no such replay that the caller sees.
Result<PolicyReplay> find_replay(db::Session& session, const Caller& caller, const std::string& id);
/// Whose replays the caller sees; nothing: everybody's.
std::optional<Actor> requester_of_replays(const Caller& caller);

/// Stores a replay and the job that does it. `wanted` has the policy: its id, or a draft as `document`; which
/// certificates, and orders of how many days. ValidationError, Conflict while too many are under way.
Result<PolicyReplay> start_replay(Core& core, db::UnitOfWork& work, const Caller& caller, PolicyReplay wanted);

/// Stops one; what it found so far stays. NotFound, Conflict when it is over.
Result<PolicyReplay> cancel_replay(Core& core, db::UnitOfWork& work, const Caller& caller, const std::string& id);

/// The handler of `policy.replay` jobs. Looks at what the one who asked for it may see at the moment. Goes on where the
/// last batch was stored, so it may be another process's.
boost::asio::awaitable<void> run_replay(Core& core, std::string id);

/// Waits until it is over or `wait` is; returns it as it is then.
boost::asio::awaitable<PolicyReplay> wait_for_replay(Core& core, std::string id, std::chrono::seconds wait);

} // namespace chancery::issuance
