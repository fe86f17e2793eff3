#include "server/app/demo/acme_client.hpp"

#include "core/encoding.hpp"
#include "core/id.hpp"
#include "core/json.hpp"
#include "pki/csr.hpp"

#include <stdexcept>

namespace chancery::app::demo {
namespace {

std::string last_segment(const std::string& url)
{
    return url.substr(url.rfind('/') + 1);
}

std::string order_payload(const AcmeWish& wish)
{
    json::Writer out;
    out.begin_object().begin_array("identifiers");
    for (const auto& name : wish.names) {
        out.begin_object().member("type", "dns").member("value", name).end_object();
    }
    out.end_array();
    if (!wish.profile.empty()) {
        out.member("profile", wish.profile);
    }
    if (!wish.replaces.empty()) {
        out.member("replaces", wish.replaces);
    }
    return out.end_object().take();
}

std::string csr_payload(const AcmeWish& wish)
{
    std::vector<Name> names;
    for (const auto& name : wish.names) {
        names.push_back({NameType::Dns, name});
    }
    const auto csr = pki::build_csr(wish.key, {.common_name = wish.names.front()}, names);
    return json::Writer().begin_object().member("csr", to_base64url(csr)).end_object().take();
}

} // namespace

AcmeClient::AcmeClient(Stage& stage, std::string slug)
    : stage_(stage), slug_(std::move(slug)), key_(pki::PrivateKey::generate(KeyAlgorithm::Ec256))
{
}

std::string AcmeClient::url(std::string_view path) const
{
    return stage_.services.config.public_url() + "/acme/" + slug_ + std::string(path);
}

http::Response AcmeClient::send(std::string method, const std::string& url, std::string body)
{
    http::Request request;
    request.method = std::move(method);
    request.target = url.substr(stage_.services.config.public_url().size());
    request.path = request.target;
    request.body = std::move(body);
    request.peer = "10.30.0." + std::to_string(std::hash<std::string>()(slug_ + kid_) % 250 + 1);
    request.request_id = new_id(stage_.clock.now());
    request.fields.set("Content-Type", "application/jose+json");
    return stage_.run(stage_.router.route(request));
}

http::Response AcmeClient::post(const std::string& url, const std::string& payload)
{
    const auto nonce = send("HEAD", this->url("/new-nonce"), {});
    json::Writer header;
    header.begin_object().member("alg", pki::jws_algorithm_name(pki::JwsAlgorithm::Es256));
    header.member("nonce", nonce.fields.find("Replay-Nonce").value_or("")).member("url", url);
    if (kid_.empty()) {
        header.raw_member("jwk", pki::jwk_of(key_.public_key()).canonical);
    } else {
        header.member("kid", kid_);
    }
    return send("POST", url, pki::sign_jws(header.end_object().take(), payload, pki::JwsAlgorithm::Es256, key_));
}

std::string AcmeClient::register_account(const std::string& contact)
{
    json::Writer out;
    out.begin_object().member("termsOfServiceAgreed", true).begin_array("contact");
    out.value("mailto:" + contact).end_array().end_object();
    const auto answer = post(url("/new-account"), out.take());
    if (answer.status != 201) {
        throw std::runtime_error("an ACME account was refused: " + answer.body);
    }
    kid_ = answer.fields.find("Location").value_or("");
    return last_segment(kid_);
}

std::optional<std::string> AcmeClient::obtain(const AcmeWish& wish)
{
    const auto order = post(url("/new-order"), order_payload(wish));
    if (order.status != 201) {
        return std::nullopt;
    }
    const auto answer = post(json::Reader(order.body).string("finalize"), csr_payload(wish));
    const auto certificate = json::Reader(answer.body).optional_string("certificate");
    return certificate ? std::optional(last_segment(*certificate)) : std::nullopt;
}

bool AcmeClient::revoke(const std::string& certificate_der, RevocationReason reason)
{
    const auto payload = json::Writer()
                             .begin_object()
                             .member("certificate", to_base64url(certificate_der))
                             .member("reason", crl_reason_code(reason))
                             .end_object()
                             .take();
    return post(url("/revoke-cert"), payload).status == 200;
}

} // namespace chancery::app::demo
