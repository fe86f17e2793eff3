#pragma once

#include "core/model/order.hpp"
#include "db/sql_text.hpp"
#include "db/statement.hpp"

/// What the sources of the orders' repository share. For db/repositories/order_*.cpp only.
namespace chancery::db {

inline constexpr SqlText kOrderColumnsBefore =
    "id, common_name, type, kind, pathway, status, requester_type, requester_id, requester_name, provider_id, "
    "authority_id, request, certificate_id, error, ";
inline constexpr SqlText kOrderColumnsAfter =
    ", decision_id, policy_warnings, resubmission_of, renews_certificate, belongs_to_type, belongs_to_id, "
    "acme_account_id, key_id, submitted_at, completed_at, revision";
inline constexpr SqlText kOrderColumns = kSql<kOrderColumnsBefore, "decision", kOrderColumnsAfter>;

template <class O, class Text> auto order_columns(O& o, Text& decision)
{
    return pack(o.id, o.common_name, o.type, o.kind, o.pathway, o.status, o.requested_by.type, o.requested_by.id,
                o.requested_by.name, o.provider_id, o.authority_id, o.request, o.certificate_id, o.error, decision,
                o.decision_id, o.policy_warnings, o.resubmission_of, o.renews_certificate, o.belongs_to_type,
                o.belongs_to_id, o.acme_account_id, o.key_id, o.submitted_at, o.completed_at, o.revision);
}

inline Order read_order(Row& row)
{
    Order order;
    row.read_all(order_columns(order, order.decision));
    return order;
}

} // namespace chancery::db
