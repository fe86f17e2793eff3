#include "acme/limits.hpp"

#include "acme/pages.hpp"
#include "db/repositories/acme_client_repository.hpp"
#include "db/repositories/acme_repository.hpp"
#include "issuance/audit.hpp"
#include "pki/digest.hpp"
#include "pki/names.hpp"

#include <algorithm>
#include <set>

namespace chancery::acme {
namespace {

using std::chrono::milliseconds;

std::unexpected<Error> limited(const Urls& urls, std::string detail, milliseconds wait)
{
    Error error{.type = ErrorType::RateLimited, .status = 429, .detail = std::move(detail)};
    error.retry_after_seconds = static_cast<int>(std::chrono::ceil<std::chrono::seconds>(wait).count());
    error.help = urls.limits();
    return std::unexpected(std::move(error));
}

std::string describe(const AcmeLimit& limit)
{
    return std::to_string(limit.count) + " in " + std::to_string(limit.period_seconds) + " seconds";
}

/// The server as the door knows it; limits are no reason to ask the database.
const AcmeServer* last_known(const std::shared_ptr<const issuance::Configuration>& configuration,
                             const std::string& server_id)
{
    return configuration ? configuration->acme_server(server_id) : nullptr;
}

bool is_exempt(const AcmeServer& server, const AcmeAccount& account)
{
    return server.limits.exempt_bound_accounts && account.external_account_binding.has_value();
}

/// One limit that an order is held against.
struct Held {
    const AcmeLimit& limit;
    std::string key{};
    std::string what{};
};

Outcome<void> count(db::UnitOfWork& work, const Urls& urls, const Held& held, Time now)
{
    db::AcmeLimitRepository limits(work);
    const auto arrival = arrive(held.limit, limits.find(held.key), now);
    if (arrival.wait) {
        return limited(urls, "too many orders for " + held.what + ": " + describe(held.limit) + " are allowed",
                       *arrival.wait);
    }
    limits.set(held.key, arrival.next);
    return {};
}

std::string name_set_key(const std::vector<Name>& names)
{
    const std::set<Name> sorted(names.begin(), names.end());
    std::string text;
    for (const auto& name : sorted) {
        text += std::string(chancery::name_of(name.type)) + ':' + name.value + '\n';
    }
    return pki::sha256_hex(text);
}

Held held_of_account(const CountedOrder& order)
{
    return {order.server.limits.orders_per_account, order.server.id + "|account|" + order.account.id, "this account"};
}

/// In an order that is the same for every request, so that two never wait for each other.
std::vector<Held> held_against(const CountedOrder& order, const issuance::Configuration& configuration)
{
    const auto& limits = order.server.limits;
    const auto prefix = order.server.id + '|';
    std::vector<Held> held;
    if (limits.orders_per_account.is_set()) {
        held.push_back(held_of_account(order));
    }
    if (limits.orders_per_domain.is_set()) {
        std::set<std::string> domains;
        for (const auto& name : order.names) {
            if (const auto* domain = configuration.covering(name)) {
                domains.insert(domain->name);
            }
        }
        for (const auto& domain : domains) {
            held.push_back({limits.orders_per_domain, prefix + "domain|" + domain, "the domain " + domain});
        }
    }
    if (limits.orders_per_name_set.is_set()) {
        held.push_back(
            {limits.orders_per_name_set, prefix + "names|" + name_set_key(order.names), "this exact set of names"});
    }
    return held;
}

/// As the failures are kept: by what was to be proven.
std::vector<Name> without_wildcards(std::vector<Name> names)
{
    for (auto& name : names) {
        if (name.value.starts_with("*.")) {
            name.value.erase(0, 2);
        }
    }
    return names;
}

std::string row_of(std::string_view what, const AcmeLimit& limit)
{
    return limit.is_set() ? "<li>" + std::string(what) + ": " + describe(limit) + "</li>" : std::string();
}

std::string rows_of(const AcmeLimits& limits)
{
    auto rows =
        row_of("Requests for accounts, orders and authorizations from one address", limits.requests_per_address) +
        row_of("Orders of one account", limits.orders_per_account) +
        row_of("Orders for names of one registered domain", limits.orders_per_domain) +
        row_of("Orders for one exact set of names", limits.orders_per_name_set);
    if (limits.failures_per_name.is_set()) {
        rows += row_of("Failed validations of one name by one account", limits.failures_per_name) +
                "<li>After that the name is paused for that account for " + std::to_string(limits.pause_seconds) +
                " seconds, or until an administrator lifts the pause.</li>";
    }
    return rows.empty() ? "<p>This ACME server has no limits.</p>" : "<ul>" + rows + "</ul>";
}

} // namespace

Arrival arrive(const AcmeLimit& limit, std::optional<Time> arrival, Time now)
{
    const milliseconds period = std::chrono::seconds(limit.period_seconds);
    const milliseconds interval = period / limit.count;
    const auto expected = std::max(arrival.value_or(now), now);
    const auto earliest = expected - (period - interval);
    if (earliest > now) {
        return {.wait = earliest - now};
    }
    return {.next = expected + interval};
}

std::optional<milliseconds> AddressLimiter::take(const AcmeLimit& limit, const std::string& key, Time now)
{
    const std::lock_guard lock(mutex_);
    const auto known = arrivals_.find(key);
    const auto arrival = arrive(limit, known == arrivals_.end() ? std::nullopt : std::optional(known->second), now);
    if (arrival.wait) {
        return arrival.wait;
    }
    if (known != arrivals_.end()) {
        known->second = arrival.next;
        return std::nullopt;
    }
    if (arrivals_.size() >= capacity_) {
        make_room(now);
    }
    arrivals_.emplace(key, arrival.next);
    return std::nullopt;
}

void AddressLimiter::make_room(Time now)
{
    std::erase_if(arrivals_, [&](const auto& one) { return one.second <= now; });
    if (arrivals_.size() >= capacity_) {
        arrivals_.clear(); // an attack from everywhere: counting anew costs less than scanning at every request
    }
}

std::string counted_address(const std::string& address)
{
    if (address.find(':') == std::string::npos) {
        return address;
    }
    const auto network = pki::normalise_cidr(address + "/64");
    return network ? *network : address;
}

Outcome<void> check_address_limit(Context& context, const Call& call)
{
    const auto configuration = context.core.configuration.last();
    const auto* server = last_known(configuration, call.server_id);
    if (server == nullptr || !server->limits.requests_per_address.is_set() ||
        (call.account && is_exempt(*server, call.account->account))) {
        return {};
    }
    const auto& limit = server->limits.requests_per_address;
    const auto key = server->id + '|' + counted_address(call.request.peer);
    if (const auto wait = context.addresses.take(limit, key, context.core.clock.now())) {
        return limited(call.urls, "too many requests from this address: " + describe(limit) + " are allowed", *wait);
    }
    return {};
}

Outcome<void> check_pauses(Context& context, db::UnitOfWork& work, const Call& call, const CountedOrder& order)
{
    const auto now = context.core.clock.now();
    if (!order.server.limits.failures_per_name.is_set() || is_exempt(order.server, order.account)) {
        return {};
    }
    const auto paused = db::AcmeLimitRepository(work).paused(order.account.id, without_wildcards(order.names), now);
    if (paused.empty()) {
        return {};
    }
    const auto until = std::ranges::max(paused, {}, [](const AcmePause& one) { return *one.paused_until; });
    auto error = limited(call.urls,
                         "the name " + until.identifier.value +
                             " is paused for this account, because its validation kept failing",
                         *until.paused_until - now);
    if (paused.size() > 1) {
        for (const auto& one : paused) {
            error.error().subproblems.push_back({.type = ErrorType::RateLimited,
                                                 .detail = "paused until " + to_rfc3339(*one.paused_until),
                                                 .identifier = one.identifier});
        }
    }
    return error;
}

Outcome<void> check_order_limits(Context& context, db::UnitOfWork& work, const Call& call, const CountedOrder& order)
{
    if (is_exempt(order.server, order.account)) {
        return {};
    }
    CHANCERY_CHECK(check_pauses(context, work, call, order));
    const auto& limits = order.server.limits;
    if (!limits.orders_per_account.is_set() && !limits.orders_per_domain.is_set() &&
        !limits.orders_per_name_set.is_set()) {
        return {}; // without even asking whether the configuration is still the same
    }
    const auto now = context.core.clock.now();
    for (const auto& held : held_against(order, *context.core.configuration.current(work))) {
        CHANCERY_CHECK(count(work, call.urls, held, now));
    }
    return {};
}

Outcome<void> check_authorization_limits(Context& context, db::UnitOfWork& work, const Call& call,
                                         const CountedOrder& asked)
{
    CHANCERY_CHECK(check_pauses(context, work, call, asked));
    if (!asked.server.limits.orders_per_account.is_set() || is_exempt(asked.server, asked.account)) {
        return {};
    }
    return count(work, call.urls, held_of_account(asked), context.core.clock.now());
}

void count_failure(Context& context, db::UnitOfWork& work, const issuance::Caller& caller,
                   const std::string& account_id, const Name& name)
{
    const auto account = db::AcmeAccountRepository(work).find(account_id);
    const auto configuration = context.core.configuration.current(work);
    const auto* server = account ? configuration->acme_server(account->server_id) : nullptr;
    if (server == nullptr || !server->limits.failures_per_name.is_set() || is_exempt(*server, *account)) {
        return;
    }
    const auto& limit = server->limits.failures_per_name;
    const auto now = context.core.clock.now();
    db::AcmeLimitRepository limits(work);
    auto failures =
        limits.find_failures(account_id, name).value_or(AcmePause{.account_id = account_id, .identifier = name});
    const bool old = now - failures.last_at > std::chrono::seconds(limit.period_seconds);
    failures.failures = old ? 1 : failures.failures + 1;
    failures.last_at = now;
    if (failures.failures >= limit.count) {
        failures.failures = 0;
        failures.paused_until = now + std::chrono::seconds(server->limits.pause_seconds);
        json::Writer details;
        details.begin_object()
            .member("identifier", name.value)
            .member("until", to_rfc3339(*failures.paused_until))
            .end_object();
        issuance::audit::record(work, caller, now, issuance::audit::kAcmeAccountPaused, {"acme_account", account_id},
                                details.take());
    }
    limits.store(failures);
}

void forget_failures(Context& context, db::UnitOfWork& work, const std::string& account_id, const Name& name)
{
    const auto configuration = context.core.configuration.last();
    const bool counted =
        configuration && std::ranges::any_of(configuration->acme_servers, [](const AcmeServer& server) {
            return server.limits.failures_per_name.is_set();
        });
    if (counted) {
        db::AcmeLimitRepository(work).forget(account_id, name);
    }
}

http::Awaitable<http::Response> limits_page(Context& context, const http::Request& request)
{
    const auto configuration = co_await context.core.store.read(
        [&](db::Session& session) { return context.core.configuration.current(session); });
    const auto* server = configuration->acme_server_by_slug(request.parameter("server"));
    co_return server == nullptr ? page(404, "Limits", "<p>There is no such ACME server.</p>")
                                : page(200, "Limits of the ACME server " + server->name, rows_of(server->limits));
}

} // namespace chancery::acme
