#include "issuance/policy/waivers.hpp"

#include <algorithm>

namespace chancery::issuance::policy {
namespace {

/// A waiver for names is for a request that has no others.
bool covers_names(const PolicyWaiver& waiver, const Facts& facts)
{
    return !facts.names.empty() && std::all_of(facts.names.begin(), facts.names.end(), [&](const Name& name) {
        return std::find(waiver.names.begin(), waiver.names.end(), name) != waiver.names.end();
    });
}

bool is_about(const PolicyWaiver& waiver, const Facts& facts)
{
    if (waiver.certificate_id) {
        return facts.renews_certificate == *waiver.certificate_id;
    }
    if (waiver.order_id) {
        return facts.resubmission_of == *waiver.order_id;
    }
    return covers_names(waiver, facts);
}

bool is_requester(const Actor& approver, const Actor& requester)
{
    return approver.type == requester.type && approver.id == requester.id;
}

} // namespace

Waivers::Waivers(const std::vector<PolicyWaiver>& waivers)
{
    for (const auto& waiver : waivers) {
        by_policy_[waiver.policy_id].push_back(waiver);
    }
}

const PolicyWaiver* Waivers::find(const std::string& policy_id, std::string_view rule, const Facts& facts) const
{
    const auto of_policy = by_policy_.find(policy_id);
    if (of_policy == by_policy_.end()) {
        return nullptr;
    }
    const auto found =
        std::find_if(of_policy->second.begin(), of_policy->second.end(), [&](const PolicyWaiver& waiver) {
            return waiver.rule == rule && waiver.state(facts.judged_at) == WaiverState::Active &&
                   is_about(waiver, facts) && !is_requester(waiver.approved_by, facts.requester) &&
                   !is_requester(waiver.approved_by, facts.renewed_for);
        });
    return found == of_policy->second.end() ? nullptr : &*found;
}

} // namespace chancery::issuance::policy
