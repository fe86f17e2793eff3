#include "core/json.hpp"
#include "core/log.hpp"
#include "db/repositories/authority_repository.hpp"
#include "db/repositories/certificate_repository.hpp"
#include "db/repositories/external_order_repository.hpp"
#include "db/repositories/operation_repository.hpp"
#include "db/repositories/order_repository.hpp"
#include "issuance/audit.hpp"
#include "issuance/completion.hpp"
#include "issuance/providers/external_orders.hpp"
#include "issuance/providers/fulfilment.hpp"
#include "issuance/providers/retries.hpp"
#include "issuance/providers/upstream.hpp"
#include "pki/csr.hpp"
#include "pki/pem.hpp"

#include <algorithm>
#include <stdexcept>

namespace chancery::issuance::providers {
namespace {

namespace asio = boost::asio;
using std::chrono::seconds;

constexpr std::chrono::hours kPatience{24};             // with failures that may pass
constexpr std::chrono::hours kPendingPatience{24 * 30}; // with a CA that says it is at work: people check organizations

/// What one run works on.
struct Errand {
    Order order{};
    ExternalOrder external{};
    Provider provider{};
    Wanted wanted{};
};

Wanted wanted_of(Core& core, db::Session& session, const Order& order, const ExternalOrder& external)
{
    const auto csr = pki::parse_csr(external.csr).value();
    Wanted wanted{.reference = order.id,
                  .csr = external.csr,
                  .common_name = csr.subject.common_name,
                  .names = csr.names,
                  .valid_from = external.planned_from,
                  .valid_to = external.planned_to};
    if (!order.renews_certificate) {
        return wanted;
    }
    if (const auto renewed = db::CertificateRepository(session).find(*order.renews_certificate)) {
        wanted.renewed_certificate = pki::to_pem(renewed->der, "CERTIFICATE");
        const auto key = renewed->key_id ? db::KeyRepository(session).find(*renewed->key_id) : std::nullopt;
        if (key) {
            wanted.renewed_key = core.keys.unwrap(*key).to_pem();
        }
    }
    return wanted;
}

/// Nothing when the order has ended or is not to be taken further by a job.
std::optional<Errand> find_errand(Core& core, db::UnitOfWork& work, const std::string& order_id)
{
    auto order = db::OrderRepository(work).find(order_id);
    auto external = db::ExternalOrderRepository(work).find(order_id);
    if (!order || !external || is_final(order->status) || external->state == ExternalState::Done) {
        if (external && external->job_id) {
            db::JobRepository(work).remove(*external->job_id);
        }
        return std::nullopt;
    }
    const auto* provider = core.configuration.current(work)->provider(order->provider_id);
    if (provider == nullptr) {
        throw std::logic_error("the provider of an order is not there");
    }
    // From here on the CA may hear of it: what is found after a crash is submitted again, not forgotten.
    if (external->state == ExternalState::New) {
        if (const auto change = changed_since(work, *order, *external)) {
            give_up(core, work, *order, change->words);
            return std::nullopt;
        }
        db::ExternalOrderRepository(work).mark_submitting(order_id);
    }
    auto wanted = wanted_of(core, work, *order, *external);
    return Errand{.order = std::move(*order),
                  .external = std::move(*external),
                  .provider = *provider,
                  .wanted = std::move(wanted)};
}

void put_off(Core& core, db::UnitOfWork& work, const Errand& errand, seconds delay, const std::string& why)
{
    db::JobRepository(work).retry_at(errand.external.job_id.value(), core.clock.now() + delay, why);
}

void store(Core& core, db::UnitOfWork& work, const Errand& errand, const Pending& pending)
{
    const auto now = core.clock.now();
    const bool fresh = errand.external.handle != pending.handle;
    if (!db::ExternalOrderRepository(work).mark_pending(errand.order.id, pending.handle, now)) {
        return; // it ended meanwhile
    }
    if (fresh) {
        auto details = json::Writer()
                           .begin_object()
                           .member("provider_id", errand.provider.id)
                           .member("handle", pending.handle)
                           .end_object()
                           .take();
        audit::record(work, requester_of(errand.order), now, audit::kOrderSubmitted, {"order", errand.order.id},
                      std::move(details));
    }
    if (now - errand.external.created_at > kPendingPatience) {
        give_up(core, work, errand.order, "The CA has not issued the certificate within 30 days.");
        return;
    }
    put_off(core, work, errand, asked_delay(pending.retry_after), "");
}

void store(Core& core, db::UnitOfWork& work, const Errand& errand, const Failed& failed)
{
    const bool out_of_patience = core.clock.now() - errand.external.progressed_at > kPatience;
    if (!failed.transient || out_of_patience) {
        give_up(core, work, errand.order, failed.words);
        return;
    }
    db::ExternalOrderRepository(work).count_failure(errand.order.id, failed.words);
    tell_failure(core, work, errand.order, failed.words, false);
    const auto own = delay_after(errand.external.tries);
    const auto delay = failed.retry_after ? std::max(own, asked_delay(*failed.retry_after)) : own;
    put_off(core, work, errand, delay, failed.words);
}

void store(Core& core, db::UnitOfWork& work, const Errand& errand, const Issued& issued)
{
    const auto caller = requester_of(errand.order);
    const auto finished = fulfil(core, work, caller, errand.order, errand.external, issued.certificates);
    if (finished) {
        return;
    }
    std::string pem;
    for (const auto& der : issued.certificates) {
        pem += pki::to_pem(der, "CERTIFICATE");
    }
    db::ExternalOrderRepository(work).store_received(errand.order.id, pem);
    if (finished.error().code == Code::PolicyHardFail) {
        withdraw(core, work, errand.order, errand.external, issued.certificates, finished.error());
        return;
    }
    give_up(core, work, errand.order, finished.error().detail);
}

asio::awaitable<Outcome> ask(Core& core, Errand errand)
{
    std::unique_ptr<Upstream> upstream;
    std::string trouble;
    try {
        upstream = make_upstream(core, errand.provider);
    } catch (const std::runtime_error& failure) {
        trouble = failure.what();
    }
    if (!upstream) {
        log::error("provider.unusable", {{"provider_id", errand.provider.id}, {"reason", trouble}});
        co_return Failed{.words = "The provider cannot be used now.", .transient = true};
    }
    if (errand.external.state == ExternalState::Pending) {
        co_return co_await upstream->poll(errand.wanted, errand.external.handle);
    }
    co_return co_await upstream->submit(errand.wanted);
}

} // namespace

asio::awaitable<void> execute_external(Core& core, std::string order_id)
{
    const auto errand =
        co_await core.store.write([&](db::UnitOfWork& work) { return find_errand(core, work, order_id); });
    if (!errand) {
        co_return;
    }
    const auto outcome = co_await ask(core, *errand);
    co_await core.store.write([&](db::UnitOfWork& work) {
        std::visit([&](const auto& what) { store(core, work, *errand, what); }, outcome);
    });
}

} // namespace chancery::issuance::providers
