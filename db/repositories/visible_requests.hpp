#pragma once

#include "db/sql_piece.hpp"
#include "db/visible_requests.hpp"

/// What somebody sees of all requests, as SQL. For db/repositories/*.cpp only.
///
/// A list is answered as the inventory's is (certificate_conditions.hpp): few rows are found by the indexes of what
/// makes them visible; among many the list is walked in its own order and each row is checked, to the end of the page.
namespace chancery::db {

/// Of the row of `orders`. True or false, never NULL; no index answers it.
SqlPiece check_order(const VisibleRequests& visible);
/// Of the row of `policy_decisions d`.
SqlPiece check_decision(const VisibleRequests& visible);
/// Of the row of `alerts`.
SqlPiece check_alert(const VisibleAlerts& visible);

/// As a condition on the rows of `orders`: that their id is among the few, or the check.
SqlPiece visible_orders(Session& session, const VisibleRequests& visible);
/// The same of `policy_decisions d`.
SqlPiece visible_decisions(Session& session, const VisibleRequests& visible);

} // namespace chancery::db
