#pragma once

#include "core/clock.hpp"
#include "issuance/providers/outbound.hpp"
#include "issuance/providers/upstream.hpp"
#include "pki/key.hpp"

#include <expected>
#include <optional>
#include <string>

/// The client's side of ACME (RFC 8555), for CAs upstream.
namespace chancery::issuance::providers::acme_ca {

/// RFC 8555 section 7.1.1.
struct Directory {
    std::string new_nonce{};
    std::string new_account{};
    std::string new_order{};
    std::string revoke_cert{};
    std::string renewal_info{}; ///< RFC 9773 section 4.1; empty where there is none
    std::string terms_of_service{};
    bool external_account_required = false;
};

template <class T> using Answer = std::expected<T, Failed>;

/// One conversation: a directory, an account's key, the nonces. On one thread.
class Session {
public:
    Session(Outbound& outbound, const Clock& clock, std::string trust_anchors, pki::PrivateKey key);

    boost::asio::awaitable<Answer<Directory>> open(std::string directory_url);

    const Directory& directory() const { return directory_; }

    const pki::PrivateKey& key() const { return key_; }

    /// The account's URL, once it is known: from then on requests are signed for it.
    void use_account(std::string url) { account_url_ = std::move(url); }

    /// A signed POST; "" is a POST-as-GET (section 6.3). With the account's URL when it is known, else with the key
    /// itself. A nonce that the server does not like is replaced and the request sent again (section 6.5).
    boost::asio::awaitable<Answer<OutboundResponse>> post(std::string url, std::string payload,
                                                          std::string accept = {});
    /// A GET without signature, for renewal information.
    boost::asio::awaitable<Answer<OutboundResponse>> get(std::string url);

private:
    boost::asio::awaitable<Answer<std::string>> nonce();
    std::string sign(const std::string& url, const std::string& nonce, const std::string& payload) const;

    Outbound& outbound_;
    const Clock& clock_;
    std::string trust_anchors_;
    pki::PrivateKey key_;
    Directory directory_{};
    std::string account_url_;
    std::string nonce_;
};

/// The type of a problem document without its prefix ("badNonce"); empty when the body is none.
std::string problem_type(const OutboundResponse& response);
/// What the CA said, its subproblems included.
std::string problem_words(const std::string& problem);

} // namespace chancery::issuance::providers::acme_ca
