#include "issuance/revocation_status/ocsp.hpp"

#include "core/log.hpp"
#include "core/overloaded.hpp"
#include "db/repositories/certificate_repository.hpp"

#include <algorithm>

namespace chancery::issuance {
namespace {

namespace asio = boost::asio;

/// How long nobody is told more of a certificate that is not known: it may be issued a moment later.
constexpr std::chrono::minutes kUnknownLifetime{5};

pki::OcspStatus status_of(const std::optional<IssuedStatus>& issued)
{
    if (!issued) {
        return {.state = pki::OcspState::Unknown};
    }
    if (!issued->revoked_at) {
        return {.state = pki::OcspState::Good};
    }
    return {.state = pki::OcspState::Revoked, .revoked_at = *issued->revoked_at, .reason = issued->reason};
}

metrics::Counter& counter(Core& core, std::string_view outcome)
{
    return core.metrics.counter("chancery_ocsp_responses_total",
                                "OCSP responses, by whether they were signed, taken from memory, or a failure.",
                                {{"outcome", std::string(outcome)}});
}

} // namespace

/// What the database says.
struct OcspService::Known {
    bool has_responder = false; ///< the CA is one that OCSP is answered for
    bool can_issue = false;     ///< its key is here
    std::vector<pki::OcspStatus> statuses{};
};

OcspService::OcspService(Core& core)
    : core_(core), responders_(core), signed_(counter(core, "signed")), cached_(counter(core, "cached")),
      failed_(counter(core, "failure"))
{
}

asio::awaitable<OcspAnswer> OcspService::answer(std::string authority_id, std::string request)
{
    auto read = pki::read_ocsp_request(request);
    if (!read) {
        co_return fail(pki::OcspFailure::MalformedRequest);
    }
    auto failure = pki::OcspFailure::InternalError;
    try {
        co_return co_await answer_read(authority_id, std::move(*read));
    } catch (const Overloaded&) {
        failure = pki::OcspFailure::TryLater;
    } catch (const std::exception& error) {
        log::error("ocsp.answer_failed", {{"authority_id", authority_id}, {"error", error.what()}});
    }
    co_return fail(failure);
}

asio::awaitable<OcspAnswer> OcspService::answer_read(std::string authority_id, pki::OcspRequest request)
{
    const auto known =
        co_await core_.store.look_up([&](db::Session& session) { return look_up(session, authority_id, request); });
    if (!known.has_responder) {
        co_return fail(pki::OcspFailure::Unauthorized);
    }
    const auto responder = co_await responders_.of(authority_id);
    if (!responder) {
        co_return fail(known.can_issue ? pki::OcspFailure::TryLater : pki::OcspFailure::Unauthorized);
    }
    co_return respond(authority_id, request, known.statuses, responder);
}

OcspService::Known OcspService::look_up(db::Session& session, const std::string& authority_id,
                                        const pki::OcspRequest& request)
{
    const auto configuration = core_.configuration.current(session);
    const auto* authority = configuration->authority(authority_id);
    if (authority == nullptr || !answers_ocsp(*authority, core_.clock.now())) {
        return {};
    }
    Known known{.has_responder = true, .can_issue = configuration->issuers.contains(authority_id)};
    const auto issuer = issuer_of(*authority);
    for (const auto& certificate : request.certificates) {
        // A response speaks for the CA that delegated its signer, and for no other.
        known.statuses.push_back(
            issuer->is_named_by(certificate)
                ? status_of(db::CertificateRepository(session).status_of(authority_id, certificate.serial_number))
                : pki::OcspStatus{});
    }
    return known;
}

std::shared_ptr<const pki::OcspIssuer> OcspService::issuer_of(const Authority& authority)
{
    const std::lock_guard lock(mutex_);
    auto& issuer = issuers_[authority.id];
    if (!issuer) {
        issuer = std::make_shared<const pki::OcspIssuer>(authority.der);
    }
    return issuer;
}

OcspAnswer OcspService::respond(const std::string& authority_id, const pki::OcspRequest& request,
                                const std::vector<pki::OcspStatus>& statuses,
                                const std::shared_ptr<const pki::OcspResponder>& responder)
{
    const auto now = core_.clock.now();
    const bool some_unknown =
        std::ranges::find(statuses, pki::OcspState::Unknown, &pki::OcspStatus::state) != statuses.end();
    // Of what is unknown there is no end: anybody could fill the memory with it.
    const bool keep = !request.nonce && statuses.size() == 1 && !some_unknown;
    const auto key = keep ? authority_id + request.certificates.front().der : std::string();
    if (keep) {
        if (auto made = cache_.find(key, statuses.front(), responder, now)) {
            cached_.add();
            return {.der = std::move(made->der), .reusable = made->times};
        }
    }
    const auto start = std::chrono::floor<std::chrono::seconds>(now);
    const auto lifetime = some_unknown ? std::chrono::minutes(kUnknownLifetime) : core_.settings.ocsp_lifetime;
    const pki::OcspTimes times{.this_update = start,
                               .next_update = std::min<Time>(start + lifetime, responder->valid_to()),
                               .produced_at = start};
    OcspAnswer answer{.der = pki::build_ocsp_response(*responder, request, statuses, times)};
    signed_.add();
    if (keep) {
        cache_.store(key, {answer.der, statuses.front(), times, responder});
    }
    if (!request.nonce) {
        answer.reusable = times;
    }
    return answer;
}

OcspAnswer OcspService::fail(pki::OcspFailure failure)
{
    failed_.add();
    return {.der = pki::build_ocsp_failure(failure)};
}

} // namespace chancery::issuance
