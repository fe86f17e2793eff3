#include "tests/support/digicert_server.hpp"

#include "core/json.hpp"
#include "pki/certificate.hpp"
#include "pki/pem.hpp"

#include <algorithm>

namespace chancery::test {

using issuance::providers::OutboundError;
using issuance::providers::OutboundRequest;
using issuance::providers::OutboundResponse;

namespace {

OutboundResponse json_answer(int status, std::string body)
{
    return {.status = status, .fields = {{"Content-Type", "application/json"}}, .body = std::move(body)};
}

OutboundResponse error(int status, const std::string& code, const std::string& message)
{
    json::Writer out;
    out.begin_object().begin_array("errors").begin_object().member("code", code).member("message", message);
    return json_answer(status, out.end_object().end_array().end_object().take());
}

} // namespace

DigicertServer::Answer DigicertServer::answer(const OutboundRequest& request, const std::string& /*client_certificate*/)
{
    if (!request.url.starts_with(std::string(kUrl) + '/')) {
        return std::unexpected(OutboundError{.kind = OutboundError::Kind::Refused, .detail = "another host"});
    }
    const auto path = request.url.substr(kUrl.size());
    asked.push_back(request.method + ' ' + path);
    if (limited > 0) {
        --limited;
        return error(429, "request_limit_exceeded", "Service unavailable, please limit request volume");
    }
    if (field(request, "X-DC-DEVKEY") != kKey) {
        return error(401, "invalid_auth", "The API key is not valid");
    }
    if (request.method == "GET" && !request.body.empty()) {
        return error(400, "bad_request_format", "A GET has no body");
    }
    if (field(request, "Content-Type") != "application/json") {
        return error(406, "unsupported_format", "Content-Type must be application/json");
    }
    if (request.method == "GET" && path == "/user/me") {
        return json_answer(200, R"({"id":1,"username":"pki","status":"active"})");
    }
    if (request.method == "GET" && path == "/organization/4711") {
        return json_answer(200, R"({"id":4711,"name":"Example","status":")" + organization + R"("})");
    }
    if (request.method == "POST" && path == "/order/certificate/ssl_basic") {
        return order(request);
    }
    constexpr std::string_view kOrder = "/order/certificate/";
    if (request.method == "GET" && path.starts_with(kOrder) && csrs_.contains(path.substr(kOrder.size()))) {
        const auto id = path.substr(kOrder.size());
        const std::string certificate = status == "issued" ? R"("certificate":{"id":9)" + id + "}," : "";
        return json_answer(200, R"({"id":)" + id + "," + certificate + R"("status":")" + status + R"("})");
    }
    if (request.method == "GET" && path.starts_with("/certificate/9") && path.ends_with("/download/format/pem_all")) {
        const auto id = path.substr(14, path.find('/', 14) - 14);
        const auto leaf = ca.issue(csrs_.at(id), [this](pki::CertificatePlan& plan) {
            plan.valid_to = plan.valid_from + std::chrono::hours(24 * days) - std::chrono::seconds(1);
        });
        serial_ = pki::parse_certificate(leaf)->serial_number;
        return OutboundResponse{.status = 200,
                                .fields = {{"Content-Type", "application/x-pem-file"}},
                                .body = ca.bundle_pem(leaf) + ca.anchors_pem()};
    }
    constexpr std::string_view kCertificate = "/certificate/";
    if (request.method == "PUT" && path.starts_with(kCertificate) && path.ends_with("/revoke")) {
        return revoke(path.substr(kCertificate.size(), path.size() - kCertificate.size() - 7), request.body);
    }
    return error(404, "not_found|route", "The specified route was not found");
}

DigicertServer::Answer DigicertServer::order(const OutboundRequest& request)
{
    json::Reader in(request.body);
    auto certificate = in.object("certificate");
    const auto common_name = certificate.string("common_name");
    const auto names = certificate.strings("dns_names");
    const auto pem = certificate.string("csr");
    const auto hash = certificate.string("signature_hash");
    auto platform = certificate.object("server_platform");
    platform.integer("id");
    auto organization_object = in.object("organization");
    const auto id = organization_object.integer("id");
    auto validity = in.object("order_validity");
    days = validity.integer("days");
    in.optional_string("comments");
    const auto payment = in.string("payment_method");
    in.optional_boolean("skip_approval");
    in.optional_boolean("disable_renewal_notifications");
    if (const auto fine = in.finish(); !fine) {
        return error(400, "bad_request_format",
                     fine.error().errors.empty() ? "?" : fine.error().errors.front().pointer);
    }
    const auto der = pki::from_pem(pem, "CERTIFICATE REQUEST");
    const auto csr = der && der->size() == 1 ? pki::parse_csr(der->front()) : refuse(Code::BadCsr, "no PEM");
    if (!csr) {
        return error(400, "invalid_csr", csr.error().detail);
    }
    if (id != 4711 || hash != "sha256" || payment != "balance") {
        return error(400, "invalid_organization", "The organization is not yours");
    }
    // Names come from the request, not from the CSR; a CSR that lacks them would hide a mistake.
    std::vector<std::string> all = names;
    all.push_back(common_name);
    for (const auto& name : csr->names) {
        if (std::ranges::find(all, name.value) == all.end()) {
            return error(400, "invalid_dns_names", name.value + " is in the CSR only");
        }
    }
    const auto number = std::to_string(1000 + csrs_.size());
    csrs_.emplace(number, csr->der);
    return json_answer(201, R"({"id":)" + number + R"(,"requests":[{"id":5,"status":"approved"}]})");
}

DigicertServer::Answer DigicertServer::revoke(const std::string& serial, const std::string& body)
{
    json::Reader in(body);
    const auto reason = in.optional_string("revocation_reason").value_or("");
    in.optional_string("comments");
    const bool skip = in.optional_boolean("skip_approval").value_or(false);
    if (!in.finish()) {
        return error(400, "bad_request_format", "unknown members");
    }
    if (serial != serial_) {
        return error(404, "not_found|certificate", "The specified certificate was not found");
    }
    if (!skip) {
        return json_answer(201, R"({"id":1,"type":"revoke","status":"pending"})");
    }
    revoked.push_back(reason);
    return OutboundResponse{.status = 204};
}

} // namespace chancery::test
