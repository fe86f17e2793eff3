#include "api/renewals.hpp"

#include "api/answers.hpp"
#include "api/order_submission.hpp"
#include "issuance/renewal/lineage.hpp"
#include "issuance/renewal/renewal.hpp"

namespace chancery::api::renewals {
namespace {

void write_generation(json::Writer& out, const Certificate& certificate, Time now)
{
    out.begin_object()
        .member("id", certificate.id)
        .member("common_name", certificate.common_name)
        .member("serial_number", certificate.serial_number)
        .member("status", name_of(certificate.status(now)));
    write_time(out, "valid_from", certificate.valid_from);
    write_time(out, "valid_to", certificate.valid_to);
    out.member_or_null("order_id", certificate.order_id)
        .member_or_null("renewed_from", certificate.renewed_from)
        .member_or_null("renewed_to", certificate.renewed_to)
        .end_object();
}

void write_order(json::Writer& out, const Order& order)
{
    out.begin_object()
        .member("id", order.id)
        .member("kind", name_of(order.kind))
        .member("status", name_of(order.status));
    write_time(out, "submitted_at", order.submitted_at);
    out.end_object();
}

} // namespace

Result<Answer> list(const Call& call, db::Session& session)
{
    CHANCERY_TRY(id, id_of(call.request));
    CHANCERY_TRY(lineage, issuance::lineage_of(call.core(), session, call.caller, id));
    json::Writer out;
    out.begin_object().begin_array("items");
    for (const auto& certificate : lineage.certificates) {
        write_generation(out, certificate, call.now);
    }
    out.end_array().member("complete", lineage.complete).begin_array("under_way");
    for (const auto& order : lineage.under_way) {
        write_order(out, order);
    }
    return http::json_response(200, out.end_array().end_object().take());
}

http::Awaitable<http::Response> create(Services& services, const Route& route, const http::Request& request)
{
    auto& core = services.core;
    const orders::Derive derive = [&core](db::Session& session, const issuance::Caller& caller, const std::string& id,
                                          const std::string& changes) {
        return issuance::renewal_of(core, session, caller, id, changes);
    };
    co_return co_await orders::submit_derived(services, route, request, derive);
}

} // namespace chancery::api::renewals
