#pragma once

#include "issuance/providers/outbound.hpp"

#include <expected>
#include <string>

namespace chancery::test {

/// A CA of somebody else. Behind the core's way outside it is asked in the process; stand_in_ca puts the same behind
/// HTTPS.
class StandIn : public issuance::providers::Outbound {
public:
    using Answer = std::expected<issuance::providers::OutboundResponse, issuance::providers::OutboundError>;

    /// The client's certificate counts when the key that comes with it is its own: what a handshake would prove.
    boost::asio::awaitable<Answer> send(issuance::providers::OutboundRequest request) final;
    boost::asio::awaitable<std::expected<std::string, issuance::providers::OutboundError>>
    ask_name_server(std::string host, std::uint16_t port, std::string message) final;

    /// `client_certificate` is DER of what the client showed and holds the key of; empty when it showed none. The
    /// request's own members about TLS are not looked at.
    virtual Answer answer(const issuance::providers::OutboundRequest& request,
                          const std::string& client_certificate) = 0;
};

/// The first field of that name, compared without case, or empty.
std::string field(const issuance::providers::OutboundRequest& request, std::string_view name);

} // namespace chancery::test
