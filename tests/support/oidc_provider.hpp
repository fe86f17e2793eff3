#pragma once

#include "core/clock.hpp"
#include "issuance/providers/outbound.hpp"
#include "pki/jws.hpp"

#include <atomic>
#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace chancery::test {

/// An OpenID provider behind the one way outside: strict about everything it is asked, and able to lie about everything
/// it says. One code for each authorization, good once and for its own PKCE verifier.
class OidcProvider final : public issuance::providers::Outbound {
public:
    explicit OidcProvider(const Clock& clock);

    static constexpr std::string_view kIssuer = "https://id.example.com/realm";
    static constexpr std::string_view kClientId = "chancery";
    static constexpr std::string_view kClientSecret = "a secret/with+odd characters";
    static constexpr std::string_view kRedirectUri = "https://ca.example.com:8443/oidc/callback";

    /// What a person's browser does there: reads the authorization URL, which must be right in every member, and comes
    /// back with the query of the callback.
    std::string authorize(const std::string& url);

    boost::asio::awaitable<std::expected<issuance::providers::OutboundResponse, issuance::providers::OutboundError>>
    send(issuance::providers::OutboundRequest request) override;
    boost::asio::awaitable<std::expected<std::string, issuance::providers::OutboundError>>
    ask_name_server(std::string host, std::uint16_t port, std::string message) override;

    /// A new signing key; the old one is published no more.
    void rotate_key();

    // What the next ID token says.
    std::string issuer{kIssuer};
    std::string audience{R"("chancery")"}; ///< JSON
    std::string more_claims{R"(,"email":"ada@example.com","email_verified":true,"name":"Ada","groups":["pki-admins"])"};
    std::string subject{"subject-1"};
    std::string nonce{}; ///< another than the one that was sent
    std::chrono::seconds age{0};
    std::chrono::seconds lifetime{300};
    std::string algorithm{"RS256"}; ///< what the header claims; ES256 signs with a P-256 key
    bool foreign_key = false;       ///< signs with a key that is not published
    // How it fails.
    std::string discovered_issuer{kIssuer};
    std::atomic<bool> reachable = true;
    std::chrono::milliseconds delay{0}; ///< of the discovery document
    std::atomic<int> asked_for_discovery = 0;
    int asked_for_keys = 0;

private:
    struct Grant {
        std::string challenge{};
        std::string nonce{};
    };

    issuance::providers::OutboundResponse discovery() const;
    issuance::providers::OutboundResponse keys();
    issuance::providers::OutboundResponse token(const issuance::providers::OutboundRequest& request);
    std::string id_token(const Grant& grant) const;

    const Clock& clock_;
    pki::PrivateKey rsa_;
    pki::PrivateKey ec_;
    pki::PrivateKey other_;
    int generation_ = 1;
    int codes_ = 0;
    std::map<std::string, Grant> grants_{};
};

} // namespace chancery::test
