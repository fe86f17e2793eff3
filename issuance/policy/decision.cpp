#include "issuance/policy/decision.hpp"

#include "core/json.hpp"

#include <algorithm>

namespace chancery::issuance::policy {
namespace {

void write(json::Writer& out, const Finding& finding)
{
    out.begin_object()
        .member("policy_id", finding.policy_id)
        .member("policy_name", finding.policy_name)
        .member("policy_description", finding.policy_description)
        .member("policy_version", finding.policy_version)
        .member("rule", finding.rule)
        .member("severity", name_of(finding.severity))
        .member("outcome", name_of(finding.outcome))
        .member("input", finding.input)
        .member("required", finding.required)
        .member("message", finding.message);
    if (!finding.waiver_id.empty()) {
        out.member("waiver_id", finding.waiver_id);
    }
    out.end_object();
}

void write(json::Writer& out, const Fill& fill)
{
    out.begin_object()
        .member("policy_id", fill.policy_id)
        .member("field", fill.field)
        .member("value", fill.value)
        .end_object();
}

std::vector<Finding> with_outcome(const std::vector<Finding>& findings, RuleOutcome outcome)
{
    std::vector<Finding> found;
    std::copy_if(findings.begin(), findings.end(), std::back_inserter(found),
                 [outcome](const Finding& finding) { return finding.outcome == outcome; });
    return found;
}

} // namespace

bool Decision::blocked() const
{
    return std::any_of(findings.begin(), findings.end(),
                       [](const Finding& finding) { return finding.outcome == RuleOutcome::Fail; });
}

std::vector<Finding> Decision::warnings() const
{
    return with_outcome(findings, RuleOutcome::Warn);
}

std::vector<Finding> Decision::waived() const
{
    return with_outcome(findings, RuleOutcome::Waived);
}

std::string Decision::to_json() const
{
    json::Writer out;
    out.begin_object().member("id", id).member("blocked", blocked()).begin_array("findings");
    for (const auto& finding : findings) {
        write(out, finding);
    }
    out.end_array().begin_array("fills");
    for (const auto& fill : fills) {
        write(out, fill);
    }
    return out.end_array().end_object().take();
}

std::string Decision::failures_json() const
{
    return findings_json(with_outcome(findings, RuleOutcome::Fail));
}

std::string Decision::findings_json(const std::vector<Finding>& some)
{
    json::Writer out;
    out.begin_array();
    for (const auto& finding : some) {
        write(out, finding);
    }
    return out.end_array().take();
}

} // namespace chancery::issuance::policy
