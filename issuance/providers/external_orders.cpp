#include "issuance/providers/external_orders.hpp"

#include "core/id.hpp"
#include "core/json.hpp"
#include "db/repositories/certificate_repository.hpp"
#include "db/repositories/external_order_repository.hpp"
#include "issuance/audit.hpp"
#include "issuance/completion.hpp"
#include "issuance/providers/fulfilment.hpp"
#include "issuance/validation.hpp"
#include "pki/pem.hpp"

namespace chancery::issuance::providers {

void store_external(Core& core, db::UnitOfWork& work, const Order& order, const Admission& admission,
                    const CertificateRequest& request, const pki::PrivateKey& key)
{
    const auto now = core.clock.now();
    const auto& plan = admission.plan;
    ExternalOrder external{.order_id = order.id,
                           .provider_id = admission.provider_id,
                           .state = ExternalState::New,
                           .csr = request.csr ? request.csr->der
                                              : pki::build_csr(key, plan.subject, plan.names,
                                                               {.key_usage = plan.key_usage,
                                                                .extended_key_usage = plan.extended_key_usage}),
                           .planned_from = plan.valid_from,
                           .planned_to = plan.valid_to,
                           .planned_usages = plan.extended_key_usage,
                           .created_at = now,
                           .progressed_at = now};
    if (admission.provider_kind == ProviderKind::Manual) {
        external.state = ExternalState::Pending;
    } else {
        external.job_id = new_id(now);
        core.jobs.enqueue(work, Job{.id = *external.job_id,
                                    .kind = std::string(kExternalOrderJob),
                                    .subject_id = order.id,
                                    .run_at = now,
                                    .created_at = now});
    }
    db::ExternalOrderRepository(work).insert(external);
}

Result<std::string> csr_of_order(Core& core, db::Session& session, const Caller& caller, const std::string& order_id)
{
    CHANCERY_TRY(order, read_order(core, session, caller, order_id));
    const auto external = db::ExternalOrderRepository(session).find(order.id);
    if (!external) {
        return refuse(Code::NotFound, "This order has no CSR for a CA outside.");
    }
    if (external->state == ExternalState::Done) {
        return refuse(Code::Conflict, "The order has ended.");
    }
    return external->csr;
}

namespace {

/// An order that waits for a certificate from an operator, who may bring it or end it.
struct Waiting {
    Order order{};
    ExternalOrder external{};
};

Result<Waiting> find_waiting(Core& core, db::UnitOfWork& work, const Caller& caller, const std::string& order_id)
{
    CHANCERY_CHECK(require(work, caller, Right::FulfilOrders, core.clock.now()));
    CHANCERY_TRY(order, read_order(core, work, caller, order_id));
    auto external = db::ExternalOrderRepository(work).find(order.id);
    const auto* provider = core.configuration.current(work)->provider(order.provider_id);
    if (!external || provider == nullptr || provider->kind != ProviderKind::Manual) {
        return refuse(Code::Conflict, "This order waits for no certificate from an operator.");
    }
    if (external->state == ExternalState::Done) {
        return refuse(Code::Conflict, "The order has ended.");
    }
    return Waiting{.order = std::move(order), .external = std::move(*external)};
}

} // namespace

Result<Finished> cancel_waiting(Core& core, db::UnitOfWork& work, const Caller& caller, const std::string& order_id,
                                const std::string& reason)
{
    constexpr std::size_t kLongestReason = 500;
    CHANCERY_TRY(waiting, find_waiting(core, work, caller, order_id));
    Mistakes mistakes;
    mistakes.check_text("/reason", reason, 1, kLongestReason);
    CHANCERY_CHECK(mistakes.result());
    const auto& order = waiting.order;
    auto details = json::Writer().begin_object().member("reason", reason).end_object().take();
    audit::record(work, caller, core.clock.now(), audit::kOrderCancelled, {"order", order.id}, std::move(details));
    return fail_order(core, work, Accepted{.order = order, .caller = caller},
                      Problem{.code = Code::ProviderFailed, .detail = "An operator ended the order: " + reason});
}

Result<Finished> fulfil_by_hand(Core& core, db::UnitOfWork& work, const Caller& caller, const std::string& order_id,
                                const std::string& pem)
{
    const auto now = core.clock.now();
    CHANCERY_TRY(waiting, find_waiting(core, work, caller, order_id));
    const auto& order = waiting.order;
    const auto certificates = pki::from_pem(pem, "CERTIFICATE");
    if (!certificates || certificates->empty()) {
        return refuse(refused_upload("must be PEM certificates, the new one and those above it"));
    }
    auto finished = fulfil(core, work, caller, order, waiting.external, *certificates);
    if (!finished) {
        auto details = json::Writer().begin_object().member("reason", finished.error().detail).end_object().take();
        audit::record_refusal(work, caller, now, audit::kOrderUploadRefused, {"order", order.id}, std::move(details));
        auto problem = refused_upload(finished.error().detail);
        problem.decision_id = finished.error().decision_id;
        return refuse(std::move(problem));
    }
    audit::record(work, caller, now, audit::kOrderUploaded, {"order", order.id});
    return finished;
}

} // namespace chancery::issuance::providers
