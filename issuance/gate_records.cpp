#include "issuance/gate_records.hpp"

#include "core/json.hpp"
#include "db/repositories/order_repository.hpp"
#include "db/repositories/policy_decision_repository.hpp"
#include "issuance/audit.hpp"
#include "issuance/configuration.hpp"
#include "issuance/domains.hpp"
#include "issuance/policy/compiled_policy.hpp"
#include "issuance/problem_json.hpp"
#include "issuance/requests.hpp"
#include "pki/names.hpp"

#include <algorithm>
#include <optional>
#include <set>

namespace chancery::issuance {
namespace {

constexpr std::size_t kNamesShown = 20;

std::string refusal_details(const CertificateRequest& request, const Refusal& refusal)
{
    json::Writer out;
    out.begin_object()
        .member("rule", refusal.rule)
        .member("pathway", name_of(request.pathway))
        .member("common_name", request.subject.common_name);
    out.begin_array("names");
    const auto& names = request.names.empty() && request.csr ? request.csr->names : request.names;
    for (std::size_t i = 0; i < std::min(names.size(), kNamesShown); ++i) {
        out.value(std::string_view(names[i].value));
    }
    out.end_array();
    return out.raw_member("problem", problem_json(refusal.problem)).end_object().take();
}

/// The decision itself is stored: the audit log has its id, and what blocked.
std::string blocked_details(const CertificateRequest& request, const policy::Decision& decision)
{
    json::Writer out;
    out.begin_object().member("decision_id", decision.id).member("pathway", name_of(request.pathway));
    return out.raw_member("failures", decision.failures_json()).end_object().take();
}

std::string waived_details(const std::string& order_id, const std::string& decision_id,
                           const std::vector<policy::Finding>& waived)
{
    return json::Writer()
        .begin_object()
        .member("decision_id", decision_id)
        .member("order_id", order_id)
        .raw_member("waived", policy::Decision::findings_json(waived))
        .end_object()
        .take();
}

void record_refused(db::UnitOfWork& work, const Caller& caller, const CertificateRequest& request,
                    const Refusal& refusal, const Decided& decided)
{
    const auto& decision = decided.judged.decision;
    if (std::ranges::find(decision.findings, policy::kEngineRule, &policy::Finding::rule) != decision.findings.end()) {
        audit::record_refusal(work, caller, decided.at, audit::kPolicyEngineError, {"policy_decision", decision.id},
                              json::Writer().begin_object().member("decision_id", decision.id).end_object().take());
    }
    if (refusal.problem.code == Code::PolicyHardFail) {
        audit::record_refusal(work, caller, decided.at, audit::kPolicyHardFail, {"policy_decision", decision.id},
                              blocked_details(request, decision));
    } else {
        audit::record_refusal(work, caller, decided.at, audit::kRequestRefused, {"certificate_request", ""},
                              refusal_details(request, refusal));
    }
}

/// What the order is called; the names may be what was refused, so they are shown as they were asked for.
std::string asked_name(const CertificateRequest& request)
{
    if (!request.subject.common_name.empty()) {
        return request.subject.common_name;
    }
    const auto& names = request.names.empty() && request.csr ? request.csr->names : request.names;
    return !names.empty() ? names.front().value : request.csr ? request.csr->subject.common_name : std::string();
}

/// Those of them that are names at all; of a list that was refused for its length the first ones.
std::vector<Name> asked_names(const CertificateRequest& request)
{
    constexpr std::size_t kMostNames = 1000;
    auto asked = request.names;
    asked.resize(std::min(asked.size(), kMostNames));
    std::vector<std::string> common_names = {request.subject.common_name};
    if (request.csr) {
        asked.insert(asked.end(), request.csr->names.begin(), request.csr->names.end());
        common_names.push_back(request.csr->subject.common_name);
    }
    std::vector<Name> names;
    for (const auto& text : common_names) {
        if (auto name = name_from_text(text)) {
            names.push_back(*std::move(name));
        }
    }
    for (const auto& one : asked) {
        if (auto name = pki::normalise_name(one)) {
            names.push_back(*std::move(name));
        }
    }
    return names;
}

/// Nothing for what the state of things does not allow, or names what there is not: that is no request that could be
/// submitted again as it is.
std::optional<Order> refused_order(const Configuration& configuration, const Caller& caller,
                                   const CertificateRequest& request, const Decided& decided, const Problem& problem)
{
    const auto& judged = decided.judged;
    const auto* provider =
        configuration.requested_provider(judged.provider_id.empty() ? request.provider_id : judged.provider_id);
    const bool by_state = problem.code == Code::Conflict || problem.code == Code::NotFound;
    if (provider == nullptr || by_state || !request.order_id.empty()) {
        return std::nullopt;
    }
    auto order = order_of(request, caller, decided.order_id, decided.at);
    order.common_name = asked_name(request);
    order.type = provider->type;
    order.provider_id = provider->id;
    order.status = OrderStatus::Failed;
    order.error = problem_json(problem);
    order.completed_at = decided.at;
    set_owner(order, judged.renewed_for);
    if (!judged.decision.id.empty()) {
        order.decision = judged.decision.to_json();
        order.decision_id = judged.decision.id;
        order.policy_warnings = policy::Decision::findings_json(judged.decision.warnings());
    }
    return order;
}

std::optional<PolicyOutcome> outcome_of(const policy::Finding& finding)
{
    switch (finding.outcome) {
        case policy::RuleOutcome::Fail:
            return PolicyOutcome::Refused;
        case policy::RuleOutcome::Warn:
            return PolicyOutcome::Warned;
        case policy::RuleOutcome::Waived:
            return PolicyOutcome::Waived;
        case policy::RuleOutcome::Pass:
            break;
    }
    return std::nullopt;
}

std::vector<UnmetRule> outcomes_of(const policy::Decision& decision)
{
    std::set<UnmetRule> unmet;
    for (const auto& finding : decision.findings) {
        if (const auto outcome = outcome_of(finding)) {
            unmet.insert({.rule = finding.rule, .outcome = *outcome});
        }
    }
    return {unmet.begin(), unmet.end()};
}

} // namespace

void keep_decision(db::UnitOfWork& work, const Actor& requester, Pathway pathway, const Decided& decided)
{
    const auto& [order_id, at, judged] = decided;
    const auto& names = judged.facts.names;
    PolicyDecisionRecord record{.id = judged.decision.id,
                                .decided_at = at,
                                .order_id = order_id,
                                .action = judged.facts.action,
                                .pathway = pathway,
                                .requested_by = requester,
                                .common_name = judged.facts.subject.common_name,
                                .name_count = static_cast<long long>(names.size()),
                                .document = judged.decision.to_json(),
                                .outcomes = outcomes_of(judged.decision)};
    record.names.assign(names.begin(),
                        names.begin() + static_cast<std::ptrdiff_t>(std::min(names.size(), kNamesShown)));
    work.write_always(
        [record = std::move(record)](db::Session& session) { db::PolicyDecisionRepository(session).insert(record); });
}

void record_waived(db::UnitOfWork& work, const Caller& caller, const Decided& decided)
{
    const auto& decision = decided.judged.decision;
    if (const auto waived = decision.waived(); !waived.empty()) {
        audit::record(work, caller, decided.at, audit::kPolicyWaived, {"policy_decision", decision.id},
                      waived_details(decided.order_id, decision.id, waived));
    }
}

std::unexpected<Problem> refused(Core& core, db::UnitOfWork& work, const Caller& caller,
                                 const CertificateRequest& request, const Decided& decided, Refusal refusal)
{
    core.metrics
        .counter("chancery_requests_refused_total", "Requests that the gate refused, by rule.",
                 {{"rule", refusal.rule}})
        .add();
    record_refused(work, caller, request, refusal, decided);
    auto& problem = refusal.problem;
    problem.rule = refusal.rule;
    auto order = refused_order(*core.configuration.current(work), caller, request, decided, problem);
    if (order) {
        problem.order_id = order->id;
    }
    // Without an order the names are the decision's: who sees what lies under their domains finds it by them.
    if (order || (!decided.judged.decision.id.empty() && request.order_id.empty())) {
        work.write_always(
            [order = std::move(order), id = decided.order_id, names = asked_names(request)](db::Session& session) {
                db::OrderRepository orders(session);
                order ? orders.insert(*order, names) : orders.insert_names(id, names);
            });
    }
    return std::unexpected(std::move(problem));
}

} // namespace chancery::issuance
