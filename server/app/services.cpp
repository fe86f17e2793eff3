#include "server/app/services.hpp"

#include "core/random.hpp"
#include "core/text.hpp"
#include "db/repositories/operation_repository.hpp"
#include "pki/digest.hpp"

#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <sys/stat.h>
#include <unistd.h>

namespace chancery::app {
namespace {

/// The directory, readable by its owner only when we make it.
Config with_directory(Config config, bool create)
{
    const std::filesystem::path directory(config.data_directory);
    if (!create || std::filesystem::exists(directory)) {
        return config;
    }
    std::filesystem::create_directories(directory);
    std::filesystem::permissions(directory, std::filesystem::perms::owner_all);
    return config;
}

std::string first_line(const std::filesystem::path& path)
{
    std::ifstream in(path);
    std::string line;
    if (!in || !std::getline(in, line) || line.empty()) {
        throw std::runtime_error("cannot read a first line from " + path.string());
    }
    return line;
}

/// The salt is not secret but must be kept: beside the database, made once.
std::string passphrase_salt(const Config& config, bool create)
{
    const auto path = config.path("passphrase-salt");
    if (!std::filesystem::exists(path)) {
        if (!create) {
            throw std::runtime_error("the passphrase's salt is missing: " + path.string());
        }
        std::ofstream(path) << random_token(16) << '\n';
    }
    return first_line(path);
}

db::StoreConfig store_config(const Config& config)
{
    db::StoreConfig store;
    store.url = config.database_url();
    store.readers = static_cast<int>(config.database.readers);
    store.connections = static_cast<int>(config.database.connections);
    store.max_queue = static_cast<std::size_t>(config.database.max_queue);
    store.max_group = static_cast<std::size_t>(config.database.max_group);
    store.sha256_hex = &pki::sha256_hex;
    return store;
}

issuance::CoreSettings core_settings(const Config& config)
{
    issuance::CoreSettings settings;
    settings.public_url = config.public_url();
    settings.http_url = config.http_url();
    settings.default_validity_days = static_cast<int>(config.issuance.default_validity_days);
    settings.max_validity_days = static_cast<int>(config.issuance.max_validity_days);
    settings.backdate_seconds = static_cast<int>(config.issuance.backdate_seconds);
    settings.revocation_code_lifetime = std::chrono::seconds(config.issuance.revocation_code_seconds);
    settings.crl_lifetime = std::chrono::hours(config.issuance.crl_lifetime_hours);
    settings.ocsp_lifetime = std::chrono::hours(config.issuance.ocsp_lifetime_hours);
    settings.session_lifetime = std::chrono::hours(config.issuance.session_hours);
    return settings;
}

} // namespace

pki::KeyEncryptionKey load_key_encryption_key(const Config& config, bool create)
{
    if (!config.keys.encryption_key.empty()) {
        return pki::KeyEncryptionKey::from_text(Secret(config.keys.encryption_key));
    }
    if (!config.keys.passphrase_file.empty()) {
        return pki::KeyEncryptionKey::from_passphrase(Secret(first_line(config.keys.passphrase_file)),
                                                      passphrase_salt(config, create));
    }
    return pki::KeyEncryptionKey::from_file(config.encryption_key_path(), create);
}

Services::Services(Config wanted, bool create)
    : config(with_directory(std::move(wanted), create)), keys(load_key_encryption_key(config, create)),
      store(store_config(config), metrics), pool(static_cast<int>(config.server.worker_threads)), configuration(keys)
{
}

issuance::Core Services::core(issuance::JobQueue& jobs, const Clock& other)
{
    return issuance::Core{.store = store,
                          .clock = other,
                          .keys = keys,
                          .configuration = configuration,
                          .jobs = jobs,
                          .pool = pool,
                          .metrics = metrics,
                          .settings = core_settings(config)};
}

void DeferredJobs::enqueue(db::UnitOfWork& work, Job job)
{
    job.lease_owner.clear();
    db::JobRepository(work).insert(job);
}

void DeferredJobs::enqueue_owned(db::UnitOfWork& work, Job job, std::chrono::seconds lease)
{
    job.lease_owner = "command";
    job.lease_until = clock_.now() + lease;
    db::JobRepository(work).insert(job);
}

void DeferredJobs::handle(std::string_view /*kind*/, Handler /*handler*/) {}

} // namespace chancery::app
