#include "issuance/renewal/renewal.hpp"

#include "core/json.hpp"
#include "db/repositories/authority_repository.hpp"
#include "db/repositories/certificate_repository.hpp"
#include "db/repositories/operation_repository.hpp"
#include "db/repositories/order_repository.hpp"
#include "issuance/administration.hpp"
#include "issuance/audit.hpp"
#include "issuance/certificates.hpp"
#include "issuance/orders.hpp"
#include "issuance/problem_json.hpp"
#include "issuance/profile.hpp"
#include "pki/certificate.hpp"

#include <algorithm>

namespace chancery::issuance {
namespace {

constexpr int kMaxAncestors = 100;

Result<void> objection_to(db::Session& session, const Certificate& certificate)
{
    const auto no = [](std::string detail) { return refuse(Code::Conflict, std::move(detail)); };
    if (certificate.source != CertificateSource::Managed || !certificate.order_id) {
        return no("Only certificates issued here can be renewed here.");
    }
    if (certificate.revoked_at) {
        return no("The certificate is revoked: order a new one in its place.");
    }
    if (certificate.acme_account_id) {
        return no("An ACME client renews its certificates itself.");
    }
    if (certificate.key_id) {
        const auto key = db::KeyRepository(session).find(*certificate.key_id);
        if (key && key->purpose != "certificate") {
            return no("The server renews this certificate itself: it is one of its own.");
        }
    }
    return {};
}

bool gives(const json::Reader& changes, std::string_view member)
{
    return changes.has(member) && !changes.is_null(member);
}

/// Its own CA, unless that cannot sign any more, or not for as long.
std::optional<std::string> fitting_authority(const Configuration& configuration, const Certificate& certificate,
                                             Time now)
{
    const auto* authority = certificate.authority_id ? configuration.authority(*certificate.authority_id) : nullptr;
    const bool fits = authority != nullptr && can_sign(configuration, *authority, now) &&
                      authority->valid_to >= now + (certificate.valid_to - certificate.valid_from);
    return fits ? certificate.authority_id : std::nullopt;
}

void write_validity(json::Writer& out, Core& core, const Certificate& certificate, const json::Reader& original,
                    const json::Reader& changes)
{
    out.null_member("valid_from");
    const bool edited = gives(changes, "valid_to") || gives(changes, "validity_days");
    if (gives(original, "valid_to") && !edited) {
        const auto lifetime =
            certificate.valid_to - certificate.valid_from - std::chrono::seconds(core.settings.backdate_seconds);
        out.member("valid_to", to_rfc3339(core.clock.now() + lifetime));
        return;
    }
    out.null_member("valid_to");
    if (gives(changes, "valid_to")) {
        out.null_member("validity_days"); // the two exclude each other, and the edited one counts
    }
}

/// A merge patch that turns the parameters of the first order into those of a renewal.
std::string renewed_parameters(Core& core, db::Session& session, const Certificate& certificate, const Order& order,
                               const json::Reader& changes)
{
    const auto configuration = core.configuration.current(session);
    json::Writer out;
    out.begin_object().null_member("csr");
    if (gives(changes, "csr")) {
        out.null_member("key_algorithm"); // the CSR brings its own key
    }
    write_validity(out, core, certificate, json::Reader(order.request), changes);
    out.member("provider_id", order.provider_id)
        .member_or_null("authority_id", fitting_authority(*configuration, certificate, core.clock.now()))
        .member("tags", certificate.tags);
    return out.end_object().take();
}

Problem csr_wanted()
{
    Problem problem{.code = Code::ValidationError,
                    .detail = "The private key of this certificate is not held here: a renewal needs a fresh CSR, made "
                              "with a new key."};
    problem.errors.push_back({.pointer = "/changes/csr", .code = "required", .detail = problem.detail});
    return problem;
}

bool has_key_of_lineage(db::Session& session, const Certificate& renewed, const std::string& spki)
{
    db::CertificateRepository certificates(session);
    std::optional<Certificate> at = renewed;
    for (int i = 0; at && i < kMaxAncestors; ++i) {
        if (at->spki_sha256 == spki) {
            return true;
        }
        at = at->renewed_from ? certificates.find(*at->renewed_from) : std::nullopt;
    }
    return false;
}

std::string alert_cause(const std::string& certificate_id)
{
    return "renewal.failed:" + certificate_id;
}

template <class T> std::vector<T> sorted(std::vector<T> values)
{
    std::ranges::sort(values);
    return values;
}

} // namespace

Result<CertificateRequest> renewal_of(Core& core, db::Session& session, const Caller& caller,
                                      const std::string& certificate_id, const std::string& changes)
{
    CHANCERY_TRY(certificate, find_certificate(core, session, caller, certificate_id));
    CHANCERY_CHECK(objection_to(session, certificate));
    const auto order = db::OrderRepository(session).find(*certificate.order_id);
    if (!order) {
        return refuse(Code::Conflict, "The parameters of this certificate are not known.");
    }
    const json::Reader edited(changes);
    if (!certificate.key_id && !gives(edited, "csr")) {
        return refuse(csr_wanted());
    }
    CHANCERY_TRY(parameters,
                 json::merge_patch(order->request, renewed_parameters(core, session, certificate, *order, edited)));
    CHANCERY_TRY(request, read_request(core, parameters, changes));
    request.kind = OrderKind::Renewal;
    request.renews_certificate = certificate.id;
    return std::move(request);
}

Ruling<Certificate> check_renewal(Core& core, db::Session& session, const Caller& caller,
                                  const CertificateRequest& request, const pki::PublicKey& key)
{
    constexpr auto kRule = "renewal";
    db::CertificateRepository certificates(session);
    const auto successor = certificates.hold_successor(request.renews_certificate);
    auto renewed = find_certificate(core, session, caller, request.renews_certificate);
    if (!renewed) {
        return std::unexpected(Refusal{.rule = kRule, .problem = std::move(renewed).error()});
    }
    if (auto fine = objection_to(session, *renewed); !fine) {
        return std::unexpected(Refusal{.rule = kRule, .problem = std::move(fine).error()});
    }
    if (successor) {
        return object(kRule, Code::Conflict,
                      "The certificate was renewed already, by the certificate " + *successor + ".");
    }
    const auto open = db::OrderRepository(session).open_renewal(renewed->id);
    if (open && *open != request.order_id) {
        return object(kRule, Code::Conflict, "The certificate is being renewed already, by the order " + *open + ".");
    }
    if (key && has_key_of_lineage(session, *renewed, key.spki_sha256())) {
        return object(
            "renewal_key", Code::BadKey,
            "A renewal has a new key; this public key is that of the certificate itself or of one before it.");
    }
    return std::move(*renewed);
}

bool is_edited(const policy::Facts& facts, const Certificate& renewed)
{
    const auto old = pki::parse_certificate(renewed.der);
    if (!old) {
        return true;
    }
    return facts.subject != old->subject || sorted(facts.names) != sorted(old->names) || !facts.key ||
           facts.key->name() != old->key_type.name() || sorted(facts.key_usage) != sorted(old->key_usage) ||
           sorted(facts.extended_key_usage) != sorted(old->extended_key_usage) || facts.digest != renewed.digest ||
           facts.provider_id != renewed.provider_id ||
           facts.valid_to - facts.valid_from > old->valid_to - old->valid_from;
}

void tell_renewal(Core& core, db::UnitOfWork& work, const Caller& caller, const Order& order,
                  const Certificate& successor)
{
    db::AlertRepository(work).resolve(alert_cause(*order.renews_certificate));
    auto details = json::Writer()
                       .begin_object()
                       .member("order_id", order.id)
                       .member("renewed_to", successor.id)
                       .member("common_name", successor.common_name)
                       .member("serial_number", successor.serial_number)
                       .end_object()
                       .take();
    audit::record(work, caller, core.clock.now(), audit::kRenewSuccess, {"certificate", *order.renews_certificate},
                  std::move(details));
}

void tell_failed_renewal(Core& core, db::UnitOfWork& work, const Caller& caller, const std::string& certificate_id,
                         const std::string& common_name, const Problem& problem, const std::string& order_id)
{
    json::Writer details;
    details.begin_object();
    if (!order_id.empty()) {
        details.member("order_id", order_id);
    }
    details.raw_member("problem", problem_json(problem)).end_object();
    audit::record(work, caller, core.clock.now(), audit::kRenewFailure, {"certificate", certificate_id},
                  details.take());
    raise_alert(core, work,
                Alert{.kind = "renewal.failed",
                      .cause = alert_cause(certificate_id),
                      .severity = AlertSeverity::Critical,
                      .title = "Renewal failed: " + common_name,
                      .detail = problem.detail,
                      .resource_type = "certificate",
                      .resource_id = certificate_id});
}

} // namespace chancery::issuance
