#include "issuance/policy/policy_set.hpp"

#include "core/log.hpp"
#include "issuance/policy/compiled_policy.hpp"
#include "issuance/policy/rules/rules.hpp"
#include "issuance/policy/wording.hpp"

#include <algorithm>

namespace chancery::issuance::policy {
namespace {

struct Entry {
    Policy policy;
    CompiledPolicy compiled;

    bool is_broken() const { return !compiled.errors.empty(); }

    /// A policy whose actions are lost is about every action: it fails closed like one whose rules are.
    bool is_about(PolicyAction action) const
    {
        const auto& actions = policy.actions;
        return actions.empty() || std::find(actions.begin(), actions.end(), action) != actions.end();
    }

    bool has_rule(const RuleKind& kind) const
    {
        return std::any_of(compiled.rules.begin(), compiled.rules.end(),
                           [&](const BoundRule& rule) { return rule.kind == &kind; });
    }
};

using Matched = std::vector<const Entry*>;

/// Who filled which attribute.
struct Filled {
    const Policy* by = nullptr;
    const SubjectValue* value = nullptr;
};

Finding conflict(const Filled& first, const Policy& policy, const SubjectValue& value)
{
    const std::string field(value.field);
    return {.policy_id = policy.id,
            .policy_name = policy.name,
            .policy_description = policy.description,
            .policy_version = policy.version,
            .rule = std::string(rules::kEnforceValues.name),
            .severity = Severity::Hard,
            .outcome = RuleOutcome::Fail,
            .input = field + ' ' + quoted(first.value->value) + " by policy " + quoted(first.by->name),
            .required = field + ' ' + quoted(value.value) + " by policy " + quoted(policy.name),
            .message = "the policies " + quoted(first.by->name) + " and " + quoted(policy.name) + " fill " + field +
                       " with different values: " + quoted(first.value->value) + " and " + quoted(value.value)};
}

void fill_one(const Policy& policy, const SubjectValue& value, Subject& subject, std::vector<Filled>& filled,
              Decision& decision)
{
    auto& attribute = subject.*value.member;
    if (attribute.empty()) {
        attribute = value.value;
        filled.push_back({.by = &policy, .value = &value});
        decision.fills.push_back({.policy_id = policy.id, .field = std::string(value.field), .value = value.value});
        return;
    }
    const auto first = std::find_if(filled.begin(), filled.end(),
                                    [&](const Filled& each) { return each.value->member == value.member; });
    if (first != filled.end() && attribute != value.value) {
        decision.findings.push_back(conflict(*first, policy, value));
    }
}

void fill(const Matched& matched, Subject& subject, Decision& decision)
{
    std::vector<Filled> filled;
    for (const auto* entry : matched) {
        if (entry->is_broken()) {
            continue;
        }
        for (const auto& rule : entry->compiled.rules) {
            for (const auto& value : rule.compiled.fills) {
                fill_one(entry->policy, value, subject, filled, decision);
            }
        }
    }
}

/// What a rule said, and whether somebody approved that it is not met.
Finding judged(const Policy& policy, const BoundRule& rule, const Facts& facts, const Waivers& waivers)
{
    auto finding = judge_rule(policy, rule, facts);
    if (finding.outcome == RuleOutcome::Pass || finding.rule == kEngineRule) {
        return finding;
    }
    if (const auto* waiver = waivers.find(policy.id, finding.rule, facts)) {
        finding.outcome = RuleOutcome::Waived;
        finding.waiver_id = waiver->id;
    }
    return finding;
}

void judge(const Entry& entry, const Facts& facts, const Waivers& waivers, Decision& decision)
{
    if (entry.is_broken()) {
        const auto& error = entry.compiled.errors.front();
        decision.findings.push_back(engine_failure(entry.policy, error.pointer,
                                                   "the stored policy " + quoted(entry.policy.name) +
                                                       " cannot be used: " + error.pointer + " " + error.detail));
        return;
    }
    for (const auto& rule : entry.compiled.rules) {
        decision.findings.push_back(judged(entry.policy, rule, facts, waivers));
    }
}

void judge_all(const Matched& matched, const Facts& facts, const Waivers& waivers, Decision& decision)
{
    for (const auto* entry : matched) {
        judge(*entry, facts, waivers, decision);
    }
}

/// An engine that fails blocks.
template <class Evaluation> Decision closed(std::string decision_id, const Evaluation& evaluation)
{
    Decision decision{.id = std::move(decision_id)};
    try {
        evaluation(decision);
    } catch (const std::exception& error) {
        log::error("policy.evaluation_failed", {{"decision_id", decision.id}, {"error", error.what()}});
        decision.findings.push_back(engine_failure(Policy{}, "request", "the policies could not be evaluated"));
    }
    return decision;
}

} // namespace

struct PolicySet::State {
    std::vector<Entry> entries{}; ///< the enabled ones
    PatternIndex index{};
    Waivers waivers{};

    void add(const Policy& policy)
    {
        const auto owner = static_cast<std::uint32_t>(entries.size());
        const auto& entry = entries.emplace_back(Entry{.policy = policy, .compiled = compile_policy(policy)});
        for (const auto& pattern : entry.compiled.patterns) {
            index.add(pattern, owner);
        }
        // Nobody knows what a lost pattern was about.
        if (entry.compiled.patterns.empty() || entry.compiled.patterns.size() != policy.patterns.size()) {
            index.add({.reach = Pattern::Reach::Everything}, owner);
        }
    }

    Matched match(const Facts& facts) const
    {
        Matched matched;
        for (const auto owner : index.match(facts)) {
            if (entries[owner].is_about(facts.action)) {
                matched.push_back(&entries[owner]);
            }
        }
        return matched;
    }

    bool any_has(const RuleKind& kind) const
    {
        return std::any_of(entries.begin(), entries.end(), [&](const Entry& entry) { return entry.has_rule(kind); });
    }
};

PolicySet::PolicySet() : state_(std::make_shared<const State>()) {}

PolicySet PolicySet::compile(const std::vector<Policy>& policies, const std::vector<PolicyWaiver>& waivers)
{
    auto state = std::make_shared<State>();
    state->waivers = Waivers(waivers);
    for (const auto& policy : policies) {
        if (policy.enabled) {
            state->add(policy);
        }
    }
    PolicySet set;
    set.state_ = std::move(state);
    return set;
}

Decision PolicySet::evaluate(Facts& facts, std::string decision_id) const
{
    return closed(std::move(decision_id), [&](Decision& decision) {
        const auto matched = state_->match(facts);
        fill(matched, facts.subject, decision);
        judge_all(matched, facts, state_->waivers, decision);
    });
}

Decision PolicySet::judge_as_is(const Facts& facts, std::string decision_id) const
{
    return closed(std::move(decision_id),
                  [&](Decision& decision) { judge_all(state_->match(facts), facts, state_->waivers, decision); });
}

std::vector<const Policy*> PolicySet::matching(const Facts& facts) const
{
    std::vector<const Policy*> policies;
    for (const auto* entry : state_->match(facts)) {
        policies.push_back(&entry->policy);
    }
    return policies;
}

bool PolicySet::needs_key_reuse_count() const
{
    return state_->any_has(rules::kBlockKeyReuse);
}

bool PolicySet::needs_name_set_count() const
{
    return state_->any_has(rules::kLimitActiveCertificates);
}

} // namespace chancery::issuance::policy
