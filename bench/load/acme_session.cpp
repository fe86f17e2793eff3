#include "bench/load/acme_session.hpp"

#include "core/json.hpp"
#include "pki/jws.hpp"

namespace chancery::bench {
namespace {

constexpr int kNonceAttempts = 5;

[[noreturn]] void refused(const HttpResponse& response)
{
    constexpr std::string_view kPrefix = "urn:ietf:params:acme:error:";
    json::Reader problem(response.body);
    auto kind = problem.optional_string("type").value_or("HTTP " + std::to_string(response.status));
    if (kind.starts_with(kPrefix)) {
        kind.erase(0, kPrefix.size());
    }
    throw Refused(std::move(kind), problem.optional_string("detail").value_or(response.body.substr(0, 200)));
}

} // namespace

AcmeSession::AcmeSession(const TlsClient& tls, const Directory& directory)
    : connection_(tls, directory.host, directory.port), directory_(directory)
{
}

Directory AcmeSession::read_directory(const TlsClient& tls, const std::string& url)
{
    const auto where = parse_url(url);
    HttpsConnection connection(tls, where.host, where.port);
    const auto response = connection.exchange("GET", where.path);
    if (response.status != 200) {
        refused(response);
    }
    json::Reader in(response.body);
    return {.host = where.host,
            .port = where.port,
            .base = url.substr(0, url.size() - where.path.size()),
            .new_nonce = parse_url(in.string("newNonce")).path,
            .new_account = parse_url(in.string("newAccount")).path,
            .new_order = parse_url(in.string("newOrder")).path};
}

std::string AcmeSession::path_of(const std::string& url) const
{
    if (!url.starts_with(directory_.base + '/')) {
        throw Refused("foreign URL", url);
    }
    return url.substr(directory_.base.size());
}

std::string AcmeSession::take_nonce()
{
    if (nonces_.empty()) {
        timed("GET", directory_.new_nonce, {}, Kind::NewNonce);
    }
    if (nonces_.empty()) {
        throw Refused("no nonce", "newNonce gave none");
    }
    auto nonce = std::move(nonces_.back());
    nonces_.pop_back();
    return nonce;
}

HttpResponse AcmeSession::timed(std::string_view method, const std::string& path, std::string_view body, Kind kind)
{
    const auto start = std::chrono::steady_clock::now();
    auto response = connection_.exchange(method, path, body);
    statistics_.add(kind, std::chrono::steady_clock::now() - start);
    if (!response.nonce.empty()) {
        nonces_.push_back(response.nonce);
    }
    return response;
}

HttpResponse AcmeSession::signed_post(const Account& account, const std::string& identity, const std::string& path,
                                      std::string_view payload, Kind kind)
{
    for (int attempt = 1;; ++attempt) {
        // Everything in it is ours or base64url: nothing needs escaping.
        const auto header = R"({"alg":"ES256",)" + identity + R"(,"nonce":")" + take_nonce() + R"(","url":")" +
                            directory_.base + path + "\"}";
        auto response =
            timed("POST", path, pki::sign_jws(header, payload, pki::JwsAlgorithm::Es256, account.key), kind);
        if (response.status < 400) {
            return response;
        }
        if (attempt == kNonceAttempts || response.body.find("error:badNonce") == std::string::npos) {
            refused(response);
        }
        ++statistics_.bad_nonces;
    }
}

HttpResponse AcmeSession::post(const Account& account, const std::string& path, std::string_view payload, Kind kind)
{
    return signed_post(account, R"("kid":")" + account.kid + '"', path, payload, kind);
}

void AcmeSession::register_account(Account& account)
{
    const auto jwk = pki::jwk_of(account.key.public_key());
    account.thumbprint = jwk.thumbprint;
    const auto response = signed_post(account, R"("jwk":)" + jwk.canonical, directory_.new_account,
                                      R"({"termsOfServiceAgreed":true})", Kind::NewAccount);
    account.kid = response.location;
}

} // namespace chancery::bench
