#pragma once

#include "core/clock.hpp"
#include "db/store.hpp"
#include "issuance/jobs.hpp"
#include "server/net/runtime.hpp"

#include <map>
#include <string>
#include <string_view>

namespace chancery::app::demo {

/// The queue of a past that is played: jobs are rows as ever, and run when told to, those that are due by the clock of
/// the play.
class PlayedJobs final : public issuance::JobQueue {
public:
    PlayedJobs(db::Store& store, const Clock& clock, net::Runtime& runtime)
        : store_(store), clock_(clock), runtime_(runtime)
    {
    }

    void enqueue(db::UnitOfWork& work, Job job) override;
    void enqueue_owned(db::UnitOfWork& work, Job job, std::chrono::seconds lease) override;
    void handle(std::string_view kind, Handler handler) override;
    void handle_whole(std::string_view kind, Handler handler) override;

    /// One after the other until none is due. One that fails is tried again a minute later; without a handler it stays
    /// for a server.
    void run_due();

private:
    struct Registered {
        Handler handler;
        bool removes_row = false;
    };

    void run(const Job& job);

    db::Store& store_;
    const Clock& clock_;
    net::Runtime& runtime_;
    std::map<std::string, Registered, std::less<>> handlers_{};
};

} // namespace chancery::app::demo
