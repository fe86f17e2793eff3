#include "server/app/console_routes.hpp"

#include "core/text.hpp"
#include "pki/digest.hpp"
#include "server/http/caching.hpp"
#include "server/http/status.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <string_view>

namespace chancery::app {
namespace {

/// Scripts, styles, pictures and fonts are the console's own files; data goes to this server only. Nothing inline.
constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'";
/// No page of the console needs any of these of the browser.
constexpr std::string_view kPermissions = "camera=(), microphone=(), geolocation=(), payment=(), usb=()";
constexpr std::string_view kIndex = "index.html";
constexpr std::string_view kBrotli = ".br";
/// Under it the names hold a hash of the content: what they mean never changes.
constexpr std::string_view kHashed = "assets/";
constexpr std::size_t kTagDigits = 32;

struct MediaType {
    std::string_view suffix;
    std::string_view name;
};

constexpr std::array<MediaType, 6> kMediaTypes{{{".html", "text/html; charset=utf-8"},
                                                {".js", "text/javascript; charset=utf-8"},
                                                {".css", "text/css; charset=utf-8"},
                                                {".svg", "image/svg+xml"},
                                                {".woff2", "font/woff2"},
                                                {".json", "application/json"}}};

/// Where others answer, also that there is nothing: no page of the console has such an address.
constexpr std::array<std::string_view, 12> kOtherDoors{"/api/",    "/acme/",   "/.well-known/", "/crl/",
                                                       "/ocsp/",   "/ca/",     "/oidc/",        "/oauth2/",
                                                       "/metrics", "/healthz", "/readyz",       "/assets/"};

std::string_view media_type_of(std::string_view name)
{
    const auto found = std::ranges::find_if(kMediaTypes, [&](const auto& one) { return name.ends_with(one.suffix); });
    return found == kMediaTypes.end() ? "application/octet-stream" : found->name;
}

struct File {
    std::string_view name;
    std::string_view content;
    std::string_view brotli{}; ///< empty: there is none
    std::string etag{};
    std::string brotli_etag{};
};

std::string tag_of(std::string_view content)
{
    return content.empty() ? std::string() : '"' + pki::sha256_hex(content).substr(0, kTagDigits) + '"';
}

const EmbeddedFile* find(std::span<const EmbeddedFile> files, std::string_view name)
{
    const auto found = std::ranges::find(files, name, &EmbeddedFile::name);
    return found == files.end() ? nullptr : &*found;
}

File with_forms(std::span<const EmbeddedFile> files, const EmbeddedFile& file)
{
    const auto* brotli = find(files, std::string(file.name) + std::string(kBrotli));
    File made{.name = file.name, .content = file.content, .brotli = brotli != nullptr ? brotli->content : ""};
    made.etag = tag_of(made.content);
    made.brotli_etag = tag_of(made.brotli);
    return made;
}

/// Whether Accept-Encoding lists Brotli and does not refuse it (RFC 9110 section 12.5.3).
bool takes_brotli(const http::Request& request)
{
    for (const auto& item : split(request.header("accept-encoding"), ',')) {
        const auto parts = split(item, ';');
        if (to_lower(trim(parts.front())) == "br") {
            return parts.size() < 2 || (trim(parts[1]) != "q=0" && trim(parts[1]) != "q=0.0");
        }
    }
    return false;
}

http::Response serve(const http::Request& request, const File& file)
{
    const bool brotli = !file.brotli.empty() && takes_brotli(request);
    const auto& etag = brotli ? file.brotli_etag : file.etag;
    const bool known = http::none_match_hits(request, etag);
    auto response = known ? http::empty_response(304)
                          : http::text_response(200, std::string(brotli ? file.brotli : file.content),
                                                std::string(media_type_of(file.name)));
    if (brotli && !known) {
        response.with("Content-Encoding", "br");
    }
    response.with("ETag", etag);
    response.with("Vary", "Accept-Encoding");
    response.with("Cache-Control", file.name.starts_with(kHashed) ? "public, max-age=31536000, immutable" : "no-cache");
    response.with("Content-Security-Policy", std::string(kPolicy));
    response.with("Permissions-Policy", std::string(kPermissions));
    response.with("Cross-Origin-Opener-Policy", "same-origin");
    response.with("Cross-Origin-Resource-Policy", "same-origin");
    return response;
}

http::Awaitable<http::Response> answer(const http::Request& request, std::shared_ptr<const File> file)
{
    co_return serve(request, *file);
}

bool is_page(const http::Request& request)
{
    const bool asks = request.method == "GET" || request.method == "HEAD";
    // As browsers ask for a page. Programs, which take anything, are told that there is nothing.
    const bool takes_html = request.header("accept").contains("text/html");
    const bool others = std::ranges::any_of(kOtherDoors, [&](auto door) { return request.path.starts_with(door); });
    // A dot is for files: one that is not there is missing, not a page.
    return asks && takes_html && !others && !request.path.substr(request.path.rfind('/')).contains('.');
}

} // namespace

void add_console_routes(http::Router& router, std::span<const EmbeddedFile> files)
{
    const auto* index = find(files, kIndex);
    if (index == nullptr) {
        return;
    }
    for (const auto& one : files) {
        if (one.name.ends_with(kBrotli) || one.name == kIndex) {
            continue;
        }
        const auto file = std::make_shared<const File>(with_forms(files, one));
        router.add("GET", '/' + std::string(one.name),
                   [file](const http::Request& request) { return answer(request, file); });
    }
    const auto page = std::make_shared<const File>(with_forms(files, *index));
    router.add("GET", "/", [page](const http::Request& request) { return answer(request, page); });
    router.set_fallback("/", [page](const http::Request& request, int status) {
        return status == 404 && is_page(request) ? serve(request, *page)
                                                 : http::problem_response(status, request.request_id, request.path);
    });
}

} // namespace chancery::app
