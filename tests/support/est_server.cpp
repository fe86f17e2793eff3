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

} // namespace

/// By a certificate of this CA (RFC 7030 section 3.3.2), or by password (section 3.2.3), which is not looked at when
/// there is a certificate.
bool EstServer::is_authenticated(const OutboundRequest& request, const std::string& client_certificate) const
{
    if (!client_certificate.empty()) {
        return pki::is_issued_by(client_certificate, ca.intermediate());
    }
    return field(request, "Authorization") == "Basic " + to_base64(kCredentials);
}

EstServer::Answer EstServer::answer(const OutboundRequest& request, const std::string& client_certificate)
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
    if (!is_authenticated(request, client_certificate)) {
        auto who = response(401, "text/plain", "who are you");
        who.fields.emplace_back("WWW-Authenticate", "Basic realm=\"est\"");
        return who;
    }
    if (operation == "csrattrs") {
        return request.method == "GET" ? response(204) : response(405);
    }
    const bool again = operation == "simplereenroll";
    return again || operation == "simpleenroll" ? enroll(request, client_certificate, again) : response(404);
}

EstServer::Answer EstServer::enroll(const OutboundRequest& request, const std::string& client_certificate, bool again)
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
        const auto old = pki::parse_certificate(client_certificate);
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
