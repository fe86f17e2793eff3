#include "acme/validation/reach.hpp"

#include "pki/names.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>

#include <algorithm>

namespace chancery::acme {
namespace {

using Addresses = std::vector<std::string>;

bool is_v6(const std::string& address)
{
    return address.find(':') != std::string::npos;
}

} // namespace

http::Awaitable<std::expected<Addresses, std::string>> all_addresses(Resolver& resolver, std::string host,
                                                                     Deadline deadline)
{
    using namespace boost::asio::experimental::awaitable_operators;
    auto [v6, v4] = co_await (resolver.addresses(host, AddressFamily::V6, deadline) &&
                              resolver.addresses(host, AddressFamily::V4, deadline));
    Addresses found;
    std::optional<DnsFailure> failure;
    for (auto* answer : {&v6, &v4}) {
        if (*answer) {
            found.insert(found.end(), (*answer)->begin(), (*answer)->end());
        } else {
            failure = answer->error();
        }
    }
    if (found.empty()) {
        co_return std::unexpected(host + (failure ? ": " + failure->detail : " has no address"));
    }
    co_return found;
}

Addresses first_of_each_family(const Addresses& addresses)
{
    Addresses chosen;
    for (const bool v6 : {true, false}) {
        const auto first = std::ranges::find_if(addresses, [&](const auto& address) { return is_v6(address) == v6; });
        if (first != addresses.end()) {
            chosen.push_back(*first);
        }
    }
    return chosen;
}

http::Awaitable<Outcome<Addresses>> reachable_addresses(const ValidationTools& tools, std::string host,
                                                        Deadline deadline)
{
    Addresses found;
    if (const auto literal = pki::normalise_ip(host)) {
        found.push_back(*literal);
    } else {
        auto answer = co_await all_addresses(tools.resolver, host, deadline);
        if (!answer) {
            co_return refuse(ErrorType::Dns, 400, std::move(answer).error());
        }
        found = std::move(*answer);
    }
    std::erase_if(found, [&](const auto& address) { return !tools.addresses.allows(address); });
    if (found.empty()) {
        co_return refuse(ErrorType::Connection, 400, host + " has no address that validation may connect to");
    }
    co_return first_of_each_family(found);
}

std::optional<std::chrono::milliseconds> share_of_time(Deadline deadline, std::size_t tries)
{
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0 || tries == 0) {
        return std::nullopt;
    }
    return left / static_cast<long long>(tries);
}

} // namespace chancery::acme
