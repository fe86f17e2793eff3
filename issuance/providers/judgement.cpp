#include "issuance/providers/judgement.hpp"

#include "core/id.hpp"
#include "issuance/configuration.hpp"
#include "issuance/policies/replay_facts.hpp"
#include "issuance/policy/wording.hpp"
#include "pki/certificate.hpp"

#include <algorithm>
#include <stdexcept>

namespace chancery::issuance::providers {
namespace {

constexpr std::chrono::hours kRounding{24};

policy::Facts as_issued(policy::Facts facts, const pki::CertificateInfo& info, const ExternalOrder& external)
{
    facts.subject = info.subject;
    facts.names = info.names;
    facts.key = info.key_type;
    facts.key_usage = info.key_usage;
    facts.extended_key_usage = info.extended_key_usage;
    facts.digest = info.digest;
    facts.asks_for_ca = info.is_ca;
    facts.valid_from = external.planned_from;
    facts.valid_to = external.planned_to;
    const auto difference = (info.valid_to - info.valid_from) - (external.planned_to - external.planned_from);
    if (difference > kRounding || difference < -kRounding) {
        facts.valid_from = info.valid_from;
        facts.valid_to = info.valid_to;
    }
    return facts;
}

bool met_by(const policy::Decision& decision, const policy::Finding& finding)
{
    return std::ranges::none_of(decision.findings, [&](const policy::Finding& other) {
        return other.policy_id == finding.policy_id && other.rule == finding.rule &&
               other.required == finding.required && other.outcome == finding.outcome;
    });
}

} // namespace

std::optional<Deviation> deviation_of(Core& core, db::UnitOfWork& work, const Order& order,
                                      const ExternalOrder& external, const std::string& certificate)
{
    const auto configuration = core.configuration.current(work);
    const auto info = pki::parse_certificate(certificate);
    auto asked = ReplayFacts(core, work, configuration->policies).of_request(order);
    if (!info || !asked) {
        throw std::logic_error("an order that was accepted, or the certificate for it, is not readable");
    }
    Deviation deviation{.judged = {.facts = as_issued(*asked, *info, external), .provider_id = order.provider_id}};
    auto& decision = deviation.judged.decision;
    decision = configuration->policies.judge_as_is(deviation.judged.facts, new_id(core.clock.now()));
    const auto before = configuration->policies.evaluate(*asked, {});
    for (const auto& finding : decision.findings) {
        const bool unmet = finding.outcome == policy::RuleOutcome::Fail || finding.outcome == policy::RuleOutcome::Warn;
        if (unmet && met_by(before, finding)) {
            (finding.outcome == policy::RuleOutcome::Fail ? deviation.failures : deviation.warnings).push_back(finding);
        }
    }
    const bool none = deviation.failures.empty() && deviation.warnings.empty();
    return none ? std::nullopt : std::optional(std::move(deviation));
}

std::string words_for(const std::vector<policy::Finding>& findings)
{
    std::string words;
    for (const auto& finding : findings) {
        words += " Policy " + policy::quoted(finding.policy_name) + ", rule " + finding.rule + ": " + finding.message;
    }
    return words;
}

} // namespace chancery::issuance::providers
