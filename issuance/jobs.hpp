#pragma once

#include "core/model/job.hpp"
#include "db/unit_of_work.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <string>
#include <string_view>

namespace chancery::issuance {

inline constexpr std::string_view kExecuteOrderJob = "order.execute";
inline constexpr std::string_view kPublishCrlJob = "crl.publish";
inline constexpr std::string_view kReplayPolicyJob = "policy.replay";

/// Where slow work is put. The runner (server/app) claims rows, calls the handler of their kind, removes what is done,
/// retries what threw, and takes over what another process left.
class JobQueue {
public:
    virtual ~JobQueue() = default;
    /// Part of the unit. The job belongs to this process at once and starts right after the commit.
    virtual void enqueue(db::UnitOfWork& work, Job job) = 0;
    /// Part of the unit. The job belongs to this process for `lease`, but nobody starts it: its maker goes on with the
    /// work itself and removes the row when done. Should this process die, another takes it over.
    virtual void enqueue_owned(db::UnitOfWork& work, Job job, std::chrono::seconds lease) = 0;

    /// Must be idempotent: a job may run again. What it throws is logged and retried with back-off.
    using Handler = std::function<boost::asio::awaitable<void>(Job)>;
    virtual void handle(std::string_view kind, Handler handler) = 0;

    /// The same for a handler that removes the job's row itself, in the unit of work that ends it: one unit less.
    virtual void handle_whole(std::string_view kind, Handler handler) { handle(kind, std::move(handler)); }
};

} // namespace chancery::issuance
