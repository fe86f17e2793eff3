#pragma once

#include "issuance/providers/outbound.hpp"
#include "issuance/providers/url.hpp"
#include "server/app/guarded_addresses.hpp"
#include "server/http/client.hpp"

#include <string>
#include <vector>

namespace chancery::app {

/// The core's way outside, to addresses that the policy allows.
class GuardedOutbound final : public issuance::providers::Outbound {
public:
    GuardedOutbound(http::Client& client, acme::Resolver& resolver, const std::vector<std::string>& allowed_networks)
        : client_(client), addresses_(resolver, allowed_networks, "providers.allowed_networks")
    {
    }

    boost::asio::awaitable<std::expected<issuance::providers::OutboundResponse, issuance::providers::OutboundError>>
    send(issuance::providers::OutboundRequest request) override;

    boost::asio::awaitable<std::expected<std::string, issuance::providers::OutboundError>>
    ask_name_server(std::string host, std::uint16_t port, std::string message) override;

private:
    using Error = issuance::providers::OutboundError;
    template <class T> using Answer = std::expected<T, Error>;

    boost::asio::awaitable<Answer<http::Response>>
    fetch(issuance::providers::Url url, issuance::providers::OutboundRequest request, acme::Deadline deadline);

    http::Client& client_;
    GuardedAddresses addresses_;
};

} // namespace chancery::app
