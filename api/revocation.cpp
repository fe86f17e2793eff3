#include "api/revocation.hpp"

#include "api/answers.hpp"
#include "api/certificate_answers.hpp"
#include "api/etag.hpp"
#include "db/repositories/revocation_dispatch_repository.hpp"
#include "issuance/certificates.hpp"
#include "issuance/revocation/revocation.hpp"

namespace chancery::api::revocation {
namespace {

std::string location_of(const std::string& certificate_id)
{
    return "/api/v1/certificates/" + certificate_id + "/revocation";
}

/// The code with what it is about, so that the person who types it sees what will be revoked.
std::string challenge_text(const Certificate& certificate, Time expires_at, const std::optional<std::string>& code)
{
    json::Writer out;
    out.begin_object().member_or_null("code", code);
    write_time(out, "expires_at", expires_at);
    out.begin_object("certificate")
        .member("id", certificate.id)
        .member("common_name", certificate.common_name)
        .member("serial_number", certificate.serial_number)
        .end_object();
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
    auto response =
        http::json_response(201, challenge_text(certificate, made.expires_at, std::string(made.code.reveal())));
    response.with("Location", location_of(id));
    return Answer(std::move(response), challenge_text(certificate, made.expires_at, std::nullopt));
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
