#include "acme/orders.hpp"

#include "acme/challenge_types.hpp"
#include "acme/resources.hpp"
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

/// Either a name that a certificate could carry, or what is wrong with it.
std::expected<Name, Subproblem> read_identifier(const Identifier& identifier)
{
    const auto refused = [&](ErrorType type, std::string detail) {
        return std::unexpected(
            Subproblem{.type = type, .detail = std::move(detail), .identifier = {NameType::Dns, identifier.value}});
    };
    const auto type = identifier_type(identifier.type);
    if (!type) {
        return refused(ErrorType::UnsupportedIdentifier, "only dns and ip identifiers are supported");
    }
    if (*type == NameType::Ip) {
        auto address = pki::normalise_ip(identifier.value);
        if (!address || *address != identifier.value) {
            auto problem = refused(ErrorType::Malformed, "the address is not in its canonical form (RFC 5952)");
            problem.error().identifier.type = NameType::Ip;
            return problem;
        }
        return Name{NameType::Ip, std::move(*address)};
    }
    auto name = pki::normalise_dns_name(identifier.value, true, false);
    if (!name) {
        return refused(ErrorType::RejectedIdentifier, name.error().detail);
    }
    if (pki::is_public_suffix(name->starts_with("*.") ? name->substr(2) : *name)) {
        return refused(ErrorType::RejectedIdentifier, "the name is a public suffix");
    }
    return Name{NameType::Dns, std::move(*name)};
}

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
                          Time now)
{
    if (!wanted.not_before && !wanted.not_after) {
        return {};
    }
    const auto configuration = context.core.configuration.current(session);
    const auto issuer = configuration->issuers.find(server.authority_id);
    const auto issuer_end = issuer == configuration->issuers.end() ? std::nullopt : issuer->second->valid_to();
    const auto request = timed_request(wanted.not_before, wanted.not_after, server);
    const auto validity = issuance::validity_of(context.core.settings, request, now, issuer_end);
    if (validity.refusal) {
        return malformed("notBefore and notAfter: " + validity.refusal->problem.detail);
    }
    return {};
}

AcmeAuthorization make_authorization(const AcmeServer& server, const AcmeOrder& order, const Name& name, Time now)
{
    const bool wildcard = name.value.starts_with("*.");
    AcmeAuthorization authorization{.id = new_id(now),
                                    .account_id = order.account_id,
                                    .identifier = {name.type, wildcard ? name.value.substr(2) : name.value},
                                    .wildcard = wildcard,
                                    .status = AcmeAuthorizationStatus::Pending,
                                    .expires_at = order.expires_at,
                                    .created_at = now};
    for (const auto type : challenge_types_for(server, name)) {
        authorization.challenges.push_back(make_challenge(server, authorization.id, type, now));
    }
    return authorization;
}

/// Names outside the registered domains, together with those that were refused before.
std::vector<Subproblem> refused_names(Context& context, db::UnitOfWork& work, const issuance::Caller& caller,
                                      const WantedOrder& wanted)
{
    auto refused = wanted.refused;
    const auto allowed = issuance::check_domains(context.core, work, caller, wanted.names);
    if (!allowed) {
        for (const auto& name : allowed.error().names) {
            refused.push_back({.type = ErrorType::RejectedIdentifier,
                               .detail = name.detail,
                               .identifier = {from_name<NameType>(name.type).value_or(NameType::Dns), name.value}});
        }
        if (allowed.error().names.empty()) {
            refused.push_back({.type = ErrorType::RejectedIdentifier, .detail = allowed.error().detail});
        }
    }
    return refused;
}

Outcome<void> check_names(Context& context, db::UnitOfWork& work, const issuance::Caller& caller,
                          const AcmeServer& server, const WantedOrder& wanted)
{
    auto refused = refused_names(context, work, caller, wanted);
    if (refused.empty() && server.authorization_mode == AuthorizationMode::Bindings) {
        for (const auto& name : wanted.names) {
            refused.push_back({.type = ErrorType::RejectedIdentifier,
                               .detail = "the name is not bound to this account",
                               .identifier = name});
        }
    }
    if (refused.empty()) {
        for (const auto& name : wanted.names) {
            if (challenge_types_for(server, name).empty()) {
                refused.push_back({.type = ErrorType::RejectedIdentifier,
                                   .detail = "this server offers no challenge that could prove the name",
                                   .identifier = name});
            }
        }
    }
    if (refused.empty()) {
        return {};
    }
    auto error = from_subproblems(std::move(refused), 400);
    if (error.type == ErrorType::RejectedIdentifier) {
        error.status = 403;
    }
    json::Writer details;
    details.begin_object().begin_array("identifiers");
    for (const auto& name : wanted.names) {
        details.value(name.value);
    }
    details.end_array().member("reason", error.detail).end_object();
    audit::record_refusal(work, caller, context.core.clock.now(), audit::kAcmeOrderRefused,
                          {"acme_account", caller.acme_account_id}, details.take());
    return std::unexpected(std::move(error));
}

/// Gives the order an authorization for every name: one that is valid for longer than the order, or a new one.
void authorize(db::UnitOfWork& work, const AcmeServer& server, AcmeOrder& order, Time now)
{
    db::AcmeOrderRepository orders(work);
    order.status = AcmeOrderStatus::Ready;
    for (const auto& name : order.identifiers) {
        const bool wildcard = name.value.starts_with("*.");
        const Name base{name.type, wildcard ? name.value.substr(2) : name.value};
        if (const auto valid = orders.find_valid_authorization(order.account_id, base, wildcard, order.expires_at)) {
            order.authorization_ids.push_back(valid->id);
            continue;
        }
        const auto fresh = make_authorization(server, order, name, now);
        orders.insert_authorization(fresh);
        order.authorization_ids.push_back(fresh.id);
        order.status = AcmeOrderStatus::Pending;
    }
    orders.insert(order);
}

Outcome<AcmeOrder> create_order(Context& context, db::UnitOfWork& work, const Call& call, const WantedOrder& wanted)
{
    const auto now = context.core.clock.now();
    CHANCERY_TRY(account, current_account(context, work, *call.account));
    CHANCERY_TRY(server, active_server(context, work, call.server_id));
    CHANCERY_CHECK(check_times(context, work, wanted, server, now));
    const auto caller = caller_of(call, account);
    CHANCERY_CHECK(check_names(context, work, caller, server, wanted));
    AcmeOrder order{.id = new_id(now),
                    .server_id = server.id,
                    .account_id = account.id,
                    .identifiers = wanted.names,
                    .not_before = wanted.not_before,
                    .not_after = wanted.not_after,
                    .expires_at = now + context.settings.order_lifetime,
                    .created_at = now};
    authorize(work, server, order, now);
    json::Writer details;
    details.begin_object().member("account", account.id).begin_array("identifiers");
    for (const auto& name : order.identifiers) {
        details.value(name.value);
    }
    details.end_array().end_object();
    audit::record(work, caller, now, audit::kAcmeOrderCreated, {"acme_order", order.id}, details.take());
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
    WantedOrder wanted;
    for (const auto& identifier : identifiers) {
        auto name = read_identifier(identifier);
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
                                           const AcmeServer& server)
{
    issuance::CertificateRequest request;
    request.pathway = Pathway::Acme;
    request.max_validity_days = server.max_validity_days;
    request.not_before = not_before;
    request.not_after = not_after;
    if (!not_after) {
        request.validity_days = server.default_validity_days;
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
    auto order = co_await context.core.store.read([&](db::Session& session) -> Outcome<AcmeOrder> {
        CHANCERY_CHECK(current_account(context, session, *call.account));
        return find_own_order(session, call);
    });
    if (!order) {
        co_return std::unexpected(std::move(order).error());
    }
    co_return order_response(*order, call.urls, context.core.clock.now());
}

} // namespace chancery::acme
