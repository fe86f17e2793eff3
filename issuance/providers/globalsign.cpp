#include "issuance/providers/globalsign.hpp"

#include "core/json.hpp"
#include "issuance/providers/answers.hpp"
#include "pki/csr.hpp"
#include "pki/pem.hpp"

namespace chancery::issuance::providers {
namespace {

namespace asio = boost::asio;
using std::chrono::seconds;

constexpr std::string_view kRegion = "emea";
constexpr seconds kPollDelay{5};

/// The description of a problem document, or the body where it is something else.
std::string words_of(const std::string& body)
{
    json::Reader in(body);
    auto words = in.optional_string("description").value_or(in.optional_string("title").value_or(""));
    if (auto errors = in.optional_object("errors")) {
        for (const auto& name : errors->member_names()) {
            words += "; " + name + ": " + errors->optional_string(name).value_or("");
        }
    }
    return words.empty() ? body : words;
}

void write_names(json::Writer& out, std::string_view member, const std::vector<Name>& names, NameType type)
{
    std::vector<std::string> values;
    for (const auto& name : names) {
        if (name.type == type) {
            values.push_back(name.value);
        }
    }
    if (!values.empty()) {
        out.member(member, values);
    }
}

/// The account's policy says whether it wants a CSR or the bare key.
std::string public_key_of(const Wanted& wanted, const std::string& policy)
{
    auto key = json::Reader(policy).optional_object("public_key");
    const auto format = key ? key->optional_string("key_format").value_or("") : "";
    return format == "PKCS10" ? pki::to_pem(wanted.csr, "CERTIFICATE REQUEST")
                              : pki::to_pem(pki::parse_csr(wanted.csr).value().key.spki(), "PUBLIC KEY");
}

std::string order_body(const Wanted& wanted, const std::string& policy)
{
    json::Writer out;
    out.begin_object()
        .begin_object("validity")
        .member("not_before", to_millis(wanted.valid_from) / 1000)
        .member("not_after", to_millis(wanted.valid_to) / 1000)
        .end_object();
    if (!wanted.common_name.empty()) {
        out.begin_object("subject_dn").member("common_name", wanted.common_name).end_object();
    }
    out.begin_object("san");
    write_names(out, "dns_names", wanted.names, NameType::Dns);
    write_names(out, "ip_addresses", wanted.names, NameType::Ip);
    write_names(out, "emails", wanted.names, NameType::Email);
    write_names(out, "uris", wanted.names, NameType::Uri);
    return out.end_object().member("public_key", public_key_of(wanted, policy)).end_object().take();
}

/// The last segment of the Location: the certificate's serial number.
std::string serial_in(const OutboundResponse& response)
{
    const auto location = response.field("Location");
    return std::string(location.substr(location.rfind('/') + 1));
}

bool is_serial(std::string_view text)
{
    return !text.empty() && text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

} // namespace

Globalsign::Globalsign(const Clock& clock, Outbound& outbound, const Provider& provider, Secrets secrets)
    : clock_(clock), outbound_(outbound), secrets_(std::move(secrets))
{
    json::Reader in(provider.configuration);
    const auto region = in.optional_string("region").value_or(std::string(kRegion));
    url_ = in.optional_string("url").value_or("https://" + region + ".api.hvca.globalsign.com:8443/v2");
    trust_anchors_ = in.optional_string("tls_trust_anchors").value_or("");
    client_certificate_ = in.string("mtls_cert");
}

asio::awaitable<Globalsign::Answer> Globalsign::send(std::string method, std::string path, std::string body,
                                                     bool with_token)
{
    OutboundRequest request{.method = std::move(method),
                            .url = url_ + path,
                            .body = std::move(body),
                            .trust_anchors = trust_anchors_,
                            .client_certificate = client_certificate_};
    if (const auto key = secrets_.find("mtls_key"); key != secrets_.end()) {
        request.client_key = key->second;
    }
    if (!request.body.empty()) {
        request.fields.emplace_back("Content-Type", "application/json;charset=utf-8");
    }
    if (with_token) {
        request.fields.emplace_back("Authorization", "Bearer " + std::string(token_.reveal()));
    }
    auto response = co_await outbound_.send(std::move(request));
    if (!response) {
        co_return std::unexpected(failure_of(response.error()));
    }
    co_return std::move(*response);
}

asio::awaitable<std::optional<Failed>> Globalsign::log_in()
{
    const auto secret = [&](std::string_view name) {
        const auto found = secrets_.find(name);
        return found == secrets_.end() ? std::string() : std::string(found->second.reveal());
    };
    auto body = json::Writer()
                    .begin_object()
                    .member("api_key", secret("api_key"))
                    .member("api_secret", secret("api_secret"))
                    .end_object()
                    .take();
    const auto response = co_await send("POST", "/login", std::move(body), false);
    if (!response) {
        co_return response.error();
    }
    auto token = json::Reader(response->body).optional_string("access_token").value_or("");
    if (response->status != 200 || token.empty()) {
        co_return failure_of(*response, response->status == 200 ? "no access token" : words_of(response->body),
                             clock_.now());
    }
    token_ = Secret(std::move(token));
    co_return std::nullopt;
}

asio::awaitable<Globalsign::Answer> Globalsign::ask(std::string method, std::string path, std::string body)
{
    constexpr int kUnauthorized = 401;
    for (int i = 0;; ++i) {
        if (token_.empty()) {
            if (auto failed = co_await log_in()) {
                co_return std::unexpected(std::move(*failed));
            }
        }
        auto response = co_await send(method, path, body, true);
        if (!response) {
            co_return response;
        }
        if (response->status == kUnauthorized && i == 0) {
            token_ = Secret();
            continue;
        }
        if (response->status < 200 || response->status > 299) {
            co_return std::unexpected(failure_of(*response, words_of(response->body), clock_.now()));
        }
        co_return response;
    }
}

asio::awaitable<std::expected<std::vector<std::string>, Failed>> Globalsign::trust_chain()
{
    const auto response = co_await ask("GET", "/trustchain");
    if (!response) {
        co_return std::unexpected(response.error());
    }
    std::vector<std::string> chain;
    json::Reader in(R"({"chain":)" + response->body + "}");
    for (const auto& pem : in.optional_strings("chain").value_or(std::vector<std::string>())) {
        for (auto& der : pki::from_pem(pem, "CERTIFICATE").value_or(std::vector<std::string>())) {
            chain.push_back(std::move(der));
        }
    }
    co_return chain;
}

asio::awaitable<CheckResult> Globalsign::check()
{
    const auto policy = co_await ask("GET", "/validationpolicy");
    if (!policy) {
        co_return CheckResult{.detail = policy.error().words};
    }
    auto chain = co_await trust_chain();
    if (!chain) {
        co_return CheckResult{.detail = chain.error().words};
    }
    co_return CheckResult{.succeeded = true,
                          .detail = "The login succeeded and the account has a validation policy.",
                          .chain = std::move(*chain)};
}

asio::awaitable<Outcome> Globalsign::submit(Wanted wanted)
{
    const auto policy = co_await ask("GET", "/validationpolicy");
    if (!policy) {
        co_return policy.error();
    }
    const auto response = co_await ask("POST", "/certificates", order_body(wanted, policy->body));
    if (!response) {
        co_return response.error();
    }
    auto serial = serial_in(*response);
    if (!is_serial(serial)) {
        co_return Failed{.words = "GlobalSign's answer does not say where the certificate will be."};
    }
    co_return Pending{.handle = std::move(serial), .retry_after = kPollDelay};
}

asio::awaitable<Outcome> Globalsign::poll(Wanted /*wanted*/, std::string handle)
{
    constexpr int kNotYet = 202;
    const auto response = co_await ask("GET", "/certificates/" + handle);
    if (!response) {
        co_return response.error();
    }
    json::Reader in(response->body);
    const auto status = in.optional_string("status").value_or("");
    if (response->status == kNotYet || status.empty()) {
        co_return Pending{.handle = handle, .retry_after = retry_after(*response, clock_.now()).value_or(kPollDelay)};
    }
    auto certificates = pki::from_pem(in.optional_string("certificate").value_or(""), "CERTIFICATE");
    if (status != "ISSUED" || !certificates || certificates->empty()) {
        co_return Failed{.words = readable("GlobalSign's certificate " + handle + " is " + status + ".")};
    }
    auto chain = co_await trust_chain();
    if (!chain) {
        co_return chain.error();
    }
    certificates->insert(certificates->end(), chain->begin(), chain->end());
    co_return Issued{.certificates = std::move(*certificates)};
}

asio::awaitable<std::optional<Failed>> Globalsign::revoke(RevocationRequest request)
{
    auto body = json::Writer()
                    .begin_object()
                    .member("revocation_reason", name_of(request.reason))
                    .member("revocation_time", to_millis(clock_.now()) / 1000)
                    .end_object()
                    .take();
    const auto handle = request.handle.empty() ? request.serial_number : request.handle;
    const auto response = co_await ask("PATCH", "/certificates/" + handle, std::move(body));
    if (!response && response.error().words.find("already been revoked") == std::string::npos) {
        co_return response.error();
    }
    co_return std::nullopt;
}

} // namespace chancery::issuance::providers
