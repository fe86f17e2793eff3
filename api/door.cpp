#include "api/door.hpp"

#include "api/context.hpp"
#include "api/problem.hpp"
#include "pki/digest.hpp"

#include <stdexcept>

#include "openapi/document.hpp"

namespace chancery::api {
namespace {

constexpr std::string_view kCursorKey = "api cursors";
constexpr std::string_view kHtml = "text/html; charset=utf-8";
/// The page has its style inside and nothing else: no script, no other host.
constexpr std::string_view kPagePolicy =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

struct Document {
    std::string_view path;
    std::string_view file;
    std::string_view media_type;
};

constexpr Document kDocuments[] = {{"/openapi.json", "openapi.json", kJson},
                                   {"/openapi.yaml", "openapi.yaml", "application/yaml"},
                                   {"/docs", "docs.html", kHtml}};

std::string_view content_of(std::string_view name)
{
    for (const auto& file : openapi::files()) {
        if (file.name == name) {
            return file.content;
        }
    }
    throw std::logic_error("the binary was built without " + std::string(name));
}

/// What no handler could answer.
http::Response refuse_unserved(const http::Request& request, int status)
{
    switch (status) {
        case 404:
            return problem_response(request, kRouteNotFound, "there is nothing at this path");
        case 405:
            return problem_response(request, kMethodNotAllowed, "this resource has no such method");
        case 503:
            return problem_response(request,
                                    {.code = Code::Busy, .detail = "the server has too much to do at the moment"});
        default:
            return problem_response(request, {.code = Code::Internal,
                                              .detail = "a fault of the server; its log has it under the request id"});
    }
}

http::Awaitable<http::Response> show_document(Document document, std::string etag, const http::Request& request)
{
    auto response = http::text_response(200, std::string(content_of(document.file)), std::string(document.media_type));
    response.with("ETag", std::move(etag));
    if (document.media_type == kHtml) {
        response.with("Content-Security-Policy", std::string(kPagePolicy));
    }
    response = finish(request, std::move(response));
    response.with("Cache-Control", "no-cache"); // may be kept, must be asked about
    co_return response;
}

} // namespace

Door::Door(issuance::Core& core, ApiSettings settings)
    : services_{.core = core,
                .settings = settings,
                .cursor_key = core.keys.kek().derive(kCursorKey),
                .allowances = Allowances(settings),
                .provider = issuance::oidc::RelyingParty(settings.identity_provider)}
{
}

void Door::add_routes(http::Router& router)
{
    for (const auto& route : routes()) {
        router.add(std::string(route.method), route.pattern,
                   [this, &route](const http::Request& request) { return serve(services_, route, request); });
    }
    for (const auto& document : kDocuments) {
        const auto etag = '"' + pki::sha256_hex(content_of(document.file)).substr(0, 32) + '"';
        router.add("GET", document.path,
                   [document, etag](const http::Request& request) { return show_document(document, etag, request); });
    }
    router.set_fallback(std::string(kApiPrefix), refuse_unserved);
}

} // namespace chancery::api
