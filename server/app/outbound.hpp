#pragma once

#include "acme/validation/address_policy.hpp"
#include "acme/validation/resolver.hpp"
#include "issuance/providers/outbound.hpp"
#include "issuance/providers/url.hpp"
#include "server/http/client.hpp"

#include <string>
#include <vector>

namespace chancery::app {

/// The core's way outside: names are resolved here, every address is put before the policy, and the connection goes to
/// the address that was allowed, so that a name which changes in between leads nowhere else.
class GuardedOutbound final : public issuance::providers::Outbound {
public:
    GuardedOutbound(http::Client& client, acme::Resolver& resolver, const std::vector<std::string>& allowed_networks)
        : client_(client), resolver_(resolver), policy_(allowed_networks)
    {
    }

    boost::asio::awaitable<std::expected<issuance::providers::OutboundResponse, issuance::providers::OutboundError>>
    send(issuance::providers::OutboundRequest request) override;

    boost::asio::awaitable<std::expected<std::string, issuance::providers::OutboundError>>
    ask_name_server(std::string host, std::uint16_t port, std::string message) override;

private:
    using Error = issuance::providers::OutboundError;
    template <class T> using Answer = std::expected<T, Error>;

    /// The allowed addresses of a host; Refused when it has only others.
    boost::asio::awaitable<Answer<std::vector<std::string>>> addresses_of(std::string host, acme::Deadline deadline);
    boost::asio::awaitable<Answer<http::Response>>
    fetch(issuance::providers::Url url, issuance::providers::OutboundRequest request, acme::Deadline deadline);

    http::Client& client_;
    acme::Resolver& resolver_;
    acme::AddressPolicy policy_;
};

} // namespace chancery::app
