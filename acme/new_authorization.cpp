#include "acme/new_authorization.hpp"

#include "acme/limits.hpp"
#include "acme/names.hpp"
#include "acme/resources.hpp"
#include "acme/terms.hpp"
#include "db/repositories/acme_repository.hpp"
#include "issuance/audit.hpp"

namespace chancery::acme {
namespace {

namespace audit = issuance::audit;

Outcome<Name> read_payload(const std::string& payload)
{
    json::Reader in(payload);
    auto identifier = in.object("identifier");
    const auto type = identifier.string("type");
    const auto value = identifier.string("value");
    CHANCERY_CHECK(finish(in));
    if (value.starts_with("*.")) {
        return malformed("a wildcard is no identifier: order it, or authorize the name without \"*.\"");
    }
    auto name = read_identifier(type, value);
    if (!name) {
        const auto refused = name.error().type == ErrorType::RejectedIdentifier ? 403 : 400;
        return refuse(name.error().type, refused, name.error().detail);
    }
    return std::move(*name);
}

/// A new authorization, or the valid one that the account has for the name: created either way for who asked (RFC 8555
/// section 7.4.1 knows only 201, and clients wait for it).
Outcome<AcmeAuthorization> authorize(Context& context, db::UnitOfWork& work, const Call& call, const Name& name)
{
    const auto now = context.core.clock.now();
    CHANCERY_TRY(account, current_account(context, work, *call.account));
    CHANCERY_TRY(server, active_server(context, work, call.server_id));
    CHANCERY_CHECK(check_terms(context, call.urls, server, account));
    const auto caller = caller_of(call, account);
    const std::vector<Name> names{name};
    CHANCERY_TRY(bindings, check_names(context, work, caller, server,
                                       {.names = names, .refused = {}, .action = audit::kAcmeAuthorizationRefused}));
    CHANCERY_CHECK(
        check_authorization_limits(context, work, call, {.server = server, .account = account, .names = names}));
    db::AcmeOrderRepository orders(work);
    const auto* binding = bindings.empty() ? nullptr : &bindings.front();
    const auto expires_at = now + context.settings.order_lifetime;
    if (auto valid = orders.find_valid_authorization(account.id, name, false, expires_at,
                                                     binding == nullptr ? std::nullopt : std::optional(binding->id))) {
        record_bindings(work, caller, now, bindings, names);
        return std::move(*valid);
    }
    auto authorization = make_authorization(server, account.id, name, expires_at, now, binding);
    orders.insert_preauthorization(authorization);
    record_bindings(work, caller, now, bindings, names);
    json::Writer details;
    details.begin_object().member("identifier", name.value).end_object();
    audit::record(work, caller, now, audit::kAcmeAuthorizationCreated, {"acme_authorization", authorization.id},
                  details.take());
    return authorization;
}

} // namespace

http::Awaitable<Outcome<http::Response>> new_authorization(Context& context, Call call)
{
    if (auto within = check_address_limit(context, call); !within) {
        co_return std::unexpected(std::move(within).error());
    }
    auto name = read_payload(call.payload);
    if (!name) {
        co_return std::unexpected(std::move(name).error());
    }
    auto authorization =
        co_await context.core.store.write([&](db::UnitOfWork& work) { return authorize(context, work, call, *name); });
    if (!authorization) {
        co_return std::unexpected(std::move(authorization).error());
    }
    auto response = http::json_response(201, authorization_json(*authorization, call.urls, context.core.clock.now()));
    response.with("Location", call.urls.authorization(authorization->id));
    co_return response;
}

} // namespace chancery::acme
