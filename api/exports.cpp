#include "api/exports.hpp"

#include "api/answers.hpp"
#include "api/context.hpp"
#include "core/encoding.hpp"
#include "issuance/certificates.hpp"

namespace chancery::api::exports {
namespace {

using issuance::ExportFormat;

Result<ExportFormat> read_format(const http::Request& request)
{
    json::Reader in(body_of(request));
    const auto name = in.optional_string("format").value_or("pkcs12");
    if (name != "pkcs12" && name != "pem") {
        in.reject("format", "enum", "must be one of pkcs12, pem");
    }
    const bool legacy = in.optional_boolean("legacy").value_or(false);
    if (legacy && name == "pem") {
        in.reject("legacy", "exclusive", "there is an old form of pkcs12 only");
    }
    CHANCERY_CHECK(in.finish());
    if (name == "pem") {
        return ExportFormat::Pem;
    }
    return legacy ? ExportFormat::LegacyPkcs12 : ExportFormat::Pkcs12;
}

/// `content` and `password` are shown once; a replay has null in their place.
std::string export_text(const std::string& file_name, ExportFormat format, const std::optional<std::string>& content,
                        const std::optional<std::string>& password)
{
    json::Writer out;
    out.begin_object()
        .member("file_name", file_name)
        .member("media_type", format == ExportFormat::Pem ? "application/x-pem-file" : "application/x-pkcs12")
        .member_or_null("content_base64", content)
        .member_or_null("password", password);
    return out.end_object().take();
}

/// What happens in the transaction of the export before the core does its part.
struct Admission {
    std::optional<http::Response> replay{};
    ExportFormat format{};
    std::string file_name{};
};

/// Takes the key for this export and stores what a replay shows: known by now, since no secret is part of it.
Result<void> claim(db::UnitOfWork& work, const issuance::Caller& caller, const IdempotencyKey& key, Time now,
                   Admission& admission)
{
    CHANCERY_TRY(found, claim_idempotency_key(work, caller.actor.id, key, now));
    if (found.state == Claim::State::Done) {
        admission.replay = std::move(found.replay);
        return refuse(still_running()); // ends the transaction; the replay is what is answered
    }
    if (found.state == Claim::State::Running) {
        return refuse(still_running());
    }
    const Answer shown(
        http::json_response(201, export_text(admission.file_name, admission.format, std::nullopt, std::nullopt)));
    settle_idempotency_key(work, caller.actor.id, key, shown);
    return {};
}

} // namespace

http::Awaitable<http::Response> create(Services& services, const Route& route, const http::Request& request)
{
    const auto key = read_idempotency_key(idempotency_mac_key(services.core), request);
    if (!key) {
        co_return finish(request, std::unexpected(key.error()));
    }
    const auto format = read_format(request);
    const auto id = id_of(request);
    Admission admission;
    issuance::Identify identify = [&](db::UnitOfWork& work) -> Result<issuance::Caller> {
        admission = {};
        CHANCERY_TRY(caller, admit_caller(services, route, request, work));
        if (!id || !format) {
            return std::unexpected(id ? format.error() : id.error());
        }
        CHANCERY_TRY(certificate, issuance::find_certificate(services.core, work, caller, *id));
        admission.format = *format;
        admission.file_name = file_stem(certificate.common_name) + (*format == ExportFormat::Pem ? ".pem" : ".pfx");
        if (*key) {
            CHANCERY_CHECK(claim(work, caller, **key, services.core.clock.now(), admission));
        }
        return std::move(caller);
    };
    auto made = co_await issuance::export_key(services.core, std::move(identify), id.value_or(""),
                                              format.value_or(ExportFormat::Pkcs12));
    if (admission.replay) {
        co_return finish(request, Answer(std::move(*admission.replay)));
    }
    if (!made) {
        co_return finish(request, std::unexpected(std::move(made).error()));
    }
    auto text =
        export_text(admission.file_name, *format, to_base64(made->content), std::string(made->password.reveal()));
    co_return finish(request, Answer(http::json_response(201, std::move(text))));
}

} // namespace chancery::api::exports
