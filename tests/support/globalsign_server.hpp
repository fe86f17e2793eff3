#pragma once

#include "issuance/providers/outbound.hpp"
#include "tests/support/test_ca.hpp"

#include <map>
#include <string>
#include <vector>

namespace chancery::test {

/// The Atlas certificate management API (HVCA) as its documentation has it: mutual TLS, login, a token that runs out,
/// certificates that take a moment.
class GlobalsignServer final : public issuance::providers::Outbound {
public:
    explicit GlobalsignServer(const Clock& clock) : ca(clock) {}

    using Answer = std::expected<issuance::providers::OutboundResponse, issuance::providers::OutboundError>;

    boost::asio::awaitable<Answer> send(issuance::providers::OutboundRequest request) override;
    boost::asio::awaitable<std::expected<std::string, issuance::providers::OutboundError>>
    ask_name_server(std::string host, std::uint16_t port, std::string message) override;

    static constexpr std::string_view kUrl = "https://emea.api.hvca.globalsign.com:8443/v2";

    TestCa ca;
    std::string key_format{"PKCS10"};
    int not_yet = 1;       ///< so many times a certificate is not there yet
    int token_uses = 100;  ///< what a token is good for
    std::string refusal{}; ///< the description of a 422 to orders, unless empty
    int logins = 0;
    std::vector<std::string> asked{};
    std::vector<std::string> revoked{}; ///< reasons

private:
    Answer answer(const issuance::providers::OutboundRequest& request);
    Answer log_in(const std::string& body);
    Answer order(const std::string& body);
    Answer revoke(const std::string& serial, const std::string& body);

    std::map<std::string, std::string> certificates_{}; ///< PEM by serial number
    int left_ = 0;
};

} // namespace chancery::test
