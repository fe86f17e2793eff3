#include "issuance/completion.hpp"

#include "core/id.hpp"
#include "core/json.hpp"
#include "db/repositories/acme_repository.hpp"
#include "db/repositories/authority_repository.hpp"
#include "db/repositories/certificate_repository.hpp"
#include "db/repositories/external_order_repository.hpp"
#include "db/repositories/operation_repository.hpp"
#include "db/repositories/order_repository.hpp"
#include "db/repositories/upstream_repository.hpp"
#include "issuance/administration.hpp"
#include "issuance/audit.hpp"
#include "issuance/problem_json.hpp"
#include "issuance/renewal/automatic.hpp"
#include "issuance/renewal/renewal.hpp"
#include "issuance/waiters.hpp"
#include "pki/certificate.hpp"

#include <stdexcept>

namespace chancery::issuance {

Certificate certificate_for(const Accepted& accepted, const std::string& der, Time now)
{
    const auto& order = accepted.order;
    auto info = pki::parse_certificate(der);
    if (!info) {
        throw std::logic_error("a certificate that was signed here is not readable");
    }
    return Certificate{.id = new_id(now),
                       .common_name = order.common_name,
                       .names = std::move(info->names),
                       .issuer = std::move(info->issuer_dn),
                       .authority_id = accepted.intent.authority_id.empty()
                                           ? std::nullopt
                                           : std::optional(accepted.intent.authority_id),
                       .provider_id = order.provider_id,
                       .algorithm = info->key_type.name(),
                       .digest = info->digest,
                       .valid_from = info->valid_from,
                       .valid_to = info->valid_to,
                       .source = CertificateSource::Managed,
                       .fingerprint_sha256 = std::move(info->fingerprint_sha256),
                       .serial_number = std::move(info->serial_number),
                       .spki_sha256 = info->key.spki_sha256(),
                       .der = der,
                       .key_id = order.key_id,
                       .order_id = order.id,
                       .renewed_from = order.renews_certificate,
                       .requester_type = std::string(name_of(order.requested_by.type)),
                       .requester_id = order.requested_by.id,
                       .policy_warnings = order.policy_warnings,
                       .tags = accepted.tags,
                       .acme_account_id = order.acme_account_id,
                       .created_at = now};
}

namespace {

std::string issued_details(const Order& order, const Certificate& certificate)
{
    return json::Writer()
        .begin_object()
        .member("order_id", order.id)
        .member("common_name", certificate.common_name)
        .member("serial_number", certificate.serial_number)
        .member("fingerprint_sha256", certificate.fingerprint_sha256)
        .member("provider_id", order.provider_id)
        .member_if("authority_id", certificate.authority_id) // whose key was used for it
        .member("valid_to", to_rfc3339(certificate.valid_to))
        .member_if("decision_id", order.decision_id)
        .end_object()
        .take();
}

/// One alert for each policy and rule that warned, and one audit record for all of them.
void tell_warnings(Core& core, db::UnitOfWork& work, const Caller& caller, const Order& order,
                   const Certificate& certificate, Time now)
{
    if (order.policy_warnings == "[]") {
        return;
    }
    for (const auto& text : json::parse_array(order.policy_warnings)) {
        json::Reader finding(text);
        const auto policy_id = finding.optional_string("policy_id").value_or("");
        const auto rule = finding.optional_string("rule").value_or("");
        raise_alert(
            core, work,
            Alert{.kind = "policy.soft_fail",
                  .cause = "policy.soft_fail:" + policy_id + ":" + rule + ":" + certificate.id,
                  .severity = AlertSeverity::Warning,
                  .title = "Policy warning: " + finding.optional_string("policy_name").value_or("") + ", " + rule,
                  .detail = certificate.common_name + ": " + finding.optional_string("message").value_or(""),
                  .resource_type = "certificate",
                  .resource_id = certificate.id});
    }
    auto details = json::Writer()
                       .begin_object()
                       .member("order_id", order.id)
                       .member_if("decision_id", order.decision_id)
                       .raw_member("warnings", order.policy_warnings)
                       .end_object()
                       .take();
    audit::record(work, caller, now, audit::kPolicySoftFail, {"certificate", certificate.id}, std::move(details));
}

/// For renewals one alert for each certificate, for others one for each order.
void tell_failure(Core& core, db::UnitOfWork& work, const Caller& caller, const Order& order, const Problem& problem)
{
    if (order.kind == OrderKind::Renewal && order.renews_certificate) {
        tell_failed_renewal(core, work, caller, *order.renews_certificate, order.common_name, problem, order.id);
        return;
    }
    raise_alert(core, work,
                Alert{.kind = "order.failed",
                      .cause = "order.failed:" + order.id,
                      .severity = AlertSeverity::Critical,
                      .title = "Order failed: " + order.common_name,
                      .detail = problem.detail,
                      .resource_type = "order",
                      .resource_id = order.id});
}

/// What an order leaves behind while it is under way.
void clear_away(db::UnitOfWork& work, const Order& order)
{
    db::JobRepository jobs(work);
    jobs.remove(order.id);
    if (order.type == OrderType::LocalPki) {
        db::OrderRepository(work).remove_intent(order.id);
        return;
    }
    db::ExternalOrderRepository external(work);
    if (const auto known = external.find(order.id)) {
        external.close(order.id);
        db::UpstreamChallengeRepository(work).remove_of_order(order.id);
        if (known->job_id) {
            jobs.remove(*known->job_id);
        }
    }
}

void wake_after_commit(Core& core, db::UnitOfWork& work, const std::string& order_id)
{
    work.on_commit([waiters = core.waiters, order_id] { waiters->wake(order_id); });
}

void count_end(Core& core, const Order& order, std::string_view outcome, Time now)
{
    core.metrics
        .counter("chancery_orders_total", "Orders that ended, by pathway and outcome.",
                 {{"pathway", std::string(name_of(order.pathway))}, {"outcome", std::string(outcome)}})
        .add();
    core.metrics.histogram("chancery_order_seconds", "From submission to the end of an order.")
        .observe(std::chrono::duration<double>(now - order.submitted_at).count());
}

} // namespace

Finished stored_result(db::UnitOfWork& work, const std::string& order_id)
{
    Finished finished;
    auto order = db::OrderRepository(work).find(order_id);
    if (!order) {
        throw std::logic_error("an order that was accepted is not there");
    }
    finished.order = std::move(*order);
    if (finished.order.certificate_id) {
        finished.certificate = db::CertificateRepository(work).find(*finished.order.certificate_id);
    }
    return finished;
}

Finished complete_order(Core& core, db::UnitOfWork& work, const Accepted& accepted, const std::string& der)
{
    const auto now = core.clock.now();
    Finished finished{.order = accepted.order, .certificate = certificate_for(accepted, der, now)};
    auto& order = finished.order;
    auto& certificate = *finished.certificate;
    // The state in its WHERE is what makes it once: of two that signed, one stores.
    if (!db::OrderRepository(work).complete(order.id, certificate.id, now)) {
        return stored_result(work, order.id);
    }
    order.status = OrderStatus::Complete;
    order.certificate_id = certificate.id;
    order.completed_at = now;
    ++order.revision;

    db::CertificateRepository certificates(work);
    const auto renewed = order.kind == OrderKind::Renewal ? certificates.find(*order.renews_certificate) : std::nullopt;
    if (renewed) {
        // Whoever renews it, a certificate stays its requester's, and what people noted about it stays, too.
        certificate.requester_type = renewed->requester_type;
        certificate.requester_id = renewed->requester_id;
        certificate.owner_type = renewed->owner_type;
        certificate.owner = renewed->owner;
        certificate.custom_fields = renewed->custom_fields;
    }
    certificates.insert(certificate);
    if (renewed) {
        certificates.copy_custom_values(renewed->id, certificate.id);
    }
    if (order.renews_certificate) {
        certificates.link_renewal(*order.renews_certificate, certificate.id);
    }
    plan_renewal(core, work, certificate);
    clear_away(work, order);
    if (order.acme_account_id) {
        db::AcmeOrderRepository acme(work);
        if (const auto acme_order = acme.find_by_inventory_order(order.id)) {
            acme.complete(acme_order->id, certificate.id);
        }
    }
    audit::record(work, accepted.caller, now, audit::kCertificateIssued, {"certificate", certificate.id},
                  issued_details(order, certificate));
    if (renewed) {
        tell_renewal(core, work, accepted.caller, order, certificate);
    }
    tell_warnings(core, work, accepted.caller, order, certificate, now);
    wake_after_commit(core, work, order.id);
    work.on_commit([&core, order, now] {
        count_end(core, order, "complete", now);
        core.metrics
            .counter("chancery_certificates_total", "Certificates issued, by pathway.",
                     {{"pathway", std::string(name_of(order.pathway))}})
            .add();
    });
    return finished;
}

Finished fail_order(Core& core, db::UnitOfWork& work, const Accepted& accepted, const Problem& problem)
{
    const auto now = core.clock.now();
    Finished finished{.order = accepted.order};
    auto& order = finished.order;
    const auto error = problem_json(problem);
    if (!db::OrderRepository(work).fail(order.id, error, now)) {
        return stored_result(work, order.id);
    }
    order.status = OrderStatus::Failed;
    order.error = error;
    order.completed_at = now;
    ++order.revision;

    clear_away(work, order);
    if (order.key_id) {
        db::KeyRepository(work).remove(*order.key_id); // it will never belong to a certificate
    }
    if (order.acme_account_id) {
        db::AcmeOrderRepository acme(work);
        if (const auto acme_order = acme.find_by_inventory_order(order.id)) {
            acme.fail(acme_order->id, acme_problem_json(problem));
        }
    }
    audit::record(work, accepted.caller, now, audit::kIssuanceFailed, {"order", order.id}, error);
    tell_failure(core, work, accepted.caller, order, problem);
    wake_after_commit(core, work, order.id);
    work.on_commit([&core, order, now] { count_end(core, order, "failed", now); });
    return finished;
}

} // namespace chancery::issuance
