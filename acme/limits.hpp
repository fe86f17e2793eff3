#pragma once

#include "acme/context.hpp"

#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

/// Rate limits and pauses (RFC 8555 section 6.6), by the generic cell rate algorithm: each thing that is counted has
/// one theoretical arrival time, and a request that comes earlier than the limit's burst allows is refused.
namespace chancery::acme {

/// What GCRA says of a request at `now`, when `arrival` is what is stored.
struct Arrival {
    Time next{};                                     ///< to be stored when it is let through
    std::optional<std::chrono::milliseconds> wait{}; ///< refused: how long until it would be let through
};

Arrival arrive(const AcmeLimit& limit, std::optional<Time> arrival, Time now);

/// Requests by address. In memory: each process counts what it sees, so that n processes behind a balancer allow up to
/// n times as many, and a restart begins anew; the limits that must hold exactly are in the database. Holds at most
/// `capacity` addresses; when full,
/// those that are within their limit anyway are forgotten, and all when there are none. Thread-safe.
class AddressLimiter {
public:
    explicit AddressLimiter(std::size_t capacity) : capacity_(capacity) {}

    /// How long to wait, or nothing when the request is let through, which counts it.
    std::optional<std::chrono::milliseconds> take(const AcmeLimit& limit, const std::string& key, Time now);

private:
    void make_room(Time now);

    const std::size_t capacity_;
    std::mutex mutex_; ///< held for a few instructions, never across a suspension
    std::unordered_map<std::string, Time> arrivals_;
};

/// What the address is counted as: itself, or the /64 network of an IPv6 address, which one host has whole.
std::string counted_address(const std::string& address);

/// newAccount, newOrder and newAuthz by address. Costs no database access.
Outcome<void> check_address_limit(Context& context, const Call& call);

/// What a newOrder is counted as.
struct CountedOrder {
    const AcmeServer& server;
    const AcmeAccount& account;
    const std::vector<Name>& names;
};

/// newOrder by account, by registered domain and by exact set of names; counted in the unit of work, so that an order
/// that is refused for another reason does not count. Also refuses names that are paused for the account. Costs nothing
/// where the server limits nothing.
Outcome<void> check_order_limits(Context& context, db::UnitOfWork& work, const Call& call, const CountedOrder& order);

/// newAuthz, counted with the orders of the account: what an account may leave behind is limited however it is made.
Outcome<void> check_authorization_limits(Context& context, db::UnitOfWork& work, const Call& call,
                                         const CountedOrder& asked);

/// Only the part about names that are paused.
Outcome<void> check_pauses(Context& context, db::UnitOfWork& work, const Call& call, const CountedOrder& order);

/// Counts a failed validation, and pauses the name for the account when they become too many; a success forgets them.
void count_failure(Context& context, db::UnitOfWork& work, const issuance::Caller& caller,
                   const std::string& account_id, const Name& name);
void forget_failures(Context& context, db::UnitOfWork& work, const std::string& account_id, const Name& name);

/// The page that a rateLimited error's Link rel="help" names.
http::Awaitable<http::Response> limits_page(Context& context, const http::Request& request);

} // namespace chancery::acme
