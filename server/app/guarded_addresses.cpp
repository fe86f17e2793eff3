#include "server/app/guarded_addresses.hpp"

#include "pki/names.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>

#include <algorithm>

namespace chancery::app {
namespace asio = boost::asio;
using issuance::providers::OutboundError;

namespace {

std::unexpected<OutboundError> error(OutboundError::Kind kind, std::string detail)
{
    return std::unexpected(OutboundError{.kind = kind, .detail = std::move(detail)});
}

} // namespace

asio::awaitable<std::expected<std::vector<std::string>, OutboundError>> GuardedAddresses::of(std::string host,
                                                                                             acme::Deadline deadline)
{
    using namespace asio::experimental::awaitable_operators;
    std::vector<std::string> found;
    if (const auto literal = pki::normalise_ip(host)) {
        found.push_back(*literal);
    } else {
        auto [v6, v4] = co_await (resolver_.addresses(host, acme::AddressFamily::V6, deadline) &&
                                  resolver_.addresses(host, acme::AddressFamily::V4, deadline));
        for (auto* answer : {&v6, &v4}) {
            if (*answer && !(*answer)->empty()) {
                found.push_back((*answer)->front());
                // One address of each family is tried; whether it is allowed is asked of that very address.
            }
        }
        if (found.empty()) {
            co_return error(OutboundError::Kind::Unreachable, host + " has no address");
        }
    }
    std::erase_if(found, [&](const auto& address) { return !policy_.allows(address); });
    if (found.empty()) {
        co_return error(OutboundError::Kind::Refused,
                        host + " has no address that may be connected to; see " + setting_);
    }
    co_return found;
}

} // namespace chancery::app
