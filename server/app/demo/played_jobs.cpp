#include "server/app/demo/played_jobs.hpp"

#include "db/repositories/operation_repository.hpp"
#include "server/app/run_sync.hpp"

namespace chancery::app::demo {
namespace {

constexpr auto kOwner = "demo-data";
constexpr int kClaimed = 100;

} // namespace

void PlayedJobs::enqueue(db::UnitOfWork& work, Job job)
{
    job.lease_owner.clear();
    db::JobRepository(work).insert(job);
}

void PlayedJobs::enqueue_owned(db::UnitOfWork& work, Job job, std::chrono::seconds lease)
{
    job.lease_owner = kOwner;
    job.lease_until = clock_.now() + lease;
    job.attempts = 1;
    db::JobRepository(work).insert(job);
}

void PlayedJobs::handle(std::string_view kind, Handler handler)
{
    handlers_.emplace(std::string(kind), Registered{.handler = std::move(handler), .removes_row = false});
}

void PlayedJobs::handle_whole(std::string_view kind, Handler handler)
{
    handlers_.emplace(std::string(kind), Registered{.handler = std::move(handler), .removes_row = true});
}

void PlayedJobs::run_due()
{
    for (;;) {
        const auto due = store_.read_now([](db::Session& session) { return db::JobRepository(session).next_due(); });
        const auto now = clock_.now();
        if (!due || *due > now) {
            return;
        }
        const auto jobs = store_.write_now([&](db::UnitOfWork& work) {
            return db::JobRepository(work).claim(kOwner, now, now + std::chrono::minutes(1), kClaimed);
        });
        if (jobs.empty()) {
            return;
        }
        for (const auto& job : jobs) {
            run(job);
        }
    }
}

void PlayedJobs::run(const Job& job)
{
    const auto known = handlers_.find(job.kind);
    if (known == handlers_.end()) {
        return;
    }
    try {
        run_sync(runtime_, known->second.handler(job));
    } catch (const std::exception& failure) {
        const std::string words = failure.what();
        store_.write_now([&](db::UnitOfWork& work) {
            db::JobRepository(work).retry_at(job.id, clock_.now() + std::chrono::minutes(1), words);
        });
        return;
    }
    if (!known->second.removes_row) {
        store_.write_now([&](db::UnitOfWork& work) { db::JobRepository(work).remove(job.id); });
    }
}

} // namespace chancery::app::demo
