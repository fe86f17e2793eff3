#include "acme/orders.hpp"

#include "acme/limits.hpp"
#include "acme/names.hpp"
#include "acme/renewal_info.hpp"
#include "acme/resources.hpp"
#include "acme/terms.hpp"
#include "core/id.hpp"
#include "core/text.hpp"
#include "db/repositories/acme_repository.hpp"
#include "issuance/audit.hpp"
#include "issuance/gate.hpp"
#include "issuance/validity.hpp"
#include "pki/names.hpp"

#include <algorithm>
#include <numeric>

namespace chancery::acme {
namespace {

namespace audit = issuance::audit;

struct Identifier {
    std::string type{};
    std::string value{};
};

Outcome<std::optional<Time>> read_time(const std::optional<std::string>& text, std::string_view member)
{
    if (!text) {
        return std::nullopt;
    }
    const auto time = from_rfc3339(*text);
    if (!time) {
        return malformed(std::string(member) + " is not an RFC 3339 time");
    }
    return time;
}

/// Times that finalize would refuse are refused here already, by the same rule.
Outcome<void> check_times(Context& context, db::Session& session, const WantedOrder& wanted, const AcmeServer& server,
                          const AcmeProfile* profile, Time now)
{
    if (!wanted.not_before && !wanted.not_after) {
        return {};
    }
    const auto configuration = context.core.configuration.current(session);
    const auto issuer = configuration->issuers.find(server.authority_id);
    const auto issuer_end = issuer == configuration->issuers.end() ? std::nullopt : issuer->second->valid_to();
    const auto request = timed_request(wanted.not_before, wanted.not_after, server, profile);
    const auto validity = issuance::validity_of(context.core.settings, request, now, issuer_end);
    if (validity.refusal) {
        return malformed("notBefore and notAfter: " + validity.refusal->problem.detail);
    }
    return {};
}

/// Gives the order an authorization for every name: one that is valid for longer than the order, or a new one.
void authorize(db::UnitOfWork& work, const AcmeServer& server, const std::vector<AcmeBinding>& bindings,
               AcmeOrder& order, Time now)
{
    db::AcmeOrderRepository orders(work);
    order.status = AcmeOrderStatus::Ready;
    for (std::size_t i = 0; i < order.identifiers.size(); ++i) {
        const auto& name = order.identifiers[i];
        const auto* binding = i < bindings.size() ? &bindings[i] : nullptr;
        if (const auto valid = orders.find_valid_authorization(
                order.account_id, base_of(name), name.value.starts_with("*."), order.expires_at,
                binding == nullptr ? std::nullopt : std::optional(binding->id))) {
            order.authorization_ids.push_back(valid->id);
            continue;
        }
        const auto fresh = make_authorization(server, order.account_id, name, order.expires_at, now, binding);
        orders.insert_authorization(fresh);
        order.authorization_ids.push_back(fresh.id);
        if (binding == nullptr) {
            order.status = AcmeOrderStatus::Pending;
        }
    }
    orders.insert(order);
}

/// The profile that the order asks for; null when it asks for none.
Outcome<const AcmeProfile*> wanted_profile(const AcmeServer& server, const WantedOrder& wanted)
{
    if (wanted.profile.empty()) {
        return nullptr;
    }
    const auto* profile = server.profile(wanted.profile);
    if (profile == nullptr) {
        return refuse(ErrorType::InvalidProfile, 400, "the server has no profile of that name; see meta.profiles");
    }
    return profile;
}

/// Limits, but for a renewal that comes in its time (RFC 9773 section 5).
Outcome<void> check_limits(Context& context, db::UnitOfWork& work, const Call& call, const CountedOrder& order,
                           const WantedOrder& wanted)
{
    if (wanted.replaces) {
        CHANCERY_TRY(in_time, check_replaces(context, work, order.account, *wanted.replaces, wanted.names,
                                             context.core.clock.now()));
        if (in_time) {
            return {};
        }
    }
    return check_order_limits(context, work, call, order);
}

void record_order(db::UnitOfWork& work, const issuance::Caller& caller, const AcmeOrder& order)
{
    json::Writer details;
    details.begin_object().member("account", order.account_id).begin_array("identifiers");
    for (const auto& name : order.identifiers) {
        details.value(name.value);
    }
    details.end_array().member_if("replaces", order.replaces);
    if (!order.profile.empty()) {
        details.member("profile", order.profile);
    }
    details.end_object();
    audit::record(work, caller, order.created_at, audit::kAcmeOrderCreated, {"acme_order", order.id}, details.take());
}

Outcome<AcmeOrder> create_order(Context& context, db::UnitOfWork& work, const Call& call, const WantedOrder& wanted)
{
    const auto now = context.core.clock.now();
    CHANCERY_TRY(account, current_account(context, work, *call.account));
    CHANCERY_TRY(server, active_server(context, work, call.server_id));
    CHANCERY_CHECK(check_terms(context, call.urls, server, account));
    CHANCERY_TRY(profile, wanted_profile(server, wanted));
    CHANCERY_CHECK(check_times(context, work, wanted, server, profile, now));
    const auto caller = caller_of(call, account);
    CHANCERY_TRY(bindings,
                 check_names(context, work, caller, server,
                             {.names = wanted.names, .refused = wanted.refused, .action = audit::kAcmeOrderRefused}));
    CHANCERY_CHECK(
        check_limits(context, work, call, {.server = server, .account = account, .names = wanted.names}, wanted));
    AcmeOrder order{.id = new_id(now),
                    .server_id = server.id,
                    .account_id = account.id,
                    .identifiers = wanted.names,
                    .not_before = wanted.not_before,
                    .not_after = wanted.not_after,
                    .expires_at = now + context.settings.order_lifetime,
                    .profile = wanted.profile,
                    .replaces = wanted.replaces,
                    .created_at = now};
    authorize(work, server, bindings, order, now);
    record_bindings(work, caller, now, bindings, order.identifiers);
    record_order(work, caller, order);
    return order;
}

} // namespace

Outcome<WantedOrder> read_new_order(std::string_view payload, std::size_t max_identifiers)
{
    json::Reader in(payload);
    std::vector<Identifier> identifiers;
    for (auto& object : in.objects("identifiers")) {
        identifiers.push_back({.type = object.string("type"), .value = object.string("value")});
    }
    const auto not_before = in.optional_string("notBefore");
    const auto not_after = in.optional_string("notAfter");
    WantedOrder wanted;
    wanted.profile = in.optional_string("profile").value_or("");
    wanted.replaces = in.optional_string("replaces");
    CHANCERY_CHECK(finish(in));
    if (identifiers.empty()) {
        return malformed("an order needs at least one identifier");
    }
    constexpr std::size_t kMaxOctets = std::size_t{16} * 1024; // a CSR that names more could not be sent
    const auto octets = std::transform_reduce(identifiers.begin(), identifiers.end(), std::size_t{0}, std::plus<>(),
                                              [](const Identifier& one) { return one.value.size(); });
    if (octets > kMaxOctets) {
        return malformed("the identifiers of an order may have at most 16384 octets together");
    }
    if (identifiers.size() > max_identifiers) {
        return malformed("an order may have at most " + std::to_string(max_identifiers) + " identifiers");
    }
    for (const auto& identifier : identifiers) {
        auto name = read_identifier(identifier.type, identifier.value);
        if (!name) {
            wanted.refused.push_back(std::move(name).error());
        } else if (std::ranges::find(wanted.names, *name) == wanted.names.end()) {
            wanted.names.push_back(std::move(*name));
        }
    }
    CHANCERY_TRY(from, read_time(not_before, "notBefore"));
    CHANCERY_TRY(until, read_time(not_after, "notAfter"));
    wanted.not_before = from;
    wanted.not_after = until;
    return wanted;
}

issuance::CertificateRequest timed_request(const std::optional<Time>& not_before, const std::optional<Time>& not_after,
                                           const AcmeServer& server, const AcmeProfile* profile)
{
    issuance::CertificateRequest request;
    request.pathway = Pathway::Acme;
    request.max_validity_days = profile != nullptr ? profile->max_validity_days : server.max_validity_days;
    request.not_before = not_before;
    request.not_after = not_after;
    if (!not_after) {
        request.validity_days = profile != nullptr ? profile->default_validity_days : server.default_validity_days;
    }
    return request;
}

Outcome<AcmeOrder> find_own_order(db::Session& session, const Call& call)
{
    auto order = is_id(call.id()) ? db::AcmeOrderRepository(session).find(call.id()) : std::nullopt;
    if (!order || order->account_id != call.account_id()) {
        return not_found("order");
    }
    return std::move(*order);
}

http::Response order_response(const AcmeOrder& order, const Urls& urls, Time now, int status)
{
    auto response = http::json_response(status, order_json(order, urls, now));
    response.with("Location", urls.order(order.id));
    const auto state = status_at(order, now);
    if (state == AcmeOrderStatus::Processing || state == AcmeOrderStatus::Pending) {
        response.with("Retry-After", "1");
    }
    return response;
}

http::Awaitable<Outcome<http::Response>> new_order(Context& context, Call call)
{
    if (auto within = check_address_limit(context, call); !within) {
        co_return std::unexpected(std::move(within).error());
    }
    auto wanted = read_new_order(call.payload, context.settings.max_identifiers);
    if (!wanted) {
        co_return std::unexpected(std::move(wanted).error());
    }
    auto order = co_await context.core.store.write(
        [&](db::UnitOfWork& work) { return create_order(context, work, call, *wanted); });
    if (!order) {
        co_return std::unexpected(std::move(order).error());
    }
    co_return order_response(*order, call.urls, context.core.clock.now(), 201);
}

http::Awaitable<Outcome<http::Response>> order(Context& context, Call call)
{
    if (!call.is_get()) {
        co_return malformed("an order is read with an empty payload");
    }
    auto order = co_await context.core.store.look_up([&](db::Session& session) -> Outcome<AcmeOrder> {
        CHANCERY_CHECK(current_account(context, session, *call.account));
        return find_own_order(session, call);
    });
    if (!order) {
        co_return std::unexpected(std::move(order).error());
    }
    co_return order_response(*order, call.urls, context.core.clock.now());
}

} // namespace chancery::acme
