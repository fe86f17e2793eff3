#pragma once

#include "core/model/certificate.hpp"
#include "core/model/certificate_query.hpp"
#include "db/visible_requests.hpp"
#include "issuance/core.hpp"

#include <optional>
#include <vector>

/// What a caller may see of the inventory, of orders, of the policies' decisions and of alerts: the one rule, for
/// lists, searches, exports, statistics, events and a single thing alike, and for what a body refers to.
///
/// With the right to everybody's it is all; but somebody to whom domains are assigned, and who is no Super
/// Administrator, sees what has a name under one of these, and their own. A registration that is disabled, or is there
/// no more, goes on narrowing. Everybody else sees their own: certificates that they requested, and an ACME client
/// those of its account; orders that they submitted or that renew a certificate of theirs.
/// docs/decisions/0027-domain-grants.md
namespace chancery::issuance::inventory {

/// As conditions that all hold for what is visible; none when everything is.
std::vector<FilterNode> visible_to(Core& core, db::Session& session, const Caller& caller);

/// Whether nothing is kept from the caller.
bool sees_everything(const Caller& caller);

/// The same for a certificate that was read.
bool is_visible_to(Core& core, db::Session& session, const Caller& caller, const Certificate& certificate);

/// The same of orders and decisions; nothing when all are visible.
std::optional<db::VisibleRequests> visible_requests(Core& core, db::Session& session, const Caller& caller);

/// The same of alerts: those about certificates and orders as these are, all others by the right alone.
std::optional<db::VisibleAlerts> visible_alerts(Core& core, db::Session& session, const Caller& caller);

/// Whether the caller may say something about everything that has this name.
bool reaches(Core& core, db::Session& session, const Caller& caller, const Name& name);

} // namespace chancery::issuance::inventory
