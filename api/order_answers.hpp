#pragma once

#include "core/json.hpp"
#include "core/model/order.hpp"
#include "server/http/message.hpp"

#include <string>

/// How an order is shown.
namespace chancery::api::orders {

/// One row of a list; `with_decision` adds what the policies said, for the order's own page.
void write_order(json::Writer& out, const Order& order, bool with_decision);
http::Response order_response(const Order& order);

std::string location_of(const std::string& order_id);
bool is_final(const Order& order);
/// 201 with the whole order once it is final, else 202 with Retry-After; Location either way.
http::Response submitted_response(const Order& order);

} // namespace chancery::api::orders
