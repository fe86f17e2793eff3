#include "server/app/demo/stage.hpp"

#include "core/id.hpp"
#include "issuance/identity/current_caller.hpp"
#include "issuance/inventory/batches.hpp"
#include "issuance/providers/external_orders.hpp"
#include "issuance/providers/revocations.hpp"
#include "issuance/revocation/batches.hpp"
#include "issuance/revocation_status/crls.hpp"

namespace chancery::app::demo {
namespace {

acme::AcmeSettings acme_settings(const Config& config)
{
    acme::AcmeSettings settings;
    settings.public_url = config.public_url();
    settings.order_lifetime = std::chrono::hours(config.acme.order_lifetime_hours);
    settings.authorization_lifetime = std::chrono::hours(24 * config.acme.authorization_lifetime_days);
    return settings;
}

/// An address that stays an actor's own.
std::string address_of(const Actor& actor)
{
    const auto sum = std::hash<std::string>()(actor.name);
    return "10.20." + std::to_string(sum % 16) + '.' + std::to_string(sum / 16 % 250 + 1);
}

} // namespace

Stage::Stage(const Config& config, Time begin)
    : services(config, true), clock(begin), jobs(services.store, clock, runtime),
      outbound(network, network, services.config.providers.allowed_networks), core(services.core(jobs, clock)),
      door(core, acme_settings(services.config), network, network, network)
{
    core.outbound = &outbound;
    door.add_routes(router);
    add_handlers();
}

Stage::~Stage()
{
    runtime.stop();
    runtime.join();
    services.pool.stop();
    services.store.close();
}

void Stage::add_handlers()
{
    jobs.handle_whole(issuance::kExecuteOrderJob,
                      [this](Job job) { return issuance::execute_order(core, job.subject_id); });
    jobs.handle(issuance::kPublishCrlJob, [this](Job job) { return issuance::run_crl_job(core, std::move(job)); });
    jobs.handle_whole(issuance::providers::kExternalOrderJob,
                      [this](Job job) { return issuance::providers::execute_external(core, job.subject_id); });
    jobs.handle_whole(issuance::providers::kRevokeJob,
                      [this](Job job) { return issuance::providers::execute_revocation(core, std::move(job)); });
    jobs.handle(issuance::inventory::kBatchJob,
                [this](Job job) { return issuance::inventory::run_batch(core, job.subject_id); });
    jobs.handle(issuance::kRevokeBatchJob, [this](Job job) { return issuance::revoke_batch(core, job.subject_id); });
}

issuance::Caller Stage::caller(const Actor& actor)
{
    const auto now = clock.now();
    auto known =
        read([&](db::Session& session) { return issuance::current_caller(session, actor, Scope::Admin, now); });
    if (!known) {
        throw std::runtime_error(actor.name + " may do nothing any more");
    }
    known->actor = actor;
    known->source_address = address_of(actor);
    known->request_id = new_id(now);
    return *known;
}

Outcome Stage::submit(const issuance::Caller& caller, const issuance::CertificateRequest& request)
{
    auto accepted =
        core.store.write_now([&](db::UnitOfWork& work) { return issuance::accept_order(core, work, caller, request); });
    if (!accepted) {
        return {.refusal = accepted.error()};
    }
    if (!accepted->ready_to_sign) {
        return {.order = accepted->order};
    }
    auto finished = run(issuance::finish_order(core, std::move(*accepted)));
    return {.order = std::move(finished.order), .certificate = std::move(finished.certificate)};
}

Outcome Stage::submit(const issuance::Caller& caller, const std::string& request)
{
    return submit(caller, commands::value_or_throw(issuance::read_request(core, request)));
}

} // namespace chancery::app::demo
