#pragma once

#include "issuance/providers/outbound.hpp"
#include "tests/support/acme_world.hpp"

#include <functional>
#include <string>
#include <vector>

namespace chancery::test {

/// A whole CA with its ACME door as the CA upstream of another one: strict about every JWS, nonce and state.
class AcmeUpstream final : public issuance::providers::Outbound {
public:
    explicit AcmeUpstream(const Clock&) : world(test_dialects().front()) {}

    using Answer = std::expected<issuance::providers::OutboundResponse, issuance::providers::OutboundError>;

    boost::asio::awaitable<Answer> send(issuance::providers::OutboundRequest request) override;
    boost::asio::awaitable<std::expected<std::string, issuance::providers::OutboundError>>
    ask_name_server(std::string host, std::uint16_t port, std::string message) override;

    static constexpr std::string_view kDirectory = "https://ca.example:8443/acme/default/directory";

    AcmeWorld world;
    /// Sees each request first; what it returns is answered instead.
    std::function<std::optional<Answer>(const issuance::providers::OutboundRequest&)> intercept{};
    std::vector<std::string> asked{};    ///< "POST /acme/…"
    std::vector<std::string> webhooks{}; ///< bodies sent to https://dns.example.net/hook
};

} // namespace chancery::test
