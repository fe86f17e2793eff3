#include "api/revocation.hpp"

#include "api/answers.hpp"
#include "api/certificate_answers.hpp"
#include "api/etag.hpp"
#include "db/repositories/revocation_dispatch_repository.hpp"
#include "issuance/certificates.hpp"
#include "issuance/revocation/blast_radius.hpp"
#include "issuance/revocation/revocation.hpp"

namespace chancery::api::revocation {
namespace {

std::string location_of(const std::string& certificate_id)
{
    return "/api/v1/certificates/" + certificate_id + "/revocation";
}

void write_other(json::Writer& out, const Certificate& certificate, Time now)
{
    out.begin_object()
        .member("id", certificate.id)
        .member("common_name", certificate.common_name)
        .member("serial_number", certificate.serial_number)
        .member("status", name_of(certificate.status(now)));
    write_time(out, "valid_to", certificate.valid_to);
    out.end_object();
}

void write_others(json::Writer& out, std::string_view name, const issuance::Others& others, Time now)
{
    out.begin_object(name).member("found", others.found).member("more", others.more).begin_array("items");
    for (const auto& certificate : others.shown) {
        write_other(out, certificate, now);
    }
    out.end_array().end_object();
}

void write_account(json::Writer& out, const std::optional<AcmeAccount>& account)
{
    if (!account) {
        out.null_member("acme_account");
        return;
    }
    out.begin_object("acme_account")
        .member("id", account->id)
        .member("acme_server_id", account->server_id)
        .member("contacts", account->contacts)
        .end_object();
}

void write_radius(json::Writer& out, const issuance::BlastRadius& radius, Time now)
{
    out.begin_object("blast_radius").key("successor");
    if (radius.successor) {
        write_other(out, *radius.successor, now);
    } else {
        out.null();
    }
    write_others(out, "same_key", radius.same_key, now);
    write_others(out, "same_names", radius.same_names, now);
    out.begin_array("under_way");
    for (const auto& order : radius.under_way) {
        out.begin_object().member("id", order.id).member("kind", name_of(order.kind));
        out.member("status", name_of(order.status));
        write_time(out, "submitted_at", order.submitted_at);
        out.end_object();
    }
    out.end_array();
    write_account(out, radius.acme_account);
    // Its place: nothing has looked for certificates on the network yet.
    out.null_member("last_seen_at").begin_array("sightings").end_array().end_object();
}

/// What the answer tells beside the code, so that the person who types it sees what will be revoked.
struct Told {
    const Certificate& certificate;
    const issuance::BlastRadius& radius;
    Time now{};
    Time expires_at{};
};

std::string challenge_text(const Told& about, const std::optional<std::string>& code)
{
    const auto& certificate = about.certificate;
    json::Writer out;
    out.begin_object().member_or_null("code", code);
    write_time(out, "expires_at", about.expires_at);
    out.begin_object("certificate")
        .member("id", certificate.id)
        .member("common_name", certificate.common_name)
        .member("serial_number", certificate.serial_number)
        .end_object();
    write_radius(out, about.radius, about.now);
    return out.end_object().take();
}

/// Two facts: recorded here, and published by the CA outside that issued it.
std::string revocation_text(const Certificate& certificate, const std::optional<RevocationDispatch>& dispatch)
{
    json::Writer out;
    out.begin_object();
    write_time(out, "revoked_at", certificate.revoked_at);
    out.member("reason", name_of(certificate.revocation_reason.value_or(RevocationReason::Unspecified)));
    out.key("dispatch");
    if (!dispatch) {
        return out.null().end_object().take();
    }
    out.begin_object().member("provider_id", dispatch->provider_id).member_or_null("job_id", dispatch->job_id);
    write_time(out, "recorded_at", dispatch->recorded_at);
    write_time(out, "published_at", dispatch->published_at);
    write_time(out, "failed_at", dispatch->failed_at);
    out.member_or_null("last_error", dispatch->last_words.empty() ? std::nullopt : std::optional(dispatch->last_words));
    return out.end_object().end_object().take();
}

} // namespace

Result<Answer> challenge(const Call& call, db::UnitOfWork& work)
{
    CHANCERY_TRY(id, id_of(call.request));
    json::Reader in(body_of(call.request));
    CHANCERY_CHECK(in.finish());
    CHANCERY_TRY(certificate, issuance::find_certificate(call.core(), work, call.caller, id));
    CHANCERY_TRY(made, issuance::request_revocation(call.core(), work, call.caller, id));
    const auto radius = issuance::blast_radius_of(call.core(), work, call.caller, certificate);
    const Told about{.certificate = certificate, .radius = radius, .now = call.now, .expires_at = made.expires_at};
    auto response = http::json_response(201, challenge_text(about, std::string(made.code.reveal())));
    response.with("Location", location_of(id));
    return Answer(std::move(response), challenge_text(about, std::nullopt));
}

Result<Answer> revoke(const Call& call, db::UnitOfWork& work)
{
    CHANCERY_TRY(id, id_of(call.request));
    json::Reader in(body_of(call.request));
    const auto code = in.string("code");
    const auto reason = read_choice<RevocationReason>(in, "reason").value_or(RevocationReason::Unspecified);
    CHANCERY_CHECK(in.finish());
    auto attempt = issuance::confirm_revocation(call.core(), work, call.caller, id, code, reason);
    if (!attempt.outcome) {
        return Answer::refused_and_kept(std::move(attempt.outcome).error());
    }
    auto response = certificates::certificate_response(*attempt.outcome, call.now, 201);
    response.with("Location", location_of(id));
    return response;
}

Result<Answer> show(const Call& call, db::Session& session)
{
    CHANCERY_TRY(id, id_of(call.request));
    CHANCERY_TRY(certificate, issuance::find_certificate(call.core(), session, call.caller, id));
    if (!certificate.revoked_at) {
        return refuse(Code::NotFound, "the certificate is not revoked");
    }
    const auto dispatch = db::RevocationDispatchRepository(session).find(id);
    // What has become of it at the CA changes without a new revision of the certificate.
    const auto stage = !dispatch ? "" : dispatch->published_at ? "p" : dispatch->failed_at ? "f" : "d";
    const auto etag = make_etag(certificate.revision, stage + std::to_string(dispatch ? dispatch->tries : 0));
    return resource_response(200, revocation_text(certificate, dispatch), etag);
}

} // namespace chancery::api::revocation
