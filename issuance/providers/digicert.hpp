#pragma once

#include "issuance/providers/kinds.hpp"
#include "issuance/providers/outbound.hpp"
#include "issuance/providers/upstream.hpp"

namespace chancery::issuance::providers {

/// DigiCert CertCentral by its Services API, version 2: an API key in X-DC-DEVKEY, errors as {"errors": [{code,
/// message}]}. An order's number is the handle.
class Digicert final : public Upstream {
public:
    Digicert(const Clock& clock, Outbound& outbound, const Provider& provider, Secrets secrets);

    boost::asio::awaitable<CheckResult> check() override;
    boost::asio::awaitable<Outcome> submit(Wanted wanted) override;
    boost::asio::awaitable<Outcome> poll(Wanted wanted, std::string handle) override;
    /// Without waiting for an approval, which takes a key of an administrator.
    boost::asio::awaitable<std::optional<Failed>> revoke(RevocationRequest request) override;

private:
    using Answer = std::expected<OutboundResponse, Failed>;

    boost::asio::awaitable<Answer> ask(std::string method, std::string path, std::string body = {});
    boost::asio::awaitable<Outcome> download(std::string certificate_id);

    const Clock& clock_;
    Outbound& outbound_;
    std::string url_;
    std::string product_;
    std::string trust_anchors_;
    long long organization_id_ = 0;
    Secret api_key_{};
};

} // namespace chancery::issuance::providers
