#include "issuance/providers/est.hpp"

#include "core/encoding.hpp"
#include "core/json.hpp"
#include "core/text.hpp"
#include "issuance/providers/answers.hpp"
#include "pki/certificate.hpp"
#include "pki/csr.hpp"
#include "pki/pkcs7.hpp"

#include <algorithm>

namespace chancery::issuance::providers {
namespace {

namespace asio = boost::asio;

constexpr std::string_view kSameRequest = "repeat"; // there is no handle in EST
constexpr std::chrono::seconds kUnsaidDelay{60};

std::string without_slash(std::string url)
{
    while (url.ends_with('/')) {
        url.pop_back();
    }
    return url;
}

/// base64 as RFC 7030 section 4 and RFC 8951 section 2 have it: white space anywhere, with or without a
/// Content-Transfer-Encoding that says so.
std::optional<std::string> decode(std::string_view body)
{
    std::string text;
    std::ranges::copy_if(body, std::back_inserter(text),
                         [](char c) { return c != ' ' && c != '\t' && c != '\r' && c != '\n'; });
    return from_base64(text);
}

std::expected<std::vector<std::string>, Failed> read_bundle(const OutboundResponse& response)
{
    const auto der = decode(response.body);
    auto certificates = der ? pki::read_certs_only_pkcs7(*der) : std::nullopt;
    if (!certificates || certificates->empty()) {
        return std::unexpected(Failed{.words = "The EST server's answer is no certs-only PKCS#7 with certificates."});
    }
    return std::move(*certificates);
}

/// Whether the CSR asks for what the certificate says, which is what a re-enrollment is for (RFC 7030 section 4.2.2).
bool asks_for_the_same(const Wanted& wanted)
{
    const auto old = pki::parse_certificate_text(wanted.renewed_certificate);
    const auto csr = pki::parse_csr(wanted.csr);
    return old && csr && old->subject == csr->subject && old->names == csr->names;
}

} // namespace

EstUpstream::EstUpstream(const Clock& clock, Outbound& outbound, const Provider& provider, Secrets secrets)
    : clock_(clock), outbound_(outbound), secrets_(std::move(secrets))
{
    json::Reader in(provider.configuration);
    url_ = without_slash(in.string("url"));
    username_ = in.optional_string("username").value_or("");
    trust_anchors_ = in.optional_string("tls_trust_anchors").value_or("");
    client_certificate_ = in.optional_string("client_certificate").value_or("");
}

OutboundRequest EstUpstream::request_to(const std::string& operation) const
{
    OutboundRequest request{.url = url_ + '/' + operation, .trust_anchors = trust_anchors_};
    if (const auto password = secrets_.find("password"); password != secrets_.end()) {
        const auto pair = username_ + ':' + std::string(password->second.reveal());
        request.fields.emplace_back("Authorization", "Basic " + to_base64(pair)); // RFC 7617
    }
    if (const auto key = secrets_.find("client_key"); key != secrets_.end()) {
        request.client_certificate = client_certificate_;
        request.client_key = key->second;
    }
    return request;
}

asio::awaitable<EstUpstream::CaCertificates> EstUpstream::ca_certificates()
{
    auto request = request_to("cacerts");
    const auto response = co_await outbound_.send(std::move(request));
    if (!response) {
        co_return std::unexpected(failure_of(response.error()));
    }
    if (response->status != 200) {
        co_return std::unexpected(failure_of(*response, response->body, clock_.now()));
    }
    co_return read_bundle(*response);
}

asio::awaitable<CheckResult> EstUpstream::check()
{
    auto certificates = co_await ca_certificates();
    if (!certificates) {
        co_return CheckResult{.detail = certificates.error().words};
    }
    // Whoever may ask for the CSR attributes may enroll (section 4.5); 204 and 404 say that there are none.
    auto request = request_to("csrattrs");
    const auto response = co_await outbound_.send(std::move(request));
    if (!response) {
        co_return CheckResult{.detail = response.error().detail};
    }
    const bool known =
        response->status == 200 || response->status == 204 || response->status == 404 || response->status == 501;
    CheckResult result{.succeeded = known, .chain = std::move(*certificates)};
    result.detail = known ? "The EST server answers and accepts the credentials."
                          : failure_of(*response, response->body, clock_.now()).words;
    co_return result;
}

asio::awaitable<Outcome> EstUpstream::enroll(Wanted wanted)
{
    const bool again = !wanted.renewed_certificate.empty() && asks_for_the_same(wanted) &&
                       (!wanted.renewed_key.empty() || secrets_.contains("client_key"));
    auto request = request_to(again ? "simplereenroll" : "simpleenroll");
    request.method = "POST";
    request.fields.emplace_back("Content-Type", "application/pkcs10");
    request.fields.emplace_back("Content-Transfer-Encoding", "base64");
    request.body = to_base64(wanted.csr);
    if (again && !wanted.renewed_key.empty()) {
        // Who renews shows the certificate that is renewed (section 3.3.2).
        request.client_certificate = wanted.renewed_certificate;
        request.client_key = wanted.renewed_key;
    }
    // Asked first: an enrollment whose answer is lost for want of a chain would have to be repeated.
    auto above = co_await ca_certificates();
    if (!above) {
        co_return above.error();
    }
    const auto response = co_await outbound_.send(std::move(request));
    if (!response) {
        co_return failure_of(response.error());
    }
    if (response->status == 202) {
        co_return Pending{.handle = std::string(kSameRequest),
                          .retry_after = retry_after(*response, clock_.now()).value_or(kUnsaidDelay)};
    }
    if (response->status != 200) {
        co_return failure_of(*response, response->body, clock_.now());
    }
    auto issued = read_bundle(*response);
    if (!issued) {
        co_return issued.error();
    }
    issued->insert(issued->end(), above->begin(), above->end());
    co_return Issued{.certificates = std::move(*issued)};
}

asio::awaitable<Outcome> EstUpstream::submit(Wanted wanted)
{
    co_return co_await enroll(std::move(wanted));
}

asio::awaitable<Outcome> EstUpstream::poll(Wanted wanted, std::string /*handle*/)
{
    co_return co_await enroll(std::move(wanted));
}

asio::awaitable<std::optional<Failed>> EstUpstream::revoke(RevocationRequest /*request*/)
{
    co_return Failed{.words = "EST has no revocation: tell the CA by its own means."};
}

} // namespace chancery::issuance::providers
