#include "api/orders.hpp"

#include "api/answers.hpp"
#include "api/context.hpp"
#include "api/order_answers.hpp"
#include "api/order_submission.hpp"
#include "api/paging.hpp"
#include "db/repositories/order_repository.hpp"
#include "issuance/inventory/visibility.hpp"
#include "issuance/orders.hpp"
#include "issuance/providers/external_orders.hpp"
#include "pki/pem.hpp"

namespace chancery::api::orders {
namespace {

constexpr std::string_view kSorts[] = {"-submitted_at"};

db::OrderFilter read_filter(const Call& call, db::Session& session, QueryReader& query)
{
    return {.statuses = query.choices<OrderStatus>("status"),
            .type = query.choice<OrderType>("order_type"),
            .kind = query.choice<OrderKind>("kind"),
            .pathway = query.choice<Pathway>("pathway"),
            .requester_type = query.choice<ActorType>("requester_type"),
            .requester_id = query.text("requester_id").value_or(""),
            .provider_id = query.id("provider_id").value_or(""),
            .authority_id = query.id("authority_id").value_or(""),
            .common_name = to_lower(query.text("common_name").value_or("")),
            .domain = to_lower(query.text("domain").value_or("")),
            .name_substring = to_lower(query.text("q").value_or("")),
            .certificate_id = query.id("certificate_id").value_or(""),
            .renews_certificate = query.id("renews_certificate").value_or(""),
            .resubmission_of = query.id("resubmission_of").value_or(""),
            .has_policy_warnings = query.boolean("has_policy_warnings"),
            .submitted_before = query.time("submitted_before"),
            .submitted_after = query.time("submitted_after"),
            .visible = issuance::inventory::visible_requests(call.core(), session, call.caller)};
}

Result<issuance::CertificateRequest> read_wanted(Services& services, const http::Request& request)
{
    json::Reader in(body_of(request));
    auto wanted = issuance::parse_request(services.core, in);
    CHANCERY_CHECK(in.finish());
    return wanted;
}

} // namespace

Result<Answer> list(const Call& call, db::Session& session)
{
    QueryReader query(call.request);
    const auto paging = read_paging(call, query, kSorts);
    const auto filter = read_filter(call, session, query);
    CHANCERY_CHECK(query.finish());
    db::OrderRepository orders(session);
    const auto total = paging.include_total ? std::optional(orders.count(filter)) : std::nullopt;
    const auto show_one = [](json::Writer& out, const Order& order) { write_order(out, order, false); };
    const auto by_time = [](const Order& order) {
        return db::Position{.value = std::to_string(to_millis(order.submitted_at)), .id = order.id};
    };
    return list_response(call, paging, orders.list(filter, paging.request), show_one, by_time, total);
}

Result<Answer> show(const Call& call, db::Session& session)
{
    CHANCERY_TRY(id, id_of(call.request));
    CHANCERY_TRY(order, issuance::read_order(call.core(), session, call.caller, id));
    return order_response(order);
}

Result<Answer> csr(const Call& call, db::Session& session)
{
    CHANCERY_TRY(id, id_of(call.request));
    CHANCERY_TRY(der, issuance::providers::csr_of_order(call.core(), session, call.caller, id));
    CHANCERY_TRY(order, issuance::read_order(call.core(), session, call.caller, id));
    return file_response(pki::to_pem(der, "CERTIFICATE REQUEST"), "application/x-pem-file",
                         file_stem(order.common_name), ".csr");
}

Result<Answer> fulfil(const Call& call, db::UnitOfWork& work)
{
    CHANCERY_TRY(id, id_of(call.request));
    json::Reader in(body_of(call.request));
    const auto pem = in.string("certificate");
    CHANCERY_CHECK(in.finish());
    CHANCERY_TRY(finished, issuance::providers::fulfil_by_hand(call.core(), work, call.caller, id, pem));
    return order_response(finished.order);
}

Result<Answer> cancel(const Call& call, db::UnitOfWork& work)
{
    CHANCERY_TRY(id, id_of(call.request));
    json::Reader in(body_of(call.request));
    const auto reason = in.string("reason");
    CHANCERY_CHECK(in.finish());
    CHANCERY_TRY(finished, issuance::providers::cancel_waiting(call.core(), work, call.caller, id, reason));
    return order_response(finished.order);
}

http::Awaitable<http::Response> create(Services& services, const Route& route, const http::Request& request)
{
    auto key = read_idempotency_key(idempotency_mac_key(services.core), request);
    if (!key) {
        co_return finish(request, std::unexpected(std::move(key).error()));
    }
    Submission submission{.key = std::move(*key), .wanted = read_wanted(services, request)};
    co_return co_await submit(services, route, request, std::move(submission));
}

http::Awaitable<http::Response> resubmit(Services& services, const Route& route, const http::Request& request)
{
    auto& core = services.core;
    const Derive derive = [&core](db::Session& session, const issuance::Caller& caller, const std::string& id,
                                  const std::string& changes) {
        return issuance::resubmission(core, session, caller, id, changes);
    };
    co_return co_await submit_derived(services, route, request, derive);
}

} // namespace chancery::api::orders
