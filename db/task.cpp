#include "db/task.hpp"

#include <algorithm>

namespace chancery::db {
namespace {

using std::chrono::steady_clock;

constexpr auto kUnits = "chancery_db_units_total";
constexpr auto kUnitsHelp = "Units of work by outcome";

double seconds_since(steady_clock::time_point start)
{
    return std::chrono::duration<double>(steady_clock::now() - start).count();
}

} // namespace

void TaskQueue::push(TaskPtr& task)
{
    {
        const std::lock_guard lock(mutex_);
        if (closed_) {
            throw std::runtime_error("the database is closed");
        }
        if (tasks_.size() >= bound_) {
            throw StoreBusy();
        }
        task->queued_at = steady_clock::now();
        tasks_.push_back(std::move(task));
    }
    filled_.notify_one();
}

std::vector<TaskPtr> TaskQueue::pop(std::size_t most)
{
    std::unique_lock lock(mutex_);
    filled_.wait(lock, [this] { return closed_ || !tasks_.empty(); });
    const auto count = std::min(most, tasks_.size());
    const auto end = tasks_.begin() + static_cast<std::ptrdiff_t>(count);
    std::vector<TaskPtr> taken(std::make_move_iterator(tasks_.begin()), std::make_move_iterator(end));
    tasks_.erase(tasks_.begin(), end);
    return taken;
}

void TaskQueue::close()
{
    {
        const std::lock_guard lock(mutex_);
        closed_ = true;
    }
    filled_.notify_all();
}

std::size_t TaskQueue::size() const
{
    const std::lock_guard lock(mutex_);
    return tasks_.size();
}

StoreMetrics::StoreMetrics(metrics::Registry& registry)
    : wait(registry.histogram("chancery_db_wait_seconds", "Time a unit of work or a read waited for a thread")),
      run(registry.histogram("chancery_db_run_seconds", "Time a unit of work or a read ran, without the commit")),
      group(registry.histogram("chancery_db_group_size", "Units of work in one commit", {}, 1)),
      committed(registry.counter(kUnits, kUnitsHelp, {{"outcome", "committed"}})),
      refused(registry.counter(kUnits, kUnitsHelp, {{"outcome", "refused"}})),
      failed(registry.counter(kUnits, kUnitsHelp, {{"outcome", "failed"}})),
      retried(registry.counter("chancery_db_retries_total",
                               "Units of work run again after a conflict or a lost connection")),
      reads(registry.counter("chancery_db_reads_total", "Reads")),
      commits(registry.counter("chancery_db_commits_total", "Commits"))
{
}

steady_clock::time_point StoreMetrics::started(const Task& task)
{
    const auto now = steady_clock::now();
    wait.observe(std::chrono::duration<double>(now - task.queued_at).count());
    return now;
}

void StoreMetrics::finished(steady_clock::time_point started)
{
    run.observe(seconds_since(started));
}

} // namespace chancery::db
