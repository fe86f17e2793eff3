#include "server/app/guarded_addresses.hpp"

#include "acme/validation/reach.hpp"
#include "pki/names.hpp"

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
    std::vector<std::string> found;
    if (const auto literal = pki::normalise_ip(host)) {
        found.push_back(*literal);
    } else {
        auto answer = co_await acme::all_addresses(resolver_, host, deadline);
        if (!answer) {
            co_return error(OutboundError::Kind::Unreachable, std::move(answer).error());
        }
        found = std::move(*answer);
    }
    std::erase_if(found, [&](const auto& address) { return !policy_.allows(address); });
    if (found.empty()) {
        co_return error(OutboundError::Kind::Refused,
                        host + " has no address that may be connected to; see " + setting_);
    }
    co_return acme::first_of_each_family(found);
}

} // namespace chancery::app
