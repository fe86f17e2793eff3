#pragma once

#include "core/clock.hpp"
#include "core/metrics.hpp"
#include "core/work_pool.hpp"
#include "db/store.hpp"
#include "issuance/configuration.hpp"
#include "issuance/core.hpp"
#include "pki/key_store.hpp"
#include "server/app/config.hpp"

namespace chancery::app {

/// What the issuance core stands on, made in this order and destroyed in the reverse: shared by `serve` and the other
/// commands.
class Services {
public:
    /// Opens the database and the key-encryption key; both are made when they are not there and `create` says so.
    Services(Config config, bool create);

    Config config;
    SystemClock clock;
    metrics::Registry metrics;
    pki::KeyStore keys;
    db::Store store;
    WorkPool pool;
    issuance::ConfigurationCache configuration;

    /// The core with that job queue, which must outlive it.
    issuance::Core core(issuance::JobQueue& jobs) { return core(jobs, clock); }

    /// The same under another clock, which must outlive it, too.
    issuance::Core core(issuance::JobQueue& jobs, const Clock& other);
};

/// The key-encryption key from where the configuration says; throws std::runtime_error saying what is wrong.
pki::KeyEncryptionKey load_key_encryption_key(const Config& config, bool create);

/// Jobs of a command that ends soon: written for a server to claim, never run here.
class DeferredJobs final : public issuance::JobQueue {
public:
    explicit DeferredJobs(const Clock& clock) : clock_(clock) {}

    void enqueue(db::UnitOfWork& work, Job job) override;
    void enqueue_owned(db::UnitOfWork& work, Job job, std::chrono::seconds lease) override;
    void handle(std::string_view kind, Handler handler) override;

private:
    const Clock& clock_;
};

} // namespace chancery::app
