#include "issuance/policy/compiled_policy.hpp"

#include "core/log.hpp"
#include "issuance/policy/rule_registry.hpp"
#include "issuance/policy/wording.hpp"

#include <algorithm>

namespace chancery::issuance::policy {
namespace {

constexpr std::size_t kMaxPatterns = 1000;
constexpr std::size_t kMaxRules = 100;

std::string at(std::string_view list, std::size_t index, std::string_view member = {})
{
    return "/" + std::string(list) + "/" + std::to_string(index) + std::string(member);
}

void compile_patterns(const Policy& policy, CompiledPolicy& out)
{
    if (policy.patterns.empty()) {
        out.errors.push_back({"/patterns", "required", "needs at least one pattern"});
    }
    if (policy.patterns.size() > kMaxPatterns) {
        out.errors.push_back({"/patterns", "length", "must have at most " + std::to_string(kMaxPatterns) + " entries"});
        return;
    }
    for (std::size_t i = 0; i < policy.patterns.size(); ++i) {
        if (auto pattern = parse_pattern(policy.patterns[i])) {
            out.patterns.push_back(std::move(*pattern));
        } else {
            out.errors.push_back({at("patterns", i), "value", pattern.error().detail});
        }
    }
}

void check_actions(const Policy& policy, CompiledPolicy& out)
{
    if (policy.actions.empty()) {
        out.errors.push_back({"/actions", "required", "needs at least one of " + all_names<PolicyAction>()});
    }
    for (std::size_t i = 1; i < policy.actions.size(); ++i) {
        const auto here = policy.actions.begin() + static_cast<std::ptrdiff_t>(i);
        if (std::find(policy.actions.begin(), here, *here) != here) {
            out.errors.push_back({at("actions", i), "duplicate", "is there already"});
        }
    }
}

RuleContext context_of(const std::vector<Pattern>& patterns)
{
    RuleContext context;
    for (const auto& pattern : patterns) {
        if (pattern.reach == Pattern::Reach::Everything) {
            return {};
        }
        context.domains.push_back(pattern.domain);
    }
    std::sort(context.domains.begin(), context.domains.end());
    context.domains.erase(std::unique(context.domains.begin(), context.domains.end()), context.domains.end());
    return context;
}

/// A member that is null would be one that says nothing, and the schemas have no room for it.
bool has_null(const json::Reader& values, const std::string& pointer, CompiledPolicy& out)
{
    bool any = false;
    for (const auto& name : values.member_names()) {
        if (values.is_null(name)) {
            out.errors.push_back({pointer + "/" + name, "type", "must not be null"});
            any = true;
        }
    }
    return any;
}

void compile_rule(const PolicyRule& rule, std::size_t index, const RuleContext& context, CompiledPolicy& out)
{
    const auto* kind = find_rule_kind(rule.action);
    if (kind == nullptr) {
        out.errors.push_back({at("rules", index, "/action"), "unknown", "'" + rule.action + "' is not a known rule"});
        return;
    }
    const auto pointer = at("rules", index, "/values");
    json::Reader values(rule.values);
    if (!values.parsed()) {
        out.errors.push_back({pointer, "type", "must be a JSON object with distinct members"});
        return;
    }
    if (has_null(values, pointer, out)) {
        return;
    }
    auto compiled = kind->parse(values, context);
    if (const auto finished = values.finish(); !finished) {
        for (const auto& error : finished.error().errors) {
            out.errors.push_back({pointer + error.pointer, error.code, error.detail});
        }
        return;
    }
    out.rules.push_back({.kind = kind, .severity = rule.fail, .compiled = std::move(compiled)});
}

void compile_rules(const Policy& policy, CompiledPolicy& out)
{
    if (policy.rules.empty()) {
        out.errors.push_back({"/rules", "required", "needs at least one rule"});
    }
    if (policy.rules.size() > kMaxRules) {
        out.errors.push_back({"/rules", "length", "must have at most " + std::to_string(kMaxRules) + " entries"});
        return;
    }
    const auto context = context_of(out.patterns);
    for (std::size_t i = 0; i < policy.rules.size(); ++i) {
        compile_rule(policy.rules[i], i, context, out);
    }
}

Finding finding_of(const Policy& policy, std::string_view rule, Severity severity)
{
    return {.policy_id = policy.id,
            .policy_name = policy.name,
            .policy_description = policy.description,
            .policy_version = policy.version,
            .rule = std::string(rule),
            .severity = severity};
}

RuleOutcome outcome_of(bool ok, Severity severity)
{
    if (ok) {
        return RuleOutcome::Pass;
    }
    return severity == Severity::Soft ? RuleOutcome::Warn : RuleOutcome::Fail;
}

} // namespace

CompiledPolicy compile_policy(const Policy& policy)
{
    CompiledPolicy compiled;
    compile_patterns(policy, compiled);
    check_actions(policy, compiled);
    compile_rules(policy, compiled);
    return compiled;
}

Finding judge_rule(const Policy& policy, const BoundRule& rule, const Facts& facts)
{
    try {
        auto verdict = rule.compiled.judge(facts);
        auto finding = finding_of(policy, rule.kind->name, rule.severity);
        finding.outcome = outcome_of(verdict.ok, rule.severity);
        finding.input = shortened(std::move(verdict.input));
        finding.required = shortened(std::move(verdict.required));
        finding.message = shortened(std::move(verdict.message));
        return finding;
    } catch (const std::exception& error) {
        // The requester sees which rule; what went wrong inside is the operator's.
        log::error("policy.evaluation_failed",
                   {{"policy_id", policy.id}, {"rule", rule.kind->name}, {"error", error.what()}});
        return engine_failure(policy, std::string(rule.kind->name),
                              "the rule " + std::string(rule.kind->name) + " could not be evaluated");
    }
}

Finding engine_failure(const Policy& policy, std::string input, std::string message)
{
    auto finding = finding_of(policy, kEngineRule, Severity::Hard);
    finding.outcome = RuleOutcome::Fail;
    finding.input = std::move(input);
    finding.required = "every policy that matches can be evaluated";
    finding.message = std::move(message);
    return finding;
}

} // namespace chancery::issuance::policy
