#include "tests/support/est_server.hpp"

#include "core/encoding.hpp"
#include "pki/certificate.hpp"
#include "pki/key.hpp"
#include "pki/pkcs7.hpp"

#include <algorithm>
#include <stdexcept>

namespace chancery::test {

using issuance::providers::OutboundError;
using issuance::providers::OutboundRequest;
using issuance::providers::OutboundResponse;

namespace {

OutboundResponse response(int status, std::string type = "text/plain", std::string body = "")
{
    return {.status = status, .fields = {{"Content-Type", std::move(type)}}, .body = std::move(body)};
}

/// base64 in lines, as servers send it.
OutboundResponse bundle(const std::vector<std::string>& certificates)
{
    auto text = to_base64(pki::build_certs_only_pkcs7(certificates));
    for (std::size_t at = 64; at < text.size(); at += 66) {
        text.insert(at, "\r\n");
    }
    return response(200, "application/pkcs7-mime; smime-type=certs-only", text + "\r\n");
}

std::string field(const OutboundRequest& request, const std::string& name)
{
    const auto found = std::ranges::find(request.fields, name, &std::pair<std::string, std::string>::first);
    return found == request.fields.end() ? "" : found->second;
}

/// By password, or by a certificate whose key the client holds.
bool is_authenticated(const OutboundRequest& request)
{
    if (!request.client_certificate.empty()) {
        const auto certificate = pki::parse_certificate_text(request.client_certificate);
        const auto key = pki::PrivateKey::from_pem(request.client_key.reveal());
        return certificate && key && key->public_key().spki() == certificate->key.spki();
    }
    return field(request, "Authorization") == "Basic " + to_base64("chancery:s3cret pass");
}

} // namespace

boost::asio::awaitable<EstServer::Answer> EstServer::send(OutboundRequest request)
{
    co_return answer(request);
}

boost::asio::awaitable<std::expected<std::string, OutboundError>>
EstServer::ask_name_server(std::string /*host*/, std::uint16_t /*port*/, std::string /*message*/)
{
    co_return std::unexpected(OutboundError{.kind = OutboundError::Kind::Refused, .detail = "not here"});
}

EstServer::Answer EstServer::answer(const OutboundRequest& request)
{
    if (!request.url.starts_with(std::string(kUrl) + '/')) {
        return std::unexpected(OutboundError{.kind = OutboundError::Kind::Refused, .detail = "another host"});
    }
    const auto operation = request.url.substr(kUrl.size() + 1);
    operations.push_back(operation);
    if (unreachable > 0) {
        --unreachable;
        return std::unexpected(
            OutboundError{.kind = OutboundError::Kind::Unreachable, .detail = "est.example.net: no route"});
    }
    if (operation == "cacerts") {
        return request.method == "GET" ? bundle({ca.intermediate(), ca.root()}) : response(405);
    }
    if (!is_authenticated(request)) {
        return response(401, "text/plain", "who are you");
    }
    if (operation == "csrattrs") {
        return response(204);
    }
    const bool again = operation == "simplereenroll";
    return again || operation == "simpleenroll" ? enroll(request, again) : response(404);
}

EstServer::Answer EstServer::enroll(const OutboundRequest& request, bool again)
{
    if (request.method != "POST" || field(request, "Content-Type") != "application/pkcs10" ||
        field(request, "Content-Transfer-Encoding") != "base64") {
        return response(415, "text/plain", "not a PKCS#10 in base64");
    }
    const auto der = from_base64(request.body);
    const auto csr = der ? pki::parse_csr(*der) : refuse(Code::BadCsr, "no base64");
    if (!csr) {
        return response(400, "text/plain", csr.error().detail);
    }
    if (again) {
        const auto old = pki::parse_certificate_text(request.client_certificate);
        if (!old || old->names != csr->names || old->subject != csr->subject ||
            std::ranges::find(issued, old->der) == issued.end()) {
            return response(403, "text/plain", "this renews none of mine");
        }
    }
    if (refusal != 0) {
        return response(refusal, "text/plain", words);
    }
    if (not_yet > 0) {
        --not_yet;
        auto later = response(202);
        later.fields.emplace_back("Retry-After", "30");
        return later;
    }
    issued.push_back(ca.issue(*der, change));
    if (dies_after_issuing) {
        dies_after_issuing = false;
        throw std::runtime_error("the process died");
    }
    return bundle({issued.back()});
}

} // namespace chancery::test
