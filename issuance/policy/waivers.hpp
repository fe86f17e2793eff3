#pragma once

#include "core/model/policy_waiver.hpp"
#include "issuance/policy/facts.hpp"

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace chancery::issuance::policy {

/// The waivers that findings are held against.
class Waivers {
public:
    Waivers() = default;
    explicit Waivers(const std::vector<PolicyWaiver>& waivers);

    /// One that lets this request off this rule of this policy; null when there is none. Never one that the requester
    /// granted.
    const PolicyWaiver* find(const std::string& policy_id, std::string_view rule, const Facts& facts) const;

private:
    std::unordered_map<std::string, std::vector<PolicyWaiver>> by_policy_;
};

} // namespace chancery::issuance::policy
