#pragma once

#include "core/model/order.hpp"
#include "core/model/provider.hpp"
#include "db/unit_of_work.hpp"
#include "issuance/core.hpp"
#include "issuance/gate_records.hpp"

#include <optional>
#include <string>
#include <vector>

/// The policies once more, over what a CA outside made of a request: the gate could only judge what was to be asked
/// for.
namespace chancery::issuance::providers {

/// What the certificate does not meet although the request did.
struct Deviation {
    Judged judged{}; ///< the certificate as it is: stored with the order's id
    std::vector<policy::Finding> failures{};
    std::vector<policy::Finding> warnings{};
};

/// Compares subject, names, key, usages, digest and life of `certificate` (DER) with the order's request, each judged
/// by the policies of this moment; nothing when the certificate meets all that the request meets. What the request
/// itself does not meet any more was let through when it was accepted, and counts for nothing here. A life that differs
/// by a day at most is taken as the planned one, since CAs round it.
std::optional<Deviation> deviation_of(Core& core, db::UnitOfWork& work, const Order& order,
                                      const ExternalOrder& external, const std::string& certificate);

/// "Policy "servers", rule enforce_digest: …" of each.
std::string words_for(const std::vector<policy::Finding>& findings);

} // namespace chancery::issuance::providers
