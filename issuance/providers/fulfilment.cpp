#include "issuance/providers/fulfilment.hpp"

#include "core/json.hpp"
#include "core/text.hpp"
#include "db/repositories/authority_repository.hpp"
#include "db/repositories/certificate_repository.hpp"
#include "db/repositories/external_order_repository.hpp"
#include "db/repositories/order_repository.hpp"
#include "issuance/administration.hpp"
#include "issuance/audit.hpp"
#include "issuance/completion.hpp"
#include "issuance/providers/judgement.hpp"
#include "issuance/providers/verification.hpp"
#include "issuance/revocation/revocation.hpp"
#include "pki/csr.hpp"
#include "pki/digest.hpp"
#include "pki/pem.hpp"

#include <stdexcept>

namespace chancery::issuance::providers {
namespace {

std::string pem_of(const std::vector<std::string>& certificates)
{
    std::string pem;
    for (const auto& der : certificates) {
        pem += pki::to_pem(der, "CERTIFICATE");
    }
    return pem;
}

std::string anchors_of(const Provider* provider)
{
    return provider == nullptr ? std::string()
                               : json::Reader(provider->configuration).optional_string("trust_anchors").value_or("");
}

std::string name_of_provider(const Configuration& configuration, const std::string& id)
{
    const auto* provider = configuration.provider(id);
    return provider == nullptr ? id : provider->name;
}

/// The CA was asked before and has issued it: it is in the inventory, and revoked.
void revoke_what_changed(Core& core, db::UnitOfWork& work, const Order& order, const ExternalOrder& external,
                         Finished& finished)
{
    if (const auto change = changed_since(work, order, external)) {
        if (auto revoked = revoke(core, work, system_caller(), *finished.certificate, change->reason)) {
            finished.certificate = std::move(*revoked);
        }
    }
}

Accepted accepted_of(const Order& order, const Caller& caller)
{
    return Accepted{.order = order,
                    .caller = caller,
                    .tags = json::Reader(order.request).optional_strings("tags").value_or(std::vector<std::string>())};
}

std::string with_more(const std::string& findings, const std::vector<policy::Finding>& more)
{
    auto all = json::parse_array(findings);
    for (auto& one : json::parse_array(policy::Decision::findings_json(more))) {
        all.push_back(std::move(one));
    }
    return '[' + join(all, ",") + ']';
}

/// Holds what came against the policies. What they only warn of goes to the order with what they warned of before.
Result<void> judge_received(Core& core, db::UnitOfWork& work, Accepted& accepted, const ExternalOrder& external,
                            const std::string& certificate)
{
    auto& order = accepted.order;
    const auto deviation = deviation_of(core, work, order, external, certificate);
    if (!deviation) {
        return {};
    }
    const auto& id = deviation->judged.decision.id;
    const auto now = core.clock.now();
    keep_decision(work, order.requested_by, order.pathway,
                  {.order_id = order.id, .at = now, .judged = deviation->judged});
    if (deviation->failures.empty()) {
        order.policy_warnings = with_more(order.policy_warnings, deviation->warnings);
        db::OrderRepository(work).set_policy_warnings(order.id, order.policy_warnings);
        return {};
    }
    auto details = json::Writer()
                       .begin_object()
                       .member("decision_id", id)
                       .member("order_id", order.id)
                       .member("pathway", name_of(order.pathway))
                       .raw_member("failures", policy::Decision::findings_json(deviation->failures))
                       .end_object()
                       .take();
    audit::record_refusal(work, accepted.caller, now, audit::kPolicyHardFail, {"policy_decision", id},
                          std::move(details));
    return refuse(
        Problem{.code = Code::PolicyHardFail,
                .detail = "The CA returned a certificate that a policy blocks." + words_for(deviation->failures),
                .decision_id = id});
}

} // namespace

std::optional<Change> changed_since(db::Session& session, const Order& order, const ExternalOrder& external)
{
    const auto csr = pki::parse_csr(external.csr);
    if (csr && db::BlockedKeyRepository(session).contains(csr->key.spki_sha256())) {
        return Change{.words = "The key was blocked after the order was accepted.",
                      .reason = RevocationReason::KeyCompromise};
    }
    const auto renewed = order.kind == OrderKind::Renewal && order.renews_certificate
                             ? db::CertificateRepository(session).find(*order.renews_certificate)
                             : std::nullopt;
    if (renewed && renewed->revoked_at) {
        return Change{.words = "The certificate was revoked that this order was to renew.",
                      .reason = renewed->revocation_reason.value_or(RevocationReason::Unspecified)};
    }
    return std::nullopt;
}

Problem refused_upload(const std::string& detail)
{
    Problem problem{.code = Code::ValidationError, .detail = detail};
    problem.errors.push_back({.pointer = "/certificate", .code = "certificate", .detail = detail});
    return problem;
}

Result<Finished> fulfil(Core& core, db::UnitOfWork& work, const Caller& caller, const Order& order,
                        const ExternalOrder& external, const std::vector<std::string>& certificates)
{
    const auto configuration = core.configuration.current(work);
    CHANCERY_TRY(verified, verify_issued(external, certificates, anchors_of(configuration->provider(order.provider_id)),
                                         core.clock.now()));
    if (db::CertificateRepository(work).find_by_fingerprint(pki::sha256_hex(verified.certificate))) {
        return refuse(Code::ProviderFailed, "The CA returned a certificate that is in the inventory already.");
    }
    auto accepted = accepted_of(order, caller);
    CHANCERY_CHECK(judge_received(core, work, accepted, external, verified.certificate));
    auto finished = complete_order(core, work, accepted, verified.certificate);
    db::ExternalOrderRepository(work).store_received(order.id, pem_of(certificates));
    if (finished.certificate && finished.order.status == OrderStatus::Complete) {
        revoke_what_changed(core, work, order, external, finished);
    }
    if (finished.certificate && finished.certificate->der == verified.certificate) {
        db::CertificateChainRepository(work).insert(finished.certificate->id, pem_of(verified.chain));
    }
    return finished;
}

Finished withdraw(Core& core, db::UnitOfWork& work, const Order& order, const ExternalOrder& external,
                  const std::vector<std::string>& certificates, const Problem& problem)
{
    const auto now = core.clock.now();
    auto accepted = accepted_of(order, requester_of(order));
    auto finished = fail_order(core, work, accepted, problem);
    const auto anchors = anchors_of(core.configuration.current(work)->provider(order.provider_id));
    const auto verified = verify_issued(external, certificates, anchors, now);
    if (!verified || finished.order.status != OrderStatus::Failed) {
        return finished;
    }
    accepted.order.key_id.reset();             // went with the order
    accepted.order.renews_certificate.reset(); // it succeeds nothing
    const auto certificate = certificate_for(accepted, verified->certificate, now);
    db::CertificateRepository(work).insert(certificate);
    db::CertificateChainRepository(work).insert(certificate.id, pem_of(verified->chain));
    if (auto revoked = revoke(core, work, system_caller(), certificate, RevocationReason::Unspecified); !revoked) {
        throw std::logic_error("a certificate that has just come cannot be revoked: " + revoked.error().detail);
    }
    return finished;
}

Finished give_up(Core& core, db::UnitOfWork& work, const Order& order, const std::string& words)
{
    auto finished = fail_order(core, work, Accepted{.order = order, .caller = requester_of(order)},
                               Problem{.code = Code::ProviderFailed, .detail = words});
    tell_failure(core, work, order, words, true);
    return finished;
}

void tell_failure(Core& core, db::UnitOfWork& work, const Order& order, const std::string& words, bool final)
{
    const auto configuration = core.configuration.current(work);
    raise_alert(core, work,
                Alert{.kind = "provider.failed",
                      .cause = "provider.failed:" + order.provider_id,
                      .severity = final ? AlertSeverity::Critical : AlertSeverity::Warning,
                      .title = "Provider failed: " + name_of_provider(*configuration, order.provider_id),
                      .detail = order.common_name + ": " + words,
                      .resource_type = "provider",
                      .resource_id = order.provider_id});
}

} // namespace chancery::issuance::providers
