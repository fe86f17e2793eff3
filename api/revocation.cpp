#include "api/revocation.hpp"

#include "api/answers.hpp"
#include "api/certificate_answers.hpp"
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
    json::Writer out;
    certificates::write_revocation(out, certificate);
    return resource_response(200, out.take(), certificates::etag_of(certificate, call.now));
}

} // namespace chancery::api::revocation
