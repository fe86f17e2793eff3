#include "issuance/providers/digicert.hpp"

#include "core/json.hpp"
#include "issuance/providers/answers.hpp"
#include "pki/pem.hpp"

namespace chancery::issuance::providers {
namespace {

namespace asio = boost::asio;
using std::chrono::seconds;

constexpr std::string_view kService = "https://www.digicert.com/services/v2";
constexpr std::string_view kProduct = "ssl_basic";
constexpr seconds kPollDelay{60};
constexpr int kOtherPlatform = -1; // what the certificate is for is none of the listed server products

/// "code: message; code: message", or the body where it is something else.
std::string words_of(const std::string& body)
{
    json::Reader in(body);
    std::string words;
    for (auto& error : in.optional_objects("errors").value_or(std::vector<json::Reader>())) {
        words += (words.empty() ? "" : "; ") + error.optional_string("code").value_or("") + ": " +
                 error.optional_string("message").value_or("");
    }
    return words.empty() ? body : words;
}

std::string order_body(const Wanted& wanted, long long organization_id)
{
    json::Writer out;
    out.begin_object().begin_object("certificate");
    const auto primary =
        wanted.common_name.empty() && !wanted.names.empty() ? wanted.names.front().value : wanted.common_name;
    out.member("common_name", primary).begin_array("dns_names");
    for (const auto& name : wanted.names) {
        if (name.value != primary) {
            out.value(std::string_view(name.value));
        }
    }
    out.end_array()
        .member("csr", pki::to_pem(wanted.csr, "CERTIFICATE REQUEST"))
        .member("signature_hash", "sha256")
        .begin_object("server_platform")
        .member("id", kOtherPlatform)
        .end_object()
        .end_object();
    const auto days = std::chrono::ceil<std::chrono::days>(wanted.valid_to - wanted.valid_from).count();
    out.begin_object("organization").member("id", organization_id).end_object();
    out.begin_object("order_validity").member("days", static_cast<long long>(days)).end_object();
    out.member("comments", "Chancery order " + wanted.reference)
        .member("payment_method", "balance")
        .member("skip_approval", true)
        .member("disable_renewal_notifications", true);
    return out.end_object().take();
}

std::string_view reason_text(RevocationReason reason)
{
    switch (reason) {
        case RevocationReason::KeyCompromise:
            return "key_compromise";
        case RevocationReason::AffiliationChanged:
            return "affiliation_changed";
        case RevocationReason::Superseded:
            return "superseded";
        case RevocationReason::CessationOfOperation:
            return "cessation_of_operation";
        case RevocationReason::Unspecified:
        case RevocationReason::CaCompromise: // not a subscriber's to say
            return "unspecified";
    }
    return "unspecified";
}

} // namespace

Digicert::Digicert(const Clock& clock, Outbound& outbound, const Provider& provider, Secrets secrets)
    : clock_(clock), outbound_(outbound)
{
    json::Reader in(provider.configuration);
    url_ = in.optional_string("url").value_or(std::string(kService));
    product_ = in.optional_string("product").value_or(std::string(kProduct));
    trust_anchors_ = in.optional_string("tls_trust_anchors").value_or("");
    organization_id_ = in.integer("organization_id");
    if (const auto key = secrets.find("api_key"); key != secrets.end()) {
        api_key_ = key->second;
    }
}

asio::awaitable<Digicert::Answer> Digicert::ask(std::string method, std::string path, std::string body)
{
    OutboundRequest request{
        .method = std::move(method),
        .url = url_ + path,
        .fields = {{"X-DC-DEVKEY", std::string(api_key_.reveal())}, {"Content-Type", "application/json"}},
        .body = std::move(body),
        .trust_anchors = trust_anchors_};
    auto response = co_await outbound_.send(std::move(request));
    if (!response) {
        co_return std::unexpected(failure_of(response.error()));
    }
    if (response->status < 200 || response->status > 299) {
        co_return std::unexpected(failure_of(*response, words_of(response->body), clock_.now()));
    }
    co_return std::move(*response);
}

asio::awaitable<CheckResult> Digicert::check()
{
    const auto user = co_await ask("GET", "/user/me");
    if (!user) {
        co_return CheckResult{.detail = user.error().words};
    }
    const auto organization = co_await ask("GET", "/organization/" + std::to_string(organization_id_));
    if (!organization) {
        co_return CheckResult{.detail = organization.error().words};
    }
    json::Reader in(organization->body);
    const auto name = in.optional_string("name").value_or("");
    const auto status = in.optional_string("status").value_or("");
    co_return CheckResult{.succeeded = status == "active",
                          .detail = readable("The key belongs to " +
                                             json::Reader(user->body).optional_string("username").value_or("?") +
                                             "; the organization " + name + " is " + status + ".")};
}

asio::awaitable<Outcome> Digicert::submit(Wanted wanted)
{
    const auto response = co_await ask("POST", "/order/certificate/" + product_, order_body(wanted, organization_id_));
    if (!response) {
        co_return response.error();
    }
    const auto id = json::Reader(response->body).optional_integer("id");
    if (!id) {
        co_return Failed{.words = "DigiCert's answer has no order number."};
    }
    co_return Pending{.handle = std::to_string(*id), .retry_after = seconds(0)};
}

asio::awaitable<Outcome> Digicert::poll(Wanted /*wanted*/, std::string handle)
{
    const auto response = co_await ask("GET", "/order/certificate/" + handle);
    if (!response) {
        co_return response.error();
    }
    json::Reader in(response->body);
    const auto status = in.optional_string("status").value_or("");
    auto certificate = in.optional_object("certificate");
    const auto id = certificate ? certificate->optional_integer("id") : std::nullopt;
    if (status == "issued" && id) {
        co_return co_await download(std::to_string(*id));
    }
    if (status == "rejected" || status == "canceled" || status == "revoked" || status == "expired") {
        co_return Failed{.words = "DigiCert's order " + handle + " is " + status + "."};
    }
    co_return Pending{.handle = handle, .retry_after = kPollDelay};
}

asio::awaitable<Outcome> Digicert::download(std::string certificate_id)
{
    const auto response = co_await ask("GET", "/certificate/" + certificate_id + "/download/format/pem_all");
    if (!response) {
        co_return response.error();
    }
    auto certificates = pki::from_pem(response->body, "CERTIFICATE");
    if (!certificates || certificates->empty()) {
        co_return Failed{.words = "DigiCert's download is no PEM."};
    }
    co_return Issued{.certificates = std::move(*certificates)};
}

asio::awaitable<std::optional<Failed>> Digicert::revoke(RevocationRequest request)
{
    auto body = json::Writer()
                    .begin_object()
                    .member("revocation_reason", reason_text(request.reason))
                    .member("comments", "Revoked by Chancery")
                    .member("skip_approval", true)
                    .end_object()
                    .take();
    const auto response = co_await ask("PUT", "/certificate/" + request.serial_number + "/revoke", std::move(body));
    if (!response && response.error().words.find("already_revoked") == std::string::npos) {
        co_return response.error();
    }
    co_return std::nullopt;
}

} // namespace chancery::issuance::providers
