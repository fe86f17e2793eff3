#pragma once

#include "core/model/certificate_query.hpp"
#include "core/model/order.hpp"

#include <string>
#include <vector>

/// Which part of all orders, of the decisions about them and of the alerts about these and certificates somebody sees.
/// Whose part that is, issuance/inventory/visibility.hpp decides.
namespace chancery::db {

/// Requests of one's own, those for renewals of one's own certificates, and those with any name under a domain.
struct VisibleRequests {
    Actor own{};                        ///< by type and id
    std::vector<std::string> domains{}; ///< "example.com"; of mailboxes "@example.com"
};

/// Alerts about such certificates and orders, and about everything that is neither.
struct VisibleAlerts {
    std::vector<FilterNode> certificates{}; ///< all of these hold
    VisibleRequests requests{};
};

} // namespace chancery::db
