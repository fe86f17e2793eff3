#include "api/certificate_answers.hpp"

#include "api/answers.hpp"
#include "api/etag.hpp"

namespace chancery::api::certificates {
namespace {

void write_owner(json::Writer& out, const Certificate& certificate)
{
    if (certificate.owner_type.empty()) {
        out.null_member("owner");
        return;
    }
    out.begin_object("owner")
        .member("type", certificate.owner_type)
        .member(certificate.owner_type == "user" ? "id" : "name", certificate.owner)
        .end_object();
}

void write_issuance(json::Writer& out, const Certificate& certificate)
{
    out.member("source", name_of(certificate.source))
        .member("has_private_key", certificate.has_private_key)
        .member_or_null("order_id", certificate.order_id)
        .member_or_null("renewed_from", certificate.renewed_from)
        .member_or_null("renewed_to", certificate.renewed_to)
        .begin_object("requested_by")
        .member("type", certificate.requester_type)
        .member("id", certificate.requester_id)
        .end_object()
        .raw_member("policy_warnings", certificate.policy_warnings)
        .member("tags", certificate.tags);
    write_owner(out, certificate);
    out.raw_member("custom_fields", certificate.custom_fields);
    write_time(out, "created_at", certificate.created_at);
}

} // namespace

void write_revocation(json::Writer& out, const Certificate& certificate)
{
    if (!certificate.revoked_at) {
        out.null();
        return;
    }
    out.begin_object();
    write_time(out, "revoked_at", certificate.revoked_at);
    out.member("reason", name_of(certificate.revocation_reason.value_or(RevocationReason::Unspecified))).end_object();
}

void write_certificate(json::Writer& out, const Certificate& certificate, Time now)
{
    out.begin_object().member("id", certificate.id).member("common_name", certificate.common_name);
    write_names(out, "subject_alternative_names", certificate.names);
    out.member("issuer", certificate.issuer)
        .member_or_null("authority_id", certificate.authority_id)
        .member_or_null("provider_id", certificate.provider_id)
        .member("algorithm", certificate.algorithm)
        .member("digest", name_of(certificate.digest));
    write_time(out, "valid_from", certificate.valid_from);
    write_time(out, "valid_to", certificate.valid_to);
    out.member("days_until_expiry", certificate.days_until_expiry(now))
        .member("status", name_of(certificate.status(now)))
        .member("fingerprint_sha256", certificate.fingerprint_sha256)
        .member("serial_number", certificate.serial_number)
        .key("revocation");
    write_revocation(out, certificate);
    write_issuance(out, certificate);
    out.end_object();
}

std::string etag_of(const Certificate& certificate, Time now)
{
    return make_etag(certificate.revision, std::to_string(certificate.days_until_expiry(now)));
}

http::Response certificate_response(const Certificate& certificate, Time now, int status)
{
    json::Writer out;
    write_certificate(out, certificate, now);
    return resource_response(status, out.take(), etag_of(certificate, now));
}

} // namespace chancery::api::certificates
