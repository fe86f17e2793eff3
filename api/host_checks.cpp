#include "api/host_checks.hpp"

#include "api/answers.hpp"
#include "api/context.hpp"
#include "issuance/hosts/check.hpp"
#include "pki/certificate.hpp"
#include "pki/pem.hpp"

namespace chancery::api::host_checks {
namespace {

namespace hosts = issuance::hosts;

Result<hosts::Wanted> read_body(const http::Request& request)
{
    json::Reader in(body_of(request));
    hosts::Wanted wanted{.host = in.string("host")};
    const auto port = in.optional_integer("port").value_or(wanted.port);
    if (port < 1 || port > 65'535) {
        in.reject("port", "range", "must be from 1 to 65535");
    } else {
        wanted.port = static_cast<std::uint16_t>(port);
    }
    wanted.server_name = in.optional_string("server_name").value_or("");
    CHANCERY_CHECK(in.finish());
    return hosts::read_wanted(std::move(wanted));
}

void write_chain(json::Writer& out, const std::vector<std::string>& chain)
{
    out.begin_array("chain");
    for (const auto& der : chain) {
        const auto info = pki::parse_certificate(der);
        out.begin_object()
            .member_or_null("subject", info ? std::optional(info->subject_dn) : std::nullopt)
            .member_or_null("issuer", info ? std::optional(info->issuer_dn) : std::nullopt);
        write_time(out, "valid_to", info ? std::optional(info->valid_to) : std::nullopt);
        out.member("certificate", pki::to_pem(der, "CERTIFICATE")).end_object();
    }
    out.end_array();
}

std::string text_of(const hosts::Report& report, Time now)
{
    const auto known = [&](const std::string& text) { return report.succeeded ? std::optional(text) : std::nullopt; };
    json::Writer out;
    out.begin_object()
        .member("host", report.wanted.host)
        .member("port", static_cast<int>(report.wanted.port))
        .member("server_name", report.wanted.server_name)
        .member("succeeded", report.succeeded)
        .member("detail", report.detail)
        .member_or_null("address", known(report.seen.address))
        .member_or_null("tls_version", known(report.seen.tls_version))
        .member_or_null("certificate_id", report.certificate_id)
        .member_or_null("authority_id", report.authority_id)
        .begin_array("findings");
    for (const auto& finding : report.findings) {
        out.begin_object()
            .member("code", name_of(finding.code))
            .member("severity", name_of(finding.severity))
            .member("detail", finding.detail)
            .end_object();
    }
    out.end_array();
    write_chain(out, report.seen.chain);
    write_time(out, "checked_at", now);
    return out.end_object().take();
}

Problem too_many(Places::Refusal why)
{
    const bool own = why == Places::Refusal::TooManyOfOne;
    return {.code = Code::Busy,
            .detail = own ? "the caller has as many hosts looked at as one may at once"
                          : "as many hosts are looked at as this server does at once",
            .retry_after_seconds = 10};
}

/// Who asks for what.
struct Asked {
    std::string caller_id{};
    hosts::Wanted wanted{};
};

http::Awaitable<Result<Asked>> admit(Services& services, const Route& route, const http::Request& request)
{
    Asked asked;
    ReadWork reading = [&](const Call& call, db::Session&) -> Result<Answer> {
        CHANCERY_TRY(wanted, read_body(request));
        asked = {.caller_id = call.caller.actor.id, .wanted = wanted};
        return http::empty_response(200);
    };
    auto admitted = co_await read(services, route, request, std::move(reading));
    if (!admitted) {
        co_return std::unexpected(std::move(admitted).error());
    }
    co_return asked;
}

http::Awaitable<Result<hosts::Known>> recall(Services& services, const Route& route, const http::Request& request,
                                             const hosts::Report& report)
{
    hosts::Known known;
    if (!report.succeeded) {
        co_return known;
    }
    ReadWork recalling = [&](const Call& call, db::Session& session) -> Result<Answer> {
        known = hosts::recall(call.core(), session, call.caller, report);
        return http::empty_response(200);
    };
    auto recalled = co_await read(services, route, request, std::move(recalling));
    if (!recalled) {
        co_return std::unexpected(std::move(recalled).error());
    }
    co_return known;
}

} // namespace

http::Awaitable<http::Response> check(Services& services, const Route& route, const http::Request& request)
{
    auto asked = co_await admit(services, route, request);
    if (!asked) {
        co_return finish(request, std::unexpected(std::move(asked).error()));
    }
    Places::Refusal why{};
    const auto place = Places::take(services.host_checks, asked->caller_id, why);
    if (!place) {
        co_return finish(request, std::unexpected(too_many(why)));
    }
    auto report = co_await hosts::look_at(services.core, std::move(asked->wanted));
    const auto known = co_await recall(services, route, request, report);
    if (!known) {
        co_return finish(request, std::unexpected(known.error()));
    }
    // No unit of the database is open while signatures are verified.
    const auto text = co_await services.core.pool.run([&] {
        if (report.succeeded) {
            hosts::judge(services.core, *known, report);
        }
        return text_of(report, services.core.clock.now());
    });
    WriteWork recording = [&](const Call& call, db::UnitOfWork& work) -> Result<Answer> {
        hosts::record_check(call.core(), work, call.caller, report);
        return http::json_response(200, text);
    };
    co_return finish(request, co_await write(services, route, request, std::move(recording)));
}

} // namespace chancery::api::host_checks
