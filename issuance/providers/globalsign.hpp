#pragma once

#include "issuance/providers/kinds.hpp"
#include "issuance/providers/outbound.hpp"
#include "issuance/providers/upstream.hpp"

namespace chancery::issuance::providers {

/// GlobalSign Atlas by its certificate management API (HVCA), version 2: mutual TLS, a login with key and secret that
/// gives a bearer token, errors as problem documents. The serial number, which the CA gives at once, is the handle.
class Globalsign final : public Upstream {
public:
    Globalsign(const Clock& clock, Outbound& outbound, const Provider& provider, Secrets secrets);

    boost::asio::awaitable<CheckResult> check() override;
    boost::asio::awaitable<Outcome> submit(Wanted wanted) override;
    boost::asio::awaitable<Outcome> poll(Wanted wanted, std::string handle) override;
    boost::asio::awaitable<std::optional<Failed>> revoke(RevocationRequest request) override;

private:
    using Answer = std::expected<OutboundResponse, Failed>;

    /// Logs in when that has not happened yet, and once more when the token has run out.
    boost::asio::awaitable<Answer> ask(std::string method, std::string path, std::string body = {});
    boost::asio::awaitable<Answer> send(std::string method, std::string path, std::string body, bool with_token);
    boost::asio::awaitable<std::optional<Failed>> log_in();
    /// The certificates above those of the account.
    boost::asio::awaitable<std::expected<std::vector<std::string>, Failed>> trust_chain();

    const Clock& clock_;
    Outbound& outbound_;
    std::string url_;
    std::string trust_anchors_;
    std::string client_certificate_;
    Secrets secrets_;
    Secret token_{};
};

} // namespace chancery::issuance::providers
