#include "issuance/policies/replay_tally.hpp"

#include "core/json.hpp"

#include <algorithm>
#include <stdexcept>

namespace chancery::issuance {
namespace {

constexpr std::size_t kMostExamples = 10; ///< of one rule

std::string example(const ReplayTally::Subject& subject, const policy::Finding& finding)
{
    return json::Writer()
        .begin_object()
        .member("type", subject.type)
        .member("id", subject.id)
        .member("common_name", subject.common_name)
        .member("input", finding.input)
        .member("message", finding.message)
        .end_object()
        .take();
}

} // namespace

ReplayTally::ReplayTally(const Policy& policy)
{
    for (const auto& rule : policy.rules) {
        rules_.push_back({.rule = rule.action, .fail = rule.fail});
    }
}

ReplayTally::ReplayTally(const Policy& policy, std::string_view text) : ReplayTally(policy)
{
    json::Reader in(text);
    const auto read = [&](std::string_view name, Counts& counts) {
        auto object = in.object(name);
        counts = {.examined = object.integer("examined"),
                  .matched = object.integer("matched"),
                  .blocked = object.integer("blocked"),
                  .warned = object.integer("warned"),
                  .unreadable = object.integer("unreadable")};
    };
    read("certificates", certificates_);
    read("orders", orders_);
    auto stored = in.objects("rules");
    for (std::size_t i = 0; i < std::min(stored.size(), rules_.size()); ++i) {
        rules_[i].unmet = stored[i].integer("unmet");
        rules_[i].examples = json::parse_array(stored[i].raw("examples").value_or("[]"));
    }
    if (!in.finish(json::Unknown::Ignore) || stored.size() != rules_.size()) {
        throw std::runtime_error("the tally of a replay is not readable");
    }
}

ReplayTally::Counts& ReplayTally::counts_of(const Subject& subject)
{
    return subject.type == "order" ? orders_ : certificates_;
}

void ReplayTally::add(const Subject& subject, bool matched, const policy::Decision& decision)
{
    auto& counts = counts_of(subject);
    ++counts.examined;
    counts.matched += matched ? 1 : 0;
    const bool blocked = decision.blocked();
    counts.blocked += blocked ? 1 : 0;
    counts.warned += !blocked && !decision.warnings().empty() ? 1 : 0;
    // The rules' own findings are the last ones, in their order; before them are values that the policy fills twice.
    const auto& findings = decision.findings;
    const auto own = std::min(findings.size(), rules_.size());
    for (std::size_t i = 0; i < own; ++i) {
        const auto& finding = findings[findings.size() - own + i];
        if (finding.outcome == policy::RuleOutcome::Pass) {
            continue;
        }
        ++rules_[i].unmet;
        if (rules_[i].examples.size() < kMostExamples) {
            rules_[i].examples.push_back(example(subject, finding));
        }
    }
}

void ReplayTally::add_unreadable(const Subject& subject)
{
    ++counts_of(subject).examined;
    ++counts_of(subject).unreadable;
}

std::string ReplayTally::to_json() const
{
    json::Writer out;
    const auto write = [&out](std::string_view name, const Counts& counts) {
        out.begin_object(name)
            .member("examined", counts.examined)
            .member("matched", counts.matched)
            .member("blocked", counts.blocked)
            .member("warned", counts.warned)
            .member("unreadable", counts.unreadable)
            .end_object();
    };
    out.begin_object();
    write("certificates", certificates_);
    write("orders", orders_);
    out.begin_array("rules");
    for (const auto& rule : rules_) {
        out.begin_object()
            .member("rule", rule.rule)
            .member("fail", name_of(rule.fail))
            .member("unmet", rule.unmet)
            .begin_array("examples");
        for (const auto& one : rule.examples) {
            out.raw(one);
        }
        out.end_array().end_object();
    }
    return out.end_array().end_object().take();
}

} // namespace chancery::issuance
