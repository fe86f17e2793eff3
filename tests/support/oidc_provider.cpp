#include "tests/support/oidc_provider.hpp"

#include "core/encoding.hpp"
#include "core/json.hpp"
#include "pki/digest.hpp"
#include "server/http/message.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <stdexcept>

namespace chancery::test {
namespace {

using issuance::providers::OutboundError;
using issuance::providers::OutboundRequest;
using issuance::providers::OutboundResponse;
using Members = std::map<std::string, std::string>;

Members members_of(const std::string& form)
{
    Members members;
    const auto parsed = http::parse_target("/?" + form).value();
    for (const auto& [name, value] : parsed.query) {
        if (!members.emplace(name, value).second) {
            throw std::runtime_error("a member is there twice: " + name);
        }
    }
    return members;
}

void expect(bool fine, const std::string& what)
{
    if (!fine) {
        throw std::runtime_error("the identity provider was asked wrongly: " + what);
    }
}

/// RSA keys take long to make, and every test needs one.
const pki::PrivateKey& rsa_key()
{
    static const auto key = pki::PrivateKey::generate(KeyAlgorithm::Rsa2048);
    return key;
}

const pki::PrivateKey& second_rsa_key()
{
    static const auto key = pki::PrivateKey::generate(KeyAlgorithm::Rsa2048);
    return key;
}

std::string published(const pki::PrivateKey& key, const std::string& id)
{
    auto text = pki::jwk_of(key.public_key()).canonical;
    text.pop_back();
    return text + R"(,"use":"sig","kid":")" + id + "\"}";
}

} // namespace

OidcProvider::OidcProvider(const Clock& clock)
    : clock_(clock), rsa_(rsa_key()), ec_(pki::PrivateKey::generate(KeyAlgorithm::Ec256)),
      other_(pki::PrivateKey::generate(KeyAlgorithm::Ec256))
{
}

std::string OidcProvider::authorize(const std::string& url)
{
    const std::string endpoint = std::string(kIssuer) + "/authorize?";
    expect(url.starts_with(endpoint), "another authorization endpoint");
    auto asked = members_of(url.substr(endpoint.size()));
    expect(asked["response_type"] == "code", "response_type");
    expect(asked["client_id"] == kClientId, "client_id");
    expect(asked["redirect_uri"] == kRedirectUri, "redirect_uri");
    expect(asked["scope"] == "openid email profile", "scope");
    expect(asked["code_challenge_method"] == "S256", "code_challenge_method");
    expect(asked["code_challenge"].size() == 43, "code_challenge");
    expect(asked["state"].size() >= 43 && asked["nonce"].size() >= 43, "state or nonce");
    const auto code = "code-" + std::to_string(++codes_);
    grants_[code] = {.challenge = asked["code_challenge"], .nonce = asked["nonce"]};
    return "code=" + code + "&state=" + http::percent_encode(asked["state"]);
}

boost::asio::awaitable<std::expected<OutboundResponse, OutboundError>> OidcProvider::send(OutboundRequest request)
{
    const std::string base(kIssuer);
    const bool discovers = request.method == "GET" && request.url == base + "/.well-known/openid-configuration";
    if (discovers) {
        ++asked_for_discovery;
        boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, delay);
        co_await timer.async_wait(boost::asio::use_awaitable);
    }
    if (!reachable) {
        co_return std::unexpected(OutboundError{.kind = OutboundError::Kind::Unreachable, .detail = "no answer"});
    }
    if (discovers) {
        co_return discovery();
    }
    if (request.method == "GET" && request.url == base + "/keys") {
        co_return keys();
    }
    expect(request.method == "POST" && request.url == base + "/token", request.method + ' ' + request.url);
    co_return token(request);
}

boost::asio::awaitable<std::expected<std::string, OutboundError>>
OidcProvider::ask_name_server(std::string, std::uint16_t, std::string)
{
    throw std::runtime_error("nobody asks a name server here");
    co_return std::string();
}

void OidcProvider::rotate_key()
{
    rsa_ = second_rsa_key();
    ec_ = pki::PrivateKey::generate(KeyAlgorithm::Ec256);
    ++generation_;
}

OutboundResponse OidcProvider::discovery() const
{
    const std::string base(kIssuer);
    return {.status = 200,
            .body = json::Writer()
                        .begin_object()
                        .member("issuer", discovered_issuer)
                        .member("authorization_endpoint", base + "/authorize")
                        .member("token_endpoint", base + "/token")
                        .member("jwks_uri", base + "/keys")
                        .end_object()
                        .take()};
}

OutboundResponse OidcProvider::keys()
{
    ++asked_for_keys;
    const auto id = std::to_string(generation_);
    return {.status = 200,
            .body = R"({"keys":[)" + published(rsa_, "rsa-" + id) + ',' + published(ec_, "ec-" + id) +
                    R"(,{"kty":"oct","k":"AAAA"}]})"};
}

OutboundResponse OidcProvider::token(const OutboundRequest& request)
{
    std::string authorization;
    for (const auto& [name, value] : request.fields) {
        authorization = name == "Authorization" ? value : authorization;
    }
    constexpr std::string_view kBasic = "Basic ";
    expect(authorization.starts_with(kBasic), "the client's credentials");
    // RFC 6749 section 2.3.1: form-encoded, then put together.
    const auto credentials = from_base64(authorization.substr(kBasic.size())).value_or("");
    const auto colon = credentials.find(':');
    auto shown = members_of("id=" + credentials.substr(0, colon) + "&secret=" + credentials.substr(colon + 1));
    expect(shown["id"] == kClientId && shown["secret"] == kClientSecret, "the client's credentials");
    auto asked = members_of(request.body);
    expect(asked["grant_type"] == "authorization_code", "grant_type");
    expect(asked["redirect_uri"] == kRedirectUri, "redirect_uri");
    const auto grant = grants_.find(asked["code"]);
    if (grant == grants_.end() || to_base64url(pki::sha256(asked["code_verifier"])) != grant->second.challenge) {
        return {.status = 400, .body = R"({"error":"invalid_grant"})"};
    }
    const auto text = id_token(grant->second);
    grants_.erase(grant);
    return {.status = 200,
            .body = json::Writer()
                        .begin_object()
                        .member("access_token", "unused")
                        .member("token_type", "Bearer")
                        .member("id_token", text)
                        .end_object()
                        .take()};
}

std::string OidcProvider::id_token(const Grant& grant) const
{
    const auto made_at = to_millis(clock_.now() - age) / 1000;
    const auto claims = R"({"iss":")" + issuer + R"(","sub":")" + subject + R"(","aud":)" + audience + R"(,"iat":)" +
                        std::to_string(made_at) + R"(,"exp":)" + std::to_string(made_at + lifetime.count()) +
                        R"(,"nonce":")" + (nonce.empty() ? grant.nonce : nonce) + '"' + more_claims + '}';
    const bool ec = algorithm != "RS256" || foreign_key;
    const auto header = R"({"alg":")" + (foreign_key ? "ES256" : algorithm) + R"(","kid":")" + (ec ? "ec-" : "rsa-") +
                        std::to_string(generation_) + "\"}";
    const auto signed_text = pki::sign_jws(header, claims, ec ? pki::JwsAlgorithm::Es256 : pki::JwsAlgorithm::Rs256,
                                           foreign_key ? other_ : (ec ? ec_ : rsa_));
    json::Reader jws(signed_text);
    return jws.string("protected") + '.' + jws.string("payload") + '.' + jws.string("signature");
}

} // namespace chancery::test
