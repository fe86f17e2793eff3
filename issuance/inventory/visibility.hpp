#pragma once

#include "core/model/certificate.hpp"
#include "core/model/certificate_query.hpp"
#include "issuance/core.hpp"

#include <vector>

/// Which rows of the inventory a caller may see: the one rule, for lists, searches, exports, statistics, events and a
/// single certificate alike.
///
/// With ReadAllCertificates it is every row; but somebody to whom domains are assigned, and who is no Super
/// Administrator, sees those that have a name under one of these, and their own. Everybody else sees their own: those
/// that they requested, and an ACME client those of its account.
namespace chancery::issuance::inventory {

/// As conditions that all hold for what is visible; none when everything is.
std::vector<FilterNode> visible_to(Core& core, db::Session& session, const Caller& caller);

/// Whether nothing is kept from the caller.
bool sees_everything(const Caller& caller);

/// The same for a certificate that was read.
bool is_visible_to(Core& core, db::Session& session, const Caller& caller, const Certificate& certificate);

} // namespace chancery::issuance::inventory
