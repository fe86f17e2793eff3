#include "tests/support/globalsign_server.hpp"

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
    return {.status = status, .fields = {{"Content-Type", "application/json;charset=utf-8"}}, .body = std::move(body)};
}

OutboundResponse problem(int status, const std::string& description)
{
    auto body = json::Writer()
                    .begin_object()
                    .member("title", "Problem")
                    .member("status", status)
                    .member("description", description)
                    .end_object()
                    .take();
    return {.status = status, .fields = {{"Content-Type", "application/problem+json"}}, .body = std::move(body)};
}

std::vector<Name> read_names(json::Reader& san)
{
    std::vector<Name> names;
    const std::pair<const char*, NameType> kinds[] = {{"dns_names", NameType::Dns},
                                                      {"ip_addresses", NameType::Ip},
                                                      {"emails", NameType::Email},
                                                      {"uris", NameType::Uri}};
    for (const auto& [member, type] : kinds) {
        for (auto& value : san.optional_strings(member).value_or(std::vector<std::string>())) {
            names.push_back({type, std::move(value)});
        }
    }
    return names;
}

} // namespace

GlobalsignServer::Answer GlobalsignServer::answer(const OutboundRequest& request, const std::string& client_certificate)
{
    if (!request.url.starts_with(std::string(kUrl) + '/')) {
        return std::unexpected(OutboundError{.kind = OutboundError::Kind::Refused, .detail = "another host"});
    }
    const auto path = request.url.substr(kUrl.size());
    asked.push_back(request.method + ' ' + path);
    if (client_certificate.empty() || !pki::is_issued_by(client_certificate, ca.intermediate())) {
        return std::unexpected(OutboundError{.kind = OutboundError::Kind::Unreachable,
                                             .detail = "the TLS handshake failed: certificate required"});
    }
    if (!request.body.empty() && field(request, "Content-Type") != "application/json;charset=utf-8") {
        return problem(415, "the body is not application/json;charset=utf-8");
    }
    if (request.method == "POST" && path == "/login") {
        return log_in(request.body);
    }
    if (left_ <= 0 || field(request, "Authorization") != "Bearer token-" + std::to_string(logins)) {
        return problem(401, "unauthorized");
    }
    --left_;
    if (request.method == "GET" && path == "/validationpolicy") {
        return json_answer(200, R"({"public_key":{"key_type":"RSA","key_format":")" + key_format + R"("}})");
    }
    if (request.method == "GET" && path == "/trustchain") {
        json::Writer out;
        out.begin_array().value(std::string_view(pki::to_pem(ca.intermediate(), "CERTIFICATE")));
        return json_answer(200, out.value(std::string_view(ca.anchors_pem())).end_array().take());
    }
    if (request.method == "POST" && path == "/certificates") {
        return order(request.body);
    }
    constexpr std::string_view kCertificates = "/certificates/";
    const auto found =
        path.starts_with(kCertificates) ? certificates_.find(path.substr(kCertificates.size())) : certificates_.end();
    if (found == certificates_.end()) {
        return problem(404, "not found");
    }
    if (request.method == "PATCH") {
        return revoke(found->first, request.body);
    }
    if (request.method != "GET") {
        return problem(405, "method not allowed");
    }
    if (not_yet > 0) {
        --not_yet;
        return json_answer(202, "{}");
    }
    json::Writer out;
    out.begin_object().member("certificate", found->second).member("status", "ISSUED").member("updated_at", 1LL);
    return json_answer(200, out.end_object().take());
}

GlobalsignServer::Answer GlobalsignServer::log_in(const std::string& body)
{
    json::Reader in(body);
    const bool known = in.string("api_key") == kApiKey && in.string("api_secret") == kApiSecret;
    if (!in.finish() || !known) {
        return problem(401, "the credentials are invalid");
    }
    ++logins;
    left_ = token_uses;
    return json_answer(200, R"({"access_token":"token-)" + std::to_string(logins) + R"("})");
}

GlobalsignServer::Answer GlobalsignServer::order(const std::string& body)
{
    json::Reader in(body);
    auto validity = in.object("validity");
    const auto from = from_millis(validity.integer("not_before") * 1000);
    const auto to = from_millis(validity.integer("not_after") * 1000);
    std::string common_name;
    if (auto subject = in.optional_object("subject_dn")) {
        common_name = subject->optional_string("common_name").value_or("");
    }
    auto san = in.object("san");
    const auto names = read_names(san);
    const auto pem = in.string("public_key");
    if (!in.finish()) {
        return problem(422, "unknown or missing members");
    }
    if (!refusal.empty()) {
        return problem(422, refusal);
    }
    const auto der = pki::from_pem(pem, key_format == "PKCS10" ? "CERTIFICATE REQUEST" : "PUBLIC KEY");
    if (!der || der->size() != 1) {
        return problem(422, "the public key is not in the format of the policy");
    }
    pki::PublicKey key;
    if (key_format == "PKCS10") {
        key = pki::parse_csr(der->front()).value().key;
    } else {
        key = pki::PublicKey::from_spki(der->front()).value();
    }
    const auto dummy = pki::PrivateKey::generate(KeyAlgorithm::Ec256);
    const auto leaf =
        ca.issue(pki::build_csr(dummy, {.common_name = common_name}, names), [&](pki::CertificatePlan& plan) {
            plan.key = key;
            plan.valid_from = from;
            plan.valid_to = to;
        });
    const auto serial = pki::parse_certificate(leaf)->serial_number;
    certificates_.emplace(serial, pki::to_pem(leaf, "CERTIFICATE"));
    auto made = json_answer(201, "{}");
    made.fields.emplace_back("Location", std::string(kUrl) + "/certificates/" + serial);
    return made;
}

GlobalsignServer::Answer GlobalsignServer::revoke(const std::string& /*serial*/, const std::string& body)
{
    json::Reader in(body);
    const auto reason = in.string("revocation_reason");
    in.integer("revocation_time");
    if (!in.finish()) {
        return problem(422, "unknown or missing members");
    }
    revoked.push_back(reason);
    return OutboundResponse{.status = 204};
}

} // namespace chancery::test
