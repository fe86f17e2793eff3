#include "issuance/providers/acme_ca/session.hpp"

#include "core/json.hpp"
#include "issuance/providers/answers.hpp"
#include "pki/jws.hpp"

#include <utility>

namespace chancery::issuance::providers::acme_ca {
namespace {

namespace asio = boost::asio;

constexpr std::string_view kPrefix = "urn:ietf:params:acme:error:";
constexpr int kNonceTries = 5;

pki::JwsAlgorithm algorithm_of(const pki::PrivateKey& key)
{
    return key.type().family == KeyFamily::Ecdsa ? pki::JwsAlgorithm::Es256 : pki::JwsAlgorithm::Rs256;
}

/// What may pass although its status says otherwise (section 6.7).
bool is_passing(const std::string& type)
{
    return type == "rateLimited" || type == "serverInternal" || type == "badNonce" || type == "orderNotReady";
}

} // namespace

Session::Session(Outbound& outbound, const Clock& clock, std::string trust_anchors, pki::PrivateKey key)
    : outbound_(outbound), clock_(clock), trust_anchors_(std::move(trust_anchors)), key_(std::move(key))
{
}

asio::awaitable<Answer<OutboundResponse>> Session::get(std::string url)
{
    OutboundRequest request{.url = std::move(url), .trust_anchors = trust_anchors_};
    auto response = co_await outbound_.send(std::move(request));
    if (!response) {
        co_return std::unexpected(failure_of(response.error()));
    }
    if (response->status < 200 || response->status > 299) {
        co_return std::unexpected(failure_of(*response, problem_words(response->body), clock_.now()));
    }
    co_return std::move(*response);
}

asio::awaitable<Answer<Directory>> Session::open(std::string directory_url)
{
    const auto response = co_await get(std::move(directory_url));
    if (!response) {
        co_return std::unexpected(response.error());
    }
    json::Reader in(response->body);
    Directory found{.new_nonce = in.string("newNonce"),
                    .new_account = in.string("newAccount"),
                    .new_order = in.string("newOrder"),
                    .revoke_cert = in.optional_string("revokeCert").value_or(""),
                    .renewal_info = in.optional_string("renewalInfo").value_or("")};
    if (auto meta = in.optional_object("meta")) {
        found.terms_of_service = meta->optional_string("termsOfService").value_or("");
        found.external_account_required = meta->optional_boolean("externalAccountRequired").value_or(false);
    }
    if (!in.finish(json::Unknown::Ignore)) {
        co_return std::unexpected(Failed{.words = "There is no ACME directory at the directory URL."});
    }
    directory_ = found;
    co_return found;
}

asio::awaitable<Answer<std::string>> Session::nonce()
{
    if (!nonce_.empty()) {
        co_return std::exchange(nonce_, {});
    }
    const auto response = co_await get(directory_.new_nonce);
    if (!response) {
        co_return std::unexpected(response.error());
    }
    std::string fresh(response->field("Replay-Nonce"));
    if (fresh.empty()) {
        co_return std::unexpected(Failed{.words = "The ACME server gives no nonces.", .transient = true});
    }
    co_return fresh;
}

std::string Session::sign(const std::string& url, const std::string& nonce, const std::string& payload) const
{
    const auto algorithm = algorithm_of(key_);
    json::Writer header;
    header.begin_object().member("alg", pki::jws_algorithm_name(algorithm));
    if (account_url_.empty()) {
        header.raw_member("jwk", pki::jwk_of(key_.public_key()).canonical);
    } else {
        header.member("kid", account_url_);
    }
    header.member("nonce", nonce).member("url", url).end_object();
    return pki::sign_jws(header.take(), payload, algorithm, key_);
}

asio::awaitable<Answer<OutboundResponse>> Session::post(std::string url, std::string payload, std::string accept)
{
    for (int i = 1;; ++i) {
        const auto fresh = co_await nonce();
        if (!fresh) {
            co_return std::unexpected(fresh.error());
        }
        OutboundRequest request{.method = "POST",
                                .url = url,
                                .fields = {{"Content-Type", "application/jose+json"}},
                                .body = sign(url, *fresh, payload),
                                .trust_anchors = trust_anchors_};
        if (!accept.empty()) {
            request.fields.emplace_back("Accept", accept);
        }
        auto response = co_await outbound_.send(std::move(request));
        if (!response) {
            co_return std::unexpected(failure_of(response.error()));
        }
        nonce_ = response->field("Replay-Nonce");
        if (response->status >= 200 && response->status <= 299) {
            co_return std::move(*response);
        }
        const auto type = problem_type(*response);
        if (type == "badNonce" && i < kNonceTries) {
            continue;
        }
        auto failed = failure_of(*response, problem_words(response->body), clock_.now());
        failed.transient = failed.transient || is_passing(type);
        co_return std::unexpected(std::move(failed));
    }
}

std::string problem_type(const OutboundResponse& response)
{
    const auto type = json::Reader(response.body).optional_string("type").value_or("");
    return type.starts_with(kPrefix) ? type.substr(kPrefix.size()) : std::string();
}

std::string problem_words(const std::string& problem)
{
    json::Reader in(problem);
    if (!in.parsed()) {
        return problem;
    }
    auto words = in.optional_string("type").value_or("");
    if (words.starts_with(kPrefix)) {
        words.erase(0, kPrefix.size());
    }
    words += (words.empty() ? "" : ": ") + in.optional_string("detail").value_or("");
    for (auto& one : in.optional_objects("subproblems").value_or(std::vector<json::Reader>())) {
        auto identifier = one.optional_object("identifier");
        words += "; " + (identifier ? identifier->optional_string("value").value_or("") + ": " : std::string()) +
                 one.optional_string("detail").value_or("");
    }
    return words;
}

} // namespace chancery::issuance::providers::acme_ca
