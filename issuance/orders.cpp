#include "issuance/orders.hpp"

#include "core/id.hpp"
#include "core/json.hpp"
#include "db/repositories/authority_repository.hpp"
#include "db/repositories/order_repository.hpp"
#include "issuance/audit.hpp"
#include "issuance/completion.hpp"
#include "issuance/inventory/visibility.hpp"
#include "issuance/providers/external_orders.hpp"
#include "issuance/requests.hpp"
#include "issuance/tbs.hpp"

namespace chancery::issuance {
namespace {

constexpr std::chrono::seconds kOwnLease{10}; // far longer than a signature takes, short for who waits after a crash

std::string_view submission_name(Pathway pathway)
{
    switch (pathway) {
        case Pathway::Automated:
            return audit::kRequestAutomatedSubmitted;
        case Pathway::Csr:
            return audit::kRequestCsrSubmitted;
        case Pathway::Acme:
            return audit::kRequestAcmeSubmitted;
    }
    return audit::kRequestCsrSubmitted;
}

std::string shown_name(const pki::CertificatePlan& plan)
{
    return plan.subject.common_name.empty() ? plan.names.front().value : plan.subject.common_name;
}

Order order_for(const CertificateRequest& request, const Caller& caller, const Admission& admission, Time now)
{
    auto order = order_of(request, caller, admission.order_id, now);
    order.common_name = shown_name(admission.plan);
    order.type = admission.order_type;
    order.provider_id = admission.provider_id;
    if (!admission.authority_id.empty()) {
        order.authority_id = admission.authority_id;
    }
    order.decision = admission.decision.to_json();
    order.decision_id = admission.decision.id;
    order.policy_warnings = policy::Decision::findings_json(admission.decision.warnings());
    set_owner(order, admission.renewed_for);
    return order;
}

void record_submission(db::UnitOfWork& work, const Caller& caller, const Order& order, const pki::CertificatePlan& plan)
{
    json::Writer out;
    out.begin_object().member("common_name", order.common_name).begin_array("names");
    for (const auto& name : plan.names) {
        out.value(std::string_view(name.value));
    }
    out.end_array().member("provider_id", order.provider_id).member_if("authority_id", order.authority_id);
    out.member_if("decision_id", order.decision_id);
    out.member_if("resubmission_of", order.resubmission_of).member_if("renews_certificate", order.renews_certificate);
    audit::record(work, caller, order.submitted_at, submission_name(order.pathway), {"order", order.id},
                  out.end_object().take());
}

/// The key to be certified: the CSR's, or one that is made here when that is quick.
pki::PrivateKey key_made_here(const CertificateRequest& request, const pki::PrivateKey& generated)
{
    if (request.csr || generated) {
        return generated;
    }
    const auto algorithm = request.key_algorithm.value_or(KeyAlgorithm::Ec256);
    return is_quick_to_generate(algorithm) ? pki::PrivateKey::generate(algorithm) : pki::PrivateKey();
}

std::string store_key(Core& core, db::UnitOfWork& work, const pki::PrivateKey& key, const std::string& purpose,
                      Time now)
{
    auto id = new_id(now);
    db::KeyRepository(work).insert(core.keys.wrap(key, id, purpose, now));
    return id;
}

} // namespace

bool is_quick_to_generate(KeyAlgorithm algorithm)
{
    return key_type_of(algorithm).family != KeyFamily::Rsa;
}

Job job_for_order(const std::string& order_id, Time now)
{
    return Job{.id = order_id,
               .kind = std::string(kExecuteOrderJob),
               .subject_id = order_id,
               .run_at = now,
               .created_at = now};
}

Caller requester_of(const Order& order)
{
    return Caller{.actor = order.requested_by, .acme_account_id = order.acme_account_id.value_or("")};
}

Result<Accepted> accept_order(Core& core, db::UnitOfWork& work, const Caller& caller, const CertificateRequest& request,
                              const pki::PrivateKey& generated)
{
    if (!request.csr && request.pathway != Pathway::Automated) {
        return refuse(Code::BadCsr, "This pathway needs a CSR.");
    }
    const auto now = core.clock.now();
    const auto private_key = key_made_here(request, generated);
    const auto key = request.csr ? request.csr->key : private_key ? private_key.public_key() : pki::PublicKey();
    CHANCERY_TRY(admission, admit(core, work, caller, request, key));

    Accepted accepted{.order = order_for(request, caller, admission, now), .caller = caller, .tags = request.tags};
    auto& order = accepted.order;
    const bool outside = admission.order_type != OrderType::LocalPki;
    if (key && outside) {
        order.status = OrderStatus::Processing;
        if (private_key) {
            order.key_id = store_key(core, work, private_key, request.key_purpose, now);
        }
        providers::store_external(core, work, order, admission, request, private_key);
    } else if (key) {
        CHANCERY_TRY(tbs, build_checked_tbs(core, work, caller, request, admission));
        accepted.intent = {.order_id = order.id,
                           .authority_id = admission.authority_id,
                           .serial_number = admission.plan.serial_number,
                           .tbs = std::move(tbs),
                           .digest = admission.plan.digest,
                           .created_at = now};
        accepted.ready_to_sign = true;
        order.status = OrderStatus::Processing;
        if (private_key) {
            order.key_id = store_key(core, work, private_key, request.key_purpose, now);
        }
    }
    db::OrderRepository orders(work);
    orders.insert(order, admission.plan.names);
    if (accepted.ready_to_sign) {
        orders.insert_intent(accepted.intent);
        core.jobs.enqueue_owned(work, job_for_order(order.id, now), kOwnLease);
    } else if (!key) {
        core.jobs.enqueue(work, job_for_order(order.id, now));
    }
    record_submission(work, caller, order, admission.plan);
    return accepted;
}

Result<Order> read_order(Core& core, db::Session& session, const Caller& caller, const std::string& id)
{
    if (!has_right(caller, Right::ReadOrders)) {
        return refuse(Code::Forbidden, "The caller may not read orders.");
    }
    auto order = db::OrderRepository(session).find(id, inventory::visible_requests(core, session, caller));
    if (!order) {
        return refuse(Code::NotFound, "There is no such order.");
    }
    return std::move(*order);
}

Result<CertificateRequest> resubmission(Core& core, db::Session& session, const Caller& caller,
                                        const std::string& order_id, const std::string& changes)
{
    CHANCERY_TRY(order, read_order(core, session, caller, order_id));
    if (order.status != OrderStatus::Failed) {
        return refuse(Code::Conflict, "Only a failed order can be resubmitted; this one is " +
                                          std::string(name_of(order.status)) + ".");
    }
    if (order.pathway == Pathway::Acme) {
        return refuse(Code::Conflict, "An ACME client submits its orders itself.");
    }
    CHANCERY_TRY(request, read_request(core, order.request, changes));
    request.resubmission_of = order.id;
    request.kind = order.kind;
    request.renews_certificate = order.renews_certificate.value_or("");
    return std::move(request);
}

} // namespace chancery::issuance
