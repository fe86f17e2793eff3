#include "acme/authorizations.hpp"

#include "acme/resources.hpp"
#include "core/id.hpp"
#include "db/repositories/acme_repository.hpp"
#include "issuance/audit.hpp"

namespace chancery::acme {
namespace {

namespace audit = issuance::audit;

/// As long as the Retry-After of a pending authorization.
constexpr std::chrono::milliseconds kOutcomeWait{1000};

Outcome<void> read_deactivation(const Call& call)
{
    json::Reader in(call.payload);
    const auto status = in.string("status");
    CHANCERY_CHECK(finish(in));
    if (status != "deactivated") {
        return malformed("the only change an authorization takes is {\"status\":\"deactivated\"}");
    }
    return {};
}

Outcome<AcmeAuthorization> deactivate(Context& context, db::UnitOfWork& work, const Call& call)
{
    CHANCERY_TRY(account, current_account(context, work, *call.account));
    CHANCERY_TRY(authorization, find_own_authorization(work, call, call.id()));
    if (authorization.status == AcmeAuthorizationStatus::Deactivated) {
        return authorization;
    }
    const auto now = context.core.clock.now();
    const auto status = status_at(authorization, now);
    if (status != AcmeAuthorizationStatus::Pending && status != AcmeAuthorizationStatus::Valid) {
        return malformed("only pending and valid authorizations can be deactivated");
    }
    db::AcmeOrderRepository orders(work);
    if (!orders.set_authorization_status(authorization.id, status, AcmeAuthorizationStatus::Deactivated)) {
        return malformed("the authorization has just changed", 409);
    }
    orders.invalidate_orders_of_authorization(authorization.id,
                                              to_json({.type = ErrorType::Unauthorized,
                                                       .status = 403,
                                                       .detail = "an authorization of the order was deactivated"}));
    json::Writer details;
    details.begin_object().member("identifier", authorization.identifier.value).end_object();
    audit::record(work, caller_of(call, account), now, audit::kAcmeAuthorizationDeactivated,
                  {"acme_authorization", authorization.id}, details.take());
    authorization.status = AcmeAuthorizationStatus::Deactivated;
    return authorization;
}

Outcome<AcmeAuthorization> read(Context& context, db::Session& session, const Call& call)
{
    CHANCERY_CHECK(current_account(context, session, *call.account));
    return find_own_authorization(session, call, call.id());
}

} // namespace

Outcome<AcmeAuthorization> find_own_authorization(db::Session& session, const Call& call, const std::string& id)
{
    auto authorization = is_id(id) ? db::AcmeOrderRepository(session).find_authorization(id) : std::nullopt;
    if (!authorization || authorization->account_id != call.account_id()) {
        return not_found("authorization");
    }
    return std::move(*authorization);
}

http::Awaitable<Outcome<http::Response>> authorization(Context& context, Call call)
{
    if (!call.is_get()) {
        if (auto wanted = read_deactivation(call); !wanted) {
            co_return std::unexpected(std::move(wanted).error());
        }
    }
    auto authorization =
        call.is_get()
            ? co_await context.core.store.look_up([&](db::Session& session) { return read(context, session, call); })
            : co_await context.core.store.write([&](db::UnitOfWork& work) { return deactivate(context, work, call); });
    if (call.is_get() && authorization && authorization->status == AcmeAuthorizationStatus::Pending &&
        co_await context.under_way.wait(call.id(), kOutcomeWait)) {
        // Only its owner waits, so that nobody else learns from the time that it exists.
        authorization =
            co_await context.core.store.look_up([&](db::Session& session) { return read(context, session, call); });
    }
    if (!authorization) {
        co_return std::unexpected(std::move(authorization).error());
    }
    const auto now = context.core.clock.now();
    auto response = http::json_response(200, authorization_json(*authorization, call.urls, now));
    if (status_at(*authorization, now) == AcmeAuthorizationStatus::Pending) {
        response.with("Retry-After", "1");
    }
    co_return response;
}

} // namespace chancery::acme
