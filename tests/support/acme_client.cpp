#include "tests/support/acme_client.hpp"

#include "core/encoding.hpp"
#include "pki/csr.hpp"
#include "pki/names.hpp"
#include "tests/support/run.hpp"

#include <stdexcept>

namespace chancery::test {
namespace {

pki::JwsAlgorithm algorithm_for(const pki::PrivateKey& key)
{
    for (const auto algorithm : {pki::JwsAlgorithm::Es256, pki::JwsAlgorithm::Es384, pki::JwsAlgorithm::Es512,
                                 pki::JwsAlgorithm::EdDsa, pki::JwsAlgorithm::Rs256}) {
        if (pki::algorithm_fits(algorithm, key.type())) {
            return algorithm;
        }
    }
    throw std::logic_error("no JWS algorithm for this key");
}

Name name_of(const std::string& text)
{
    return {pki::normalise_ip(text) ? NameType::Ip : NameType::Dns, text};
}

} // namespace

std::string Reply::problem() const
{
    constexpr std::string_view kPrefix = "urn:ietf:params:acme:error:";
    const auto type = header("Content-Type") == "application/problem+json" ? text("type") : "";
    return type.starts_with(kPrefix) ? type.substr(kPrefix.size()) : "";
}

std::vector<std::string> Reply::links(std::string_view relation) const
{
    std::vector<std::string> urls;
    const auto end = ">;rel=\"" + std::string(relation) + '"';
    for (const auto& [name, value] : fields) {
        if (name == "Link" && value.starts_with('<') && value.ends_with(end)) {
            urls.push_back(value.substr(1, value.size() - end.size() - 1));
        }
    }
    return urls;
}

AcmeClient::AcmeClient(http::Router& router, std::string public_url, std::string slug, KeyAlgorithm algorithm)
    : router_(router), public_url_(std::move(public_url)), slug_(std::move(slug))
{
    set_key(pki::PrivateKey::generate(algorithm));
}

void AcmeClient::set_key(const pki::PrivateKey& key)
{
    key_ = key;
    algorithm_ = algorithm_for(key);
}

Reply AcmeClient::send(std::string method, const std::string& url, std::string body, std::string content_type,
                       std::string host)
{
    http::Request request;
    request.method = std::move(method);
    request.target = url;
    request.body = std::move(body);
    request.peer = "192.0.2.77";
    if (request.target.starts_with(public_url_)) {
        request.target.erase(0, public_url_.size());
    }
    const auto target = http::parse_target(request.target);
    if (!target) {
        throw std::logic_error("not a target: " + request.target);
    }
    request.path = target->path;
    request.query = target->query;
    request.request_id = "request-of-a-test";
    request.fields.set("Host", host.empty() ? "ca.example" : host);
    if (!content_type.empty()) {
        request.fields.set("Content-Type", std::move(content_type));
    }
    if (!accept_.empty()) {
        request.fields.set("Accept", accept_);
    }
    auto response = run(router_.route(request));
    return Reply{.status = response.status, .fields = std::move(response.fields), .body = std::move(response.body)};
}

std::string AcmeClient::fresh_nonce()
{
    return send("HEAD", url("/new-nonce"), {}, {}).header("Replay-Nonce");
}

std::string AcmeClient::header(const std::string& url, const JwsOptions& options)
{
    const auto nonce = options.nonce ? *options.nonce : fresh_nonce();
    const auto target = options.url ? *options.url : url;
    json::Writer out;
    out.begin_object().member("alg", options.algorithm_text ? *options.algorithm_text
                                                            : std::string(pki::jws_algorithm_name(algorithm_)));
    if (!nonce.empty()) {
        out.member("nonce", nonce);
    }
    if (!target.empty()) {
        out.member("url", target);
    }
    if (options.with_jwk) {
        out.raw_member("jwk", jwk().canonical);
    } else {
        out.member("kid", options.kid ? *options.kid : kid_);
    }
    auto text = out.end_object().take();
    return text.insert(text.size() - 1, options.extra);
}

std::string AcmeClient::sign(const std::string& header, const std::string& payload) const
{
    return pki::sign_jws(header, payload, algorithm_, key_);
}

Reply AcmeClient::post(const std::string& url, const std::string& payload, const JwsOptions& options)
{
    return send("POST", url, sign(header(url, options), payload));
}

Reply AcmeClient::register_account(const std::string& payload)
{
    auto reply = post(url("/new-account"), payload, {.with_jwk = true});
    if (reply.status == 200 || reply.status == 201) {
        kid_ = reply.header("Location");
    }
    return reply;
}

Reply AcmeClient::order(const std::vector<std::string>& names, const std::string& more)
{
    json::Writer out;
    out.begin_object().begin_array("identifiers");
    for (const auto& text : names) {
        const auto name = name_of(text);
        out.begin_object().member("type", chancery::name_of(name.type)).member("value", name.value).end_object();
    }
    auto payload = out.end_array().end_object().take();
    return post(url("/new-order"), payload.insert(payload.size() - 1, more));
}

json::Reader AcmeClient::challenge(const std::string& authorization_url, const std::string& type)
{
    const auto reply = post_as_get(authorization_url);
    for (auto& challenge : reply.json().objects("challenges")) {
        if (challenge.string("type") == type) {
            return challenge;
        }
    }
    throw std::runtime_error("there is no " + type + " challenge: " + reply.body);
}

Reply AcmeClient::finalize(const Reply& order, const std::string& csr_der)
{
    return post(order.text("finalize"), R"({"csr":")" + to_base64url(csr_der) + R"("})");
}

Reply AcmeClient::revoke(const std::string& certificate_der, std::optional<int> reason, const JwsOptions& options)
{
    json::Writer out;
    out.begin_object().member("certificate", to_base64url(certificate_der)).member_if("reason", reason).end_object();
    return post(url("/revoke-cert"), out.take(), options);
}

std::string make_csr(const std::vector<std::string>& names, const std::string& common_name, const pki::PrivateKey& key)
{
    std::vector<Name> typed;
    for (const auto& name : names) {
        typed.push_back(name_of(name));
    }
    const auto signer = key ? key : pki::PrivateKey::generate(KeyAlgorithm::Ec256);
    return pki::build_csr(signer, {.common_name = common_name}, typed);
}

} // namespace chancery::test
