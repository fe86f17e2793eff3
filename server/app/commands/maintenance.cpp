#include "issuance/audit.hpp"
#include "server/app/commands.hpp"
#include "server/app/first_start.hpp"
#include "server/app/services.hpp"

#include <fmt/format.h>

namespace chancery::app::commands {

void with_core(const Config& config, const std::function<void(issuance::Core&)>& work)
{
    Services services(config, false);
    DeferredJobs jobs(services.clock);
    auto core = services.core(jobs);
    work(core);
}

void init(const Config& config)
{
    Services services(config, true);
    services.store.migrate();
    DeferredJobs jobs(services.clock);
    auto core = services.core(jobs);
    if (!first_start(core, config)) {
        throw std::runtime_error("there is a CA in the database already; nothing was changed");
    }
}

void migrate(const Config& config)
{
    Services services(config, true);
    const auto applied = services.store.migrate();
    for (const auto& name : applied) {
        fmt::print("applied {}\n", name);
    }
    fmt::print("the schema is up to date ({} migrations)\n", services.store.applied_migrations().size());
}

void verify_audit(issuance::Core& core)
{
    const auto result = core.store.read_now([](db::Session& session) { return issuance::audit::verify(session); });
    if (result.broken_at) {
        throw std::runtime_error(
            fmt::format("the audit log is broken at record {}: {}", *result.broken_at, result.reason));
    }
    fmt::print("{} records, chain whole, head {}\n", result.checked, result.head_hash);
}

} // namespace chancery::app::commands
