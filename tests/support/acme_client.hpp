#pragma once

#include "core/json.hpp"
#include "pki/jws.hpp"
#include "server/http/router.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace chancery::test {

/// What the server answered.
struct Reply {
    int status = 0;
    http::Fields fields{};
    std::string body{};

    std::string header(std::string_view name) const { return std::string(fields.find(name).value_or("")); }

    json::Reader json() const { return json::Reader(body); }

    std::string text(std::string_view member) const { return json().string(member); }

    /// "malformed": the type of a problem document without its prefix; empty when it is none.
    std::string problem() const;
    /// The URLs of Link fields with this relation.
    std::vector<std::string> links(std::string_view relation) const;
};

/// What goes into a JWS beside the payload; empty members get the right values.
struct JwsOptions {
    std::optional<std::string> nonce{}; ///< "" leaves the member out
    std::optional<std::string> url{};   ///< "" leaves the member out
    std::optional<std::string> kid{};
    bool with_jwk = false; ///< "jwk" instead of "kid"
    std::string extra{};   ///< more header members, as JSON text: ,"crit":["x"]
    std::optional<std::string> algorithm_text{};
};

/// A small ACME client without sockets: it hands requests to a router. It can also send what no client should.
class AcmeClient {
public:
    AcmeClient(http::Router& router, std::string public_url, std::string slug = "default",
               KeyAlgorithm algorithm = KeyAlgorithm::Ec256);

    std::string url(std::string_view path) const { return public_url_ + "/acme/" + slug_ + std::string(path); }

    const std::string& kid() const { return kid_; }

    void set_kid(std::string kid) { kid_ = std::move(kid); }

    const pki::PrivateKey& key() const { return key_; }

    void set_key(const pki::PrivateKey& key);

    /// The Accept field of requests from now on; empty for none.
    void set_accept(std::string accept) { accept_ = std::move(accept); }

    pki::Jwk jwk() const { return pki::jwk_of(key_.public_key()); }

    std::string key_authorization(const std::string& token) const { return token + '.' + jwk().thumbprint; }

    Reply send(std::string method, const std::string& url, std::string body = {},
               std::string content_type = "application/jose+json", std::string host = {});
    std::string fresh_nonce();

    /// The protected header for a POST to `url`.
    std::string header(const std::string& url, const JwsOptions& options = {});
    std::string sign(const std::string& header, const std::string& payload) const;
    Reply post(const std::string& url, const std::string& payload, const JwsOptions& options = {});

    Reply post_as_get(const std::string& url) { return post(url, ""); }

    /// newAccount; remembers the account URL.
    Reply register_account(const std::string& payload = R"({"termsOfServiceAgreed":true})");
    /// newOrder for these names; those of digits and colons are addresses.
    Reply order(const std::vector<std::string>& names, const std::string& more = {});
    /// The challenge of that type of an authorization; throws when there is none.
    json::Reader challenge(const std::string& authorization_url, const std::string& type);
    Reply finalize(const Reply& order, const std::string& csr_der);
    Reply revoke(const std::string& certificate_der, std::optional<int> reason = {}, const JwsOptions& options = {});

private:
    http::Router& router_;
    std::string public_url_;
    std::string slug_;
    pki::PrivateKey key_;
    pki::JwsAlgorithm algorithm_{};
    std::string kid_;
    std::string accept_;
};

/// A DER CSR for those DNS names with a new P-256 key, or with `key`. The CN is left out unless given.
std::string make_csr(const std::vector<std::string>& names, const std::string& common_name = {},
                     const pki::PrivateKey& key = {});

} // namespace chancery::test
