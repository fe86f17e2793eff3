#include "api/order_answers.hpp"

#include "api/answers.hpp"
#include "api/etag.hpp"

namespace chancery::api::orders {
namespace {

constexpr int kRetrySeconds = 2;

void write_origin(json::Writer& out, const Order& order)
{
    write_actor(out, "requested_by", order.requested_by);
    out.member("provider_id", order.provider_id)
        .member_or_null("authority_id", order.authority_id)
        .member_or_null("resubmission_of", order.resubmission_of)
        .member_or_null("renews_certificate", order.renews_certificate)
        .raw_member("request", order.request);
}

void write_result(json::Writer& out, const Order& order)
{
    out.member_or_null("certificate_id", order.certificate_id);
    out.raw_member("error", order.error.value_or("null"))
        .member_or_null("decision_id", order.decision_id)
        .raw_member("policy_warnings", order.policy_warnings);
    write_time(out, "submitted_at", order.submitted_at);
    write_time(out, "completed_at", order.completed_at);
    out.member_or_null("duration_ms", order.duration_ms());
}

std::string text_of(const Order& order)
{
    json::Writer out;
    write_order(out, order, true);
    return out.take();
}

} // namespace

void write_order(json::Writer& out, const Order& order, bool with_decision)
{
    out.begin_object()
        .member("id", order.id)
        .member("common_name", order.common_name)
        .member("order_type", name_of(order.type))
        .member("kind", name_of(order.kind))
        .member("pathway", name_of(order.pathway))
        .member("status", name_of(order.status));
    write_origin(out, order);
    write_result(out, order);
    if (with_decision) {
        out.raw_member("decision", order.decision.empty() ? "null" : order.decision);
    }
    out.end_object();
}

http::Response order_response(const Order& order)
{
    return resource_response(200, text_of(order), make_etag(order.revision));
}

std::string location_of(const std::string& order_id)
{
    return "/api/v1/orders/" + order_id;
}

bool is_final(const Order& order)
{
    return order.status == OrderStatus::Complete || order.status == OrderStatus::Failed;
}

http::Response submitted_response(const Order& order)
{
    auto response = created_response(text_of(order), location_of(order.id), make_etag(order.revision));
    if (!is_final(order)) {
        response.status = 202;
        response.with("Retry-After", std::to_string(kRetrySeconds));
    }
    return response;
}

} // namespace chancery::api::orders
