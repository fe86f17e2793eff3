#include "db/repositories/visible_requests.hpp"

#include "db/repositories/certificate_conditions.hpp"
#include "db/repositories/reversed_names.hpp"

namespace chancery::db {
namespace {

/// `type_column = ? AND id_column = ?`
SqlPiece is_actor(std::string_view prefix, const Actor& actor)
{
    const std::string column(prefix);
    return {column + "_id = ? AND " + column + "_type = ?", {actor.id, std::string(name_of(actor.type))}};
}

/// Any of the domains has the name; there is at least one.
SqlPiece under_any(std::string_view column, const std::vector<std::string>& domains)
{
    SqlPiece any{"("};
    for (const auto& domain : domains) {
        any.sql += any.sql.size() > 1 ? " OR " : "";
        any.add(reversed_under(column, domain));
    }
    any.sql += ')';
    return any;
}

/// Whether there is such a row, looked up by itself: a limit keeps PostgreSQL from reading all of them beforehand.
SqlPiece there_is(const std::string& from, const SqlPiece& condition)
{
    SqlPiece piece{"(SELECT 1 FROM " + from + " AND "};
    piece.add(condition).sql += " LIMIT 1) IS NOT NULL";
    return piece;
}

/// Of the row of `table`, which is `orders`.
SqlPiece order_condition(const std::string& table, const VisibleRequests& visible)
{
    SqlPiece any{"(("};
    any.add(is_actor(table + ".requester", visible.own)).sql += ") OR (";
    any.add(is_actor(table + ".belongs_to", visible.own)).sql += ")";
    if (!visible.domains.empty()) {
        any.sql += " OR ";
        any.add(under_any(table + ".reversed_name", visible.domains)).sql += " OR ";
        any.add(there_is("order_names n WHERE n.order_id = " + table + ".id",
                         under_any("n.reversed_name", visible.domains)));
    }
    any.sql += ')';
    return any;
}

SqlPiece never_null(SqlPiece piece)
{
    piece.sql = '(' + piece.sql + ") IS TRUE";
    return piece;
}

/// A SELECT of ids, some of them more than once.
SqlPiece rows_of_orders(const VisibleRequests& visible)
{
    SqlPiece all{"SELECT id FROM orders WHERE "};
    all.add(is_actor("requester", visible.own)).sql += " UNION ALL SELECT id FROM orders WHERE ";
    all.add(is_actor("belongs_to", visible.own));
    for (const auto& domain : visible.domains) {
        all.sql += " UNION ALL SELECT id FROM orders WHERE ";
        all.add(reversed_under("reversed_name", domain));
        all.sql += " UNION ALL SELECT order_id FROM order_names WHERE ";
        all.add(reversed_under("reversed_name", domain));
    }
    return all;
}

/// By the orders that they are about: of those that were refused, by the ids that they would have had.
SqlPiece rows_of_decisions(const VisibleRequests& visible)
{
    SqlPiece all{"SELECT id FROM policy_decisions WHERE "};
    all.add(is_actor("requester", visible.own)).sql += " UNION ALL SELECT id FROM policy_decisions WHERE order_id IN (";
    all.add(rows_of_orders(visible)).sql += ')';
    return all;
}

SqlPiece among(std::string_view column, const SqlPiece& rows)
{
    SqlPiece piece{std::string(column) + " IN ("};
    piece.add(rows).sql += ')';
    return piece;
}

} // namespace

SqlPiece check_order(const VisibleRequests& visible)
{
    return never_null(order_condition("orders", visible));
}

SqlPiece check_decision(const VisibleRequests& visible)
{
    SqlPiece any{"("};
    any.add(is_actor("d.requester", visible.own)).sql += ") OR ";
    any.add(there_is("orders o WHERE o.id = d.order_id", order_condition("o", visible)));
    if (!visible.domains.empty()) {
        any.sql += " OR ";
        any.add(there_is("order_names n WHERE n.order_id = d.order_id", under_any("n.reversed_name", visible.domains)));
    }
    return never_null(std::move(any));
}

SqlPiece check_alert(const VisibleAlerts& visible)
{
    SqlPiece certificate{"1 = 1"};
    for (const auto& node : visible.certificates) {
        certificate.sql += " AND ";
        certificate.add(check_of(node, {}, Checked::Page));
    }
    SqlPiece any{"alerts.resource_type NOT IN ('certificate', 'order') OR (alerts.resource_type = 'order' AND "};
    any.add(there_is("orders o WHERE o.id = alerts.resource_id", order_condition("o", visible.requests)));
    any.sql += ") OR (alerts.resource_type = 'certificate' AND ";
    any.add(there_is("certificates WHERE certificates.id = alerts.resource_id", certificate)).sql += ')';
    return never_null(std::move(any));
}

SqlPiece visible_orders(Session& session, const VisibleRequests& visible)
{
    const auto rows = rows_of_orders(visible);
    return count_up_to(session, rows, kFewRows) <= kFewRows ? among("orders.id", rows) : check_order(visible);
}

SqlPiece visible_decisions(Session& session, const VisibleRequests& visible)
{
    const auto rows = rows_of_decisions(visible);
    return count_up_to(session, rows, kFewRows) <= kFewRows ? among("d.id", rows) : check_decision(visible);
}

} // namespace chancery::db
