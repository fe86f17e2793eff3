#include "server/app/console_routes.hpp"
#include "tests/support/run.hpp"

#include <catch2/catch.hpp>

#include <array>

using namespace chancery;

namespace {

constexpr std::array<EmbeddedFile, 5> kFiles{{{"assets/index-1a2b.js", "script"},
                                              {"assets/index-1a2b.js.br", "brotli"},
                                              {"assets/inter-9f.woff2", "font"},
                                              {"index.html", "<!doctype html>"},
                                              {"theme.js", "theme"}}};

struct Site {
    Site() { app::add_console_routes(router, kFiles); }

    http::Response ask(const std::string& path, const std::vector<std::pair<std::string, std::string>>& fields = {},
                       std::string method = "GET") const
    {
        http::Request request;
        request.method = std::move(method);
        request.path = path;
        request.fields.add("Accept", "text/html");
        for (const auto& [name, value] : fields) {
            request.fields.set(name, value);
        }
        return test::run(router.route(request));
    }

    http::Router router;
};

std::string field(const http::Response& response, std::string_view name)
{
    return std::string(response.fields.find(name).value_or(""));
}

} // namespace

TEST_CASE("the console's files are kept for ever where their names hold a hash, and asked about otherwise",
          "[unit][console]")
{
    const Site site;
    const auto script = site.ask("/assets/index-1a2b.js");
    CHECK(script.status == 200);
    CHECK(script.body == "script");
    CHECK(field(script, "Content-Type") == "text/javascript; charset=utf-8");
    CHECK(field(script, "Cache-Control") == "public, max-age=31536000, immutable");
    CHECK(field(site.ask("/assets/inter-9f.woff2"), "Content-Type") == "font/woff2");
    CHECK(field(site.ask("/theme.js"), "Cache-Control") == "no-cache");
    CHECK(field(site.ask("/"), "Cache-Control") == "no-cache");
}

TEST_CASE("a text goes out in Brotli to who takes it, under a tag of its own", "[unit][console]")
{
    const Site site;
    const auto plain = site.ask("/assets/index-1a2b.js", {{"Accept-Encoding", "gzip, br;q=0"}});
    const auto packed = site.ask("/assets/index-1a2b.js", {{"Accept-Encoding", "gzip, br"}});
    CHECK(plain.body == "script");
    CHECK(field(plain, "Content-Encoding").empty());
    CHECK(packed.body == "brotli");
    CHECK(field(packed, "Content-Encoding") == "br");
    CHECK(field(packed, "Vary") == "Accept-Encoding");
    CHECK(field(packed, "ETag") != field(plain, "ETag"));
    CHECK(site.ask("/assets/index-1a2b.js.br").status == 404);
}

TEST_CASE("what a browser has already is not sent again", "[unit][console]")
{
    const Site site;
    const auto etag = field(site.ask("/"), "ETag");
    const auto again = site.ask("/", {{"If-None-Match", etag}});
    CHECK(again.status == 304);
    CHECK(again.body.empty());
    CHECK(field(again, "ETag") == etag);
}

TEST_CASE("every address of a page is answered with the console, and no other door's", "[unit][console]")
{
    const Site site;
    for (const auto* page : {"/certificates", "/certificates/01a2", "/no/such/page"}) {
        CAPTURE(page);
        CHECK(site.ask(page).body == "<!doctype html>");
    }
    for (const auto* other : {"/api/v2/x", "/acme/x/directory", "/.well-known/acme-challenge/t", "/crl/x.crl",
                              "/ocsp/x", "/ca/x.crt", "/oidc/x", "/metrics", "/assets/gone-77.js", "/favicon.ico"}) {
        CAPTURE(other);
        CHECK(site.ask(other).status == 404);
    }
    CHECK(site.ask("/certificates", {}, "POST").status == 404);
    CHECK(site.ask("/certificates", {{"Accept", "application/json"}}).status == 404);
    CHECK(site.ask("/certificates", {{"Accept", "*/*"}}).status == 404);
    CHECK(site.ask("/", {{"Accept", "*/*"}}).status == 200);
}

TEST_CASE("no page of the console runs what is not its own", "[unit][console]")
{
    const Site site;
    for (const auto* path : {"/", "/certificates", "/theme.js"}) {
        CAPTURE(path);
        const auto policy = field(site.ask(path), "Content-Security-Policy");
        CHECK(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self';"));
        CHECK(policy.contains("frame-ancestors 'none'"));
        CHECK(policy.contains("base-uri 'none'"));
        CHECK_FALSE(policy.contains("unsafe"));
        CHECK(field(site.ask(path), "Cross-Origin-Opener-Policy") == "same-origin");
    }
}

TEST_CASE("a build without the console has no page", "[unit][console]")
{
    http::Router router;
    app::add_console_routes(router, {});
    http::Request request;
    request.method = "GET";
    request.path = "/";
    CHECK(test::run(router.route(request)).status == 404);
}
