#include "server/app/commands.hpp"
#include "server/app/demo/demo_data.hpp"
#include "server/app/server_lock.hpp"
#include "server/app/services.hpp"

#include <fmt/format.h>

#include <optional>

namespace chancery::app::commands {
namespace {

void show(const demo::Summary& made, std::chrono::seconds took)
{
    fmt::print(
        "A year of demonstration data, made in {} s:\n\n"
        "  certificates   {} active ({} end within 90 days with nothing in their place), {} expired, {} revoked\n"
        "  orders         {} complete, {} failed, {} waiting; {} requests refused\n"
        "  alerts         {} open\n"
        "  audit records  {}, chain whole\n\n",
        took.count(), made.active, made.ending, made.expired, made.revoked, made.complete, made.failed, made.waiting,
        made.refused, made.open_alerts, made.audit_records);
    fmt::print("These two are shown once and stored nowhere; nobody else of the demonstration can sign in:\n\n"
               "  administrator  {}\n  password       {}\n  API token      {}\n",
               made.administrator, made.password.reveal(), made.token.reveal());
}

} // namespace

void demo_data(const Config& config, int certificates)
{
    if (certificates < 1 || certificates > kMostDemoCertificates) {
        throw std::runtime_error(fmt::format("--certificates: 1 to {}", kMostDemoCertificates));
    }
    std::optional<ServerLock> alone;
    if (!config.database_url().starts_with("postgresql:") && std::filesystem::exists(config.data_directory)) {
        alone.emplace(config.path("server.lock"));
    }
    const auto start = std::chrono::steady_clock::now();
    const auto made = demo::make_demo_data(config, certificates);
    show(made, std::chrono::round<std::chrono::seconds>(std::chrono::steady_clock::now() - start));
}

} // namespace chancery::app::commands
