#pragma once

#include "issuance/providers/outbound.hpp"
#include "tests/support/test_ca.hpp"

#include <string>
#include <vector>

namespace chancery::test {

/// An EST server (RFC 7030) behind the core's way outside, without a socket. It answers what the RFC says and refuses
/// everything that a strict server may refuse: other fields, other media types, other authentication.
class EstServer final : public issuance::providers::Outbound {
public:
    explicit EstServer(const Clock& clock) : ca(clock) {}

    using Answer = std::expected<issuance::providers::OutboundResponse, issuance::providers::OutboundError>;

    boost::asio::awaitable<Answer> send(issuance::providers::OutboundRequest request) override;
    boost::asio::awaitable<std::expected<std::string, issuance::providers::OutboundError>>
    ask_name_server(std::string host, std::uint16_t port, std::string message) override;

    static constexpr std::string_view kUrl = "https://est.example.net/.well-known/est";

    TestCa ca;
    TestCa::Change change{};          ///< what it does to certificates
    int not_yet = 0;                  ///< so many enrollments are answered with 202
    int unreachable = 0;              ///< so many requests get no answer
    bool dies_after_issuing = false;  ///< the next certificate is issued, and its answer lost by an exception
    int refusal = 0;                  ///< the status of every enrollment, unless 0
    std::string words{"no, because"}; ///< of a refusal

    std::vector<std::string> operations{}; ///< what was asked, in order
    std::vector<std::string> issued{};     ///< DER

private:
    Answer answer(const issuance::providers::OutboundRequest& request);
    Answer enroll(const issuance::providers::OutboundRequest& request, bool again);
};

} // namespace chancery::test
