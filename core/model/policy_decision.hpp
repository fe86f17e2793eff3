#pragma once

#include "core/clock.hpp"
#include "core/model/order.hpp"
#include "core/model/policy.hpp"
#include "core/model/x509.hpp"

#include <string>
#include <vector>

namespace chancery {

/// What the policies said to one request, and which request it was. Never changed once it is written.
struct PolicyDecisionRecord {
    std::string id{};
    Time decided_at{};
    std::string order_id{}; ///< the order that the request became or, had it been let through, would have become
    PolicyAction action{};
    Pathway pathway{};
    Actor requested_by{};
    std::string common_name{};
    std::vector<Name> names{}; ///< the first few
    long long name_count = 0;
    std::string document{}; ///< the decision as JSON
};

} // namespace chancery
