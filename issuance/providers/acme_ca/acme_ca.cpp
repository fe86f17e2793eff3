#include "issuance/providers/acme_ca/acme_ca.hpp"

#include "core/encoding.hpp"
#include "core/json.hpp"
#include "db/repositories/upstream_repository.hpp"
#include "issuance/providers/acme_ca/account.hpp"
#include "issuance/providers/acme_ca/messages.hpp"
#include "issuance/providers/answers.hpp"
#include "pki/digest.hpp"
#include "pki/jws.hpp"
#include "pki/pem.hpp"

#include <algorithm>

namespace chancery::issuance::providers {
namespace {

namespace asio = boost::asio;
using acme_ca::kSoon;
using acme_ca::open_session;
using std::chrono::seconds;

} // namespace

AcmeCa::AcmeCa(Core& core, Provider provider, Secrets secrets)
    : core_(core), provider_(std::move(provider)), secrets_(std::move(secrets)),
      solver_(acme_ca::make_solver(core, provider_, secrets_))
{
}

asio::awaitable<CheckResult> AcmeCa::check()
{
    const auto session = co_await open_session(core_, provider_, secrets_);
    if (!session) {
        co_return CheckResult{.detail = session.error().words};
    }
    // The account itself, asked for with its key (RFC 8555 section 7.3.1): the CA may have ended it since.
    (*session)->use_account("");
    const auto account =
        co_await (*session)->post((*session)->directory().new_account, R"({"onlyReturnExisting":true})");
    if (!account) {
        co_return CheckResult{.detail = account.error().words};
    }
    const auto status = json::Reader(account->body).optional_string("status").value_or("");
    co_return CheckResult{.succeeded = status == "valid",
                          .detail = "The directory answers, and the account there is " + status + "."};
}

asio::awaitable<Outcome> AcmeCa::submit(Wanted wanted)
{
    const auto session = co_await open_session(core_, provider_, secrets_);
    if (!session) {
        co_return session.error();
    }
    auto& acme = **session;
    // A CA that knows renewals by ARI exempts them from its limits (RFC 9773 section 5).
    std::string replaces;
    if (!wanted.renewed_certificate.empty() && !acme.directory().renewal_info.empty()) {
        const auto old = pki::from_pem(wanted.renewed_certificate, "CERTIFICATE");
        replaces = old && !old->empty() ? acme_ca::cert_id_of(old->front()) : "";
    }
    auto response = co_await acme.post(acme.directory().new_order, acme_ca::new_order_payload(wanted, replaces));
    if (!response && !replaces.empty() && !response.error().transient) {
        response = co_await acme.post(acme.directory().new_order, acme_ca::new_order_payload(wanted, ""));
    }
    if (!response) {
        if (response.error().words.find("accountDoesNotExist") != std::string::npos) {
            const auto directory_url = json::Reader(provider_.configuration).string("directory_url");
            co_await acme_ca::forget_account(core_, provider_.id, directory_url);
            auto again = response.error();
            again.transient = true;
            co_return again;
        }
        co_return response.error();
    }
    std::string handle(response->field("Location"));
    if (handle.empty()) {
        co_return Failed{.words = "The CA gave the order no URL."};
    }
    co_return Pending{.handle = std::move(handle), .retry_after = seconds(0)};
}

asio::awaitable<Outcome> AcmeCa::poll(Wanted wanted, std::string handle)
{
    const auto session = co_await open_session(core_, provider_, secrets_);
    if (!session) {
        co_return session.error();
    }
    const auto response = co_await (*session)->post(handle, "");
    if (!response) {
        co_return response.error();
    }
    auto order = acme_ca::read_order_answer(*response, core_.clock.now());
    if (order.status == "pending") {
        co_return co_await prove(**session, wanted.reference, handle, std::move(order.authorizations));
    }
    if (order.status == "ready") {
        co_return co_await finalize(**session, wanted, handle, order.finalize);
    }
    if (order.status == "processing") {
        co_return Pending{.handle = handle, .retry_after = order.retry_after};
    }
    co_await clean_up(wanted.reference);
    if (order.status == "valid") {
        co_return co_await download(**session, order.certificate);
    }
    co_return Failed{.words = "The CA's order is " + order.status + (order.error.empty() ? "" : ": " + order.error)};
}

asio::awaitable<Outcome> AcmeCa::prove(Session& session, const std::string& reference, const std::string& handle,
                                       std::vector<std::string> authorizations)
{
    seconds wait = kSoon;
    std::optional<Failed> failed;
    for (const auto& url : authorizations) {
        const auto one = co_await prove_one(session, reference, url);
        if (!one) {
            failed = one.error();
            break;
        }
        wait = std::max(wait, one->value_or(seconds(0)));
    }
    if (failed && !failed->transient) {
        co_await clean_up(reference);
    }
    if (failed) {
        co_return *failed;
    }
    co_return Pending{.handle = handle, .retry_after = wait};
}

asio::awaitable<AcmeCa::Answer<std::optional<seconds>>>
AcmeCa::prove_one(Session& session, const std::string& reference, const std::string& url)
{
    const auto response = co_await session.post(url, "");
    if (!response) {
        co_return std::unexpected(response.error());
    }
    json::Reader authorization(response->body);
    const auto status = authorization.string("status");
    if (status == "valid") {
        co_return std::nullopt;
    }
    auto identifier = authorization.object("identifier");
    const auto name = identifier.string("value");
    if (status != "pending") {
        co_return std::unexpected(Failed{.words = "The CA's authorization of " + name + " is " + status + ": " +
                                                  acme_ca::error_of_authorization(authorization)});
    }
    for (auto& offered : authorization.objects("challenges")) {
        if (offered.string("type") != solver_->type()) {
            continue;
        }
        if (offered.optional_string("status").value_or("pending") != "pending") {
            co_return kSoon; // the CA is looking
        }
        const auto token = offered.string("token");
        const auto key_authorization = token + '.' + pki::jwk_of(session.key().public_key()).thumbprint;
        const bool http = solver_->type() == "http-01";
        const auto prepared =
            co_await prepare({.order_id = reference,
                              .authorization_url = url,
                              .type = std::string(solver_->type()),
                              .identifier = name,
                              .token = token,
                              .content = http ? key_authorization : to_base64url(pki::sha256(key_authorization))});
        if (!prepared) {
            co_return std::unexpected(prepared.error());
        }
        const auto ready_at = prepared->prepared_at + solver_->wait();
        if (const auto now = core_.clock.now(); now < ready_at) {
            co_return std::chrono::ceil<seconds>(ready_at - now);
        }
        const auto answered = co_await session.post(offered.string("url"), "{}");
        if (!answered) {
            co_return std::unexpected(answered.error());
        }
        co_return kSoon;
    }
    co_return std::unexpected(
        Failed{.words = "The CA does not offer " + std::string(solver_->type()) + " for " + name + "."});
}

asio::awaitable<AcmeCa::Answer<UpstreamChallenge>> AcmeCa::prepare(UpstreamChallenge challenge)
{
    const auto known = co_await core_.store.read(
        [&](db::Session& session) { return db::UpstreamChallengeRepository(session).of_order(challenge.order_id); });
    const auto found = std::ranges::find(known, challenge.authorization_url, &UpstreamChallenge::authorization_url);
    if (found != known.end()) {
        co_return *found;
    }
    if (auto failed = co_await solver_->present(challenge)) {
        co_return std::unexpected(std::move(*failed));
    }
    challenge.prepared_at = core_.clock.now();
    co_await core_.store.write([&](db::UnitOfWork& work) { db::UpstreamChallengeRepository(work).insert(challenge); });
    co_return challenge;
}

asio::awaitable<Outcome> AcmeCa::finalize(Session& session, const Wanted& wanted, const std::string& handle,
                                          const std::string& url)
{
    auto payload = json::Writer().begin_object().member("csr", to_base64url(wanted.csr)).end_object().take();
    const auto response = co_await session.post(url, std::move(payload));
    if (!response) {
        if (!response.error().transient) {
            co_await clean_up(wanted.reference);
        }
        co_return response.error();
    }
    const auto order = acme_ca::read_order_answer(*response, core_.clock.now());
    if (order.status != "valid") {
        co_return Pending{.handle = handle, .retry_after = order.retry_after};
    }
    co_await clean_up(wanted.reference);
    co_return co_await download(session, order.certificate);
}

asio::awaitable<Outcome> AcmeCa::download(Session& session, const std::string& url)
{
    const auto response = co_await session.post(url, "", "application/pem-certificate-chain");
    if (!response) {
        co_return response.error();
    }
    auto certificates = pki::from_pem(response->body, "CERTIFICATE");
    if (!certificates || certificates->empty()) {
        co_return Failed{.words = "The CA's download is no PEM chain."};
    }
    co_return Issued{.certificates = std::move(*certificates)};
}

asio::awaitable<void> AcmeCa::clean_up(std::string reference)
{
    const auto prepared = co_await core_.store.read(
        [&](db::Session& session) { return db::UpstreamChallengeRepository(session).of_order(reference); });
    if (prepared.empty()) {
        co_return;
    }
    for (const auto& challenge : prepared) {
        co_await solver_->clean_up(challenge);
    }
    co_await core_.store.write(
        [&](db::UnitOfWork& work) { db::UpstreamChallengeRepository(work).remove_of_order(reference); });
}

asio::awaitable<std::optional<Failed>> AcmeCa::revoke(RevocationRequest request)
{
    const auto session = co_await open_session(core_, provider_, secrets_);
    if (!session) {
        co_return session.error();
    }
    auto& acme = **session;
    if (acme.directory().revoke_cert.empty()) {
        co_return Failed{.words = "The CA's directory has no revokeCert."};
    }
    auto payload = json::Writer()
                       .begin_object()
                       .member("certificate", to_base64url(request.certificate))
                       .member("reason", crl_reason_code(request.reason))
                       .end_object()
                       .take();
    const auto response = co_await acme.post(acme.directory().revoke_cert, std::move(payload));
    if (!response && response.error().words.find("alreadyRevoked") == std::string::npos) {
        co_return response.error();
    }
    co_return std::nullopt;
}

asio::awaitable<std::expected<RenewalWindow, Failed>> AcmeCa::renewal_window(std::string certificate)
{
    const auto id = acme_ca::cert_id_of(certificate);
    const auto session = co_await open_session(core_, provider_, secrets_);
    if (!session) {
        co_return std::unexpected(session.error());
    }
    if (id.empty() || (*session)->directory().renewal_info.empty()) {
        co_return std::unexpected(Failed{});
    }
    const auto response = co_await (*session)->get((*session)->directory().renewal_info + '/' + id);
    if (!response) {
        co_return std::unexpected(response.error());
    }
    json::Reader in(response->body);
    auto window = in.object("suggestedWindow");
    const auto start = from_rfc3339(window.string("start"));
    const auto end = from_rfc3339(window.string("end"));
    // RFC 9773 section 4.2: a window that ends before it has begun is as good as none.
    if (!start || !end || *end <= *start) {
        co_return std::unexpected(Failed{.words = "The CA's renewal information has no window that could be read."});
    }
    co_return RenewalWindow{.start = *start,
                            .end = *end,
                            .look_again_after = retry_after(*response, core_.clock.now()).value_or(seconds(21'600))};
}

} // namespace chancery::issuance::providers
