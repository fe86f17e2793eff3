#pragma once

#include "issuance/providers/kinds.hpp"
#include "issuance/providers/outbound.hpp"
#include "issuance/providers/upstream.hpp"

namespace chancery::issuance::providers {

/// Enrollment over Secure Transport (RFC 7030): cacerts, simpleenroll and simplereenroll, with HTTP basic
/// authentication, a client certificate, or both. The configured URL is the one before "/cacerts", usually
/// "https://host/.well-known/est" with or without a label (section 3.2.2).
class EstUpstream final : public Upstream {
public:
    EstUpstream(const Clock& clock, Outbound& outbound, const Provider& provider, Secrets secrets);

    boost::asio::awaitable<CheckResult> check() override;
    boost::asio::awaitable<Outcome> submit(Wanted wanted) override;
    /// The same POST again: an EST server knows a request by its content (section 4.2.3).
    boost::asio::awaitable<Outcome> poll(Wanted wanted, std::string handle) override;
    /// EST has no revocation.
    boost::asio::awaitable<std::optional<Failed>> revoke(RevocationRequest request) override;

private:
    using CaCertificates = std::expected<std::vector<std::string>, Failed>;

    OutboundRequest request_to(const std::string& operation) const;
    boost::asio::awaitable<CaCertificates> ca_certificates();
    boost::asio::awaitable<Outcome> enroll(Wanted wanted);

    const Clock& clock_;
    Outbound& outbound_;
    std::string url_;
    std::string username_;
    std::string trust_anchors_;
    std::string client_certificate_;
    Secrets secrets_;
};

} // namespace chancery::issuance::providers
