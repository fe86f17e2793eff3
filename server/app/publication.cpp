#include "server/app/publication.hpp"

#include "core/id.hpp"
#include "core/json.hpp"
#include "db/repositories/authority_repository.hpp"
#include "db/repositories/upstream_repository.hpp"
#include "issuance/revocation_status/crls.hpp"
#include "issuance/revocation_status/shards.hpp"
#include "server/http/caching.hpp"

#include <optional>
#include <string>

namespace chancery::app {
namespace {

/// The id in "0190….crl"; nothing when the segment is not one.
std::optional<std::string> id_of(const std::string& file, std::string_view extension)
{
    if (!file.ends_with(extension)) {
        return std::nullopt;
    }
    auto id = file.substr(0, file.size() - extension.size());
    return is_id(id) ? std::optional(std::move(id)) : std::nullopt;
}

http::Response not_found()
{
    return http::text_response(404, "not found\n");
}

http::Response cacheable(std::string der, std::string media_type, long long seconds)
{
    auto response = http::text_response(200, std::move(der), std::move(media_type));
    response.with("Cache-Control", "public, max-age=" + std::to_string(seconds));
    return response;
}

/// As long as the CRL itself may be relied on (RFC 5280 section 5.1.2.5); whoever asks again later is told whether
/// there is another.
http::Awaitable<http::Response> serve_crl(issuance::Core& core, http::Request request, std::string authority_id,
                                          std::string shard)
{
    const auto crl = co_await issuance::current_crl(core, std::move(authority_id), std::move(shard));
    if (!crl) {
        co_return not_found();
    }
    const http::Freshness freshness{
        .etag = '"' + std::to_string(crl->number) + '"', .modified = crl->this_update, .expires = crl->next_update};
    co_return http::with_freshness(request, http::text_response(200, crl->der, "application/pkix-crl"), freshness,
                                   "public, no-transform", core.clock.now());
}

http::Awaitable<http::Response> serve_full_crl(issuance::Core& core, http::Request request)
{
    const auto id = id_of(request.parameter("file"), ".crl");
    co_return id ? co_await serve_crl(core, std::move(request), *id, {}) : not_found();
}

http::Awaitable<http::Response> serve_crl_shard(issuance::Core& core, http::Request request)
{
    constexpr std::string_view kExtension = ".crl";
    const auto id = request.parameter("id");
    const auto file = request.parameter("file");
    const auto name = file.ends_with(kExtension) ? file.substr(0, file.size() - kExtension.size()) : std::string();
    if (!is_id(id) || !issuance::read_shard(name)) {
        co_return not_found();
    }
    co_return co_await serve_crl(core, std::move(request), id, name);
}

http::Awaitable<http::Response> serve_certificate(issuance::Core& core, std::string file)
{
    const auto id = id_of(file, ".crt");
    if (!id) {
        co_return not_found();
    }
    auto authority =
        co_await core.store.read([&](db::Session& session) { return db::AuthorityRepository(session).find(*id); });
    co_return authority ? cacheable(std::move(authority->der), "application/pkix-cert", 86'400) : not_found();
}

/// For an upstream ACME CA that looks whether a name leads here (RFC 8555 section 8.3): any server answers for all.
http::Awaitable<http::Response> serve_key_authorization(issuance::Core& core, std::string token)
{
    const auto content = co_await core.store.read(
        [&](db::Session& session) { return db::UpstreamChallengeRepository(session).key_authorization(token); });
    if (!content) {
        co_return not_found();
    }
    auto response = http::text_response(200, *content, "application/octet-stream");
    response.with("Cache-Control", "no-store");
    co_return response;
}

std::string check_json(std::string_view status, bool database, bool authority)
{
    json::Writer out;
    out.begin_object().member("status", status);
    out.begin_object("checks").member("database", database).member("issuing_authority", authority).end_object();
    return out.end_object().take();
}

http::Awaitable<http::Response> ready(issuance::Core& core)
{
    bool database = false;
    bool authority = false;
    try {
        const auto now = core.clock.now();
        const auto current =
            co_await core.store.read([&](db::Session& session) { return core.configuration.current(session); });
        database = true;
        for (const auto& known : current->authorities) {
            authority =
                authority || (known.kind == AuthorityKind::Intermediate &&
                              known.status(now) == AuthorityStatus::Active && current->issuers.contains(known.id));
        }
    } catch (const std::exception&) {
        database = false; // what exactly is in the log of whoever needs the database
    }
    const bool good = database && authority;
    auto response =
        http::json_response(good ? 200 : 503, check_json(good ? "ready" : "not_ready", database, authority));
    response.with("Cache-Control", "no-store");
    co_return response;
}

http::Awaitable<http::Response> answer(http::Response response)
{
    response.with("Cache-Control", "no-store");
    co_return response;
}

} // namespace

void add_publication_routes(http::Router& router, issuance::Core& core)
{
    router.add("GET", "/.well-known/acme-challenge/{token}",
               [&core](const http::Request& r) { return serve_key_authorization(core, r.parameter("token")); });
    router.add("GET", "/crl/{file}", [&core](const http::Request& r) { return serve_full_crl(core, r); });
    router.add("GET", "/crl/{id}/{file}", [&core](const http::Request& r) { return serve_crl_shard(core, r); });
    router.add("GET", "/ca/{file}",
               [&core](const http::Request& r) { return serve_certificate(core, r.parameter("file")); });
}

void add_health_routes(http::Router& router, issuance::Core& core)
{
    router.add("GET", "/healthz",
               [](const http::Request&) { return answer(http::json_response(200, R"({"status":"ok"})")); });
    router.add("GET", "/readyz", [&core](const http::Request&) { return ready(core); });
    router.add("GET", "/metrics", [&core](const http::Request&) {
        return answer(http::text_response(200, core.metrics.render(), "text/plain; version=0.0.4; charset=utf-8"));
    });
    router.add("GET", "/version", [](const http::Request&) {
        return answer(http::json_response(200, json::Writer()
                                                   .begin_object()
                                                   .member("name", "chancery")
                                                   .member("version", CHANCERY_VERSION)
                                                   .end_object()
                                                   .take()));
    });
}

} // namespace chancery::app
