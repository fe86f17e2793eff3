#pragma once

#include "core/clock.hpp"
#include "core/model/order.hpp"
#include "core/model/policy.hpp"
#include "core/model/x509.hpp"

#include <string>
#include <vector>

namespace chancery {

/// What followed from a rule that was not met: it was hard, it was soft, or somebody had approved it.
enum class PolicyOutcome { Refused, Warned, Waived };

template <> struct EnumNames<PolicyOutcome> {
    static constexpr std::pair<PolicyOutcome, std::string_view> table[] = {
        {PolicyOutcome::Refused, "refused"}, {PolicyOutcome::Warned, "warned"}, {PolicyOutcome::Waived, "waived"}};
};

struct UnmetRule {
    std::string rule{};
    PolicyOutcome outcome{};
    auto operator<=>(const UnmetRule&) const = default;
};

/// What the policies said to one request, and which request it was. Never changed once it is written.
struct PolicyDecisionRecord {
    std::string id{};
    Time decided_at{};
    std::string order_id{}; ///< the order that the request became or, had it been let through, would have become; in a
                            ///< list empty when there is none
    PolicyAction action{};
    Pathway pathway{};
    Actor requested_by{};
    std::string common_name{};
    std::vector<Name> names{}; ///< the first few
    long long name_count = 0;
    std::string document{};            ///< the decision as JSON
    std::vector<UnmetRule> outcomes{}; ///< of its findings, each once
};

} // namespace chancery
