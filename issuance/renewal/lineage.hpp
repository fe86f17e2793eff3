#pragma once

#include "core/model/certificate.hpp"
#include "core/model/order.hpp"
#include "issuance/core.hpp"

#include <string>
#include <vector>

namespace chancery::issuance {

/// A certificate with those that it took the place of and those that took its place.
struct Lineage {
    std::vector<Certificate> certificates{}; ///< oldest first, the one that was asked for among them
    bool complete = true;           ///< false: there are more than are shown, or some are not the caller's to see
    std::vector<Order> under_way{}; ///< orders, not yet final, that are to put another in its place
};

/// NotFound when the certificate does not exist or is not the caller's to see. At most `kMaxGenerations` each way.
Result<Lineage> lineage_of(Core& core, db::Session& session, const Caller& caller, const std::string& certificate_id);

inline constexpr int kMaxGenerations = 50;

} // namespace chancery::issuance
