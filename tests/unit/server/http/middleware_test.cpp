#include "core/id.hpp"
#include "core/overloaded.hpp"
#include "server/http/middleware.hpp"
#include "tests/support/run.hpp"

#include <catch2/catch.hpp>

using namespace chancery;
using namespace chancery::http;

namespace {

struct Fixture {
    SystemClock clock;
    metrics::Registry registry;
    Router router;
    MiddlewareConfig config{.access_log = false};

    Response ask(Request request)
    {
        const auto entry = with_middleware(router, config, clock, registry);
        return test::run(entry(request));
    }

    Response get(std::string path)
    {
        Request request;
        request.method = "GET";
        request.path = std::move(path);
        return ask(std::move(request));
    }
};

Handler throwing(auto error)
{
    return [error](const Request&) -> Awaitable<Response> {
        throw error;
        co_return Response{};
    };
}

} // namespace

TEST_CASE("every answer carries an id of ours, whatever the client sent as one", "[unit][server]")
{
    Fixture fixture;
    std::string seen;
    fixture.router.add("GET", "/a", [&](const Request& request) -> Awaitable<Response> {
        seen = request.request_id;
        co_return text_response(200, "a");
    });
    Request request;
    request.method = "GET";
    request.path = "/a";
    request.fields.add("X-Request-Id", "mine");
    const auto response = fixture.ask(request);
    CHECK(is_id(seen));
    CHECK(response.fields.find("X-Request-Id") == seen);
    CHECK(is_id(std::string(fixture.get("/none").fields.find("X-Request-Id").value())));
}

TEST_CASE("a handler that throws is answered with 500 and nothing of what it threw", "[unit][server]")
{
    Fixture fixture;
    fixture.router.add("GET", "/a", throwing(std::runtime_error("table certificates is locked")));
    const auto response = fixture.get("/a");
    CHECK(response.status == 500);
    CHECK(response.fields.find("Content-Type") == "application/problem+json");
    CHECK(response.body.find("certificates") == std::string::npos);
    CHECK(response.body.find(response.fields.find("X-Request-Id").value()) != std::string::npos);
}

TEST_CASE("a full queue is answered with 503 and Retry-After", "[unit][server]")
{
    Fixture fixture;
    fixture.router.add("GET", "/a", throwing(Overloaded("the queue is full")));
    const auto response = fixture.get("/a");
    CHECK(response.status == 503);
    CHECK(response.fields.contains("Retry-After"));
}

TEST_CASE("a failure under a door's prefix is told in the door's own form", "[unit][server]")
{
    Fixture fixture;
    fixture.router.set_fallback("/acme/", [](const Request&, int status) { return text_response(status, "acme"); });
    fixture.router.add("GET", "/acme/x", throwing(std::runtime_error("x")));
    const auto response = fixture.get("/acme/x");
    CHECK(response.status == 500);
    CHECK(response.body == "acme");
}

TEST_CASE("security headers are on every answer and a handler's own policy stays", "[unit][server]")
{
    Fixture fixture;
    fixture.router.add("GET", "/page", [](const Request&) -> Awaitable<Response> {
        auto response = text_response(200, "<p>", "text/html");
        response.with("content-security-policy", "default-src 'self'");
        co_return response;
    });
    const auto page = fixture.get("/page");
    CHECK(page.fields.find("Content-Security-Policy") == "default-src 'self'");
    CHECK(page.fields.find("X-Content-Type-Options") == "nosniff");
    CHECK(page.fields.find("Referrer-Policy") == "no-referrer");
    CHECK(page.fields.find("X-Frame-Options") == "DENY");
    CHECK(page.fields.find("Strict-Transport-Security") == "max-age=31536000");
    CHECK(fixture.get("/none").fields.find("Content-Security-Policy") == "default-src 'none'; frame-ancestors 'none'");
}

TEST_CASE("plain HTTP answers do not carry Strict-Transport-Security", "[unit][server]")
{
    Fixture fixture;
    Request request;
    request.method = "GET";
    request.path = "/crl";
    request.secure = false;
    CHECK_FALSE(fixture.ask(request).fields.contains("Strict-Transport-Security"));
}

TEST_CASE("what needs TLS is refused without it, with an id, headers and a count", "[unit][server]")
{
    Fixture fixture;
    bool reached = false;
    fixture.router.add("GET", "/secret", [&](const Request&) -> Awaitable<Response> {
        reached = true;
        co_return text_response(200, "secret");
    });
    fixture.router.add("GET", "/crl/x", [](const Request&) -> Awaitable<Response> { co_return Response{}; });
    fixture.config.open_without_tls = [](const std::string& path) { return path.starts_with("/crl/"); };
    const auto ask = [&](const std::string& path, bool secure) {
        Request request;
        request.method = "GET";
        request.path = path;
        request.secure = secure;
        return fixture.ask(std::move(request));
    };
    const auto refused = ask("/secret", false);
    CHECK(refused.status == 403);
    CHECK_FALSE(reached);
    CHECK(is_id(std::string(refused.fields.find("X-Request-Id").value())));
    CHECK(refused.fields.contains("X-Content-Type-Options"));
    CHECK(fixture.registry.render().find(R"(chancery_http_requests_total{route="",method="other",status="4xx"} 1)") !=
          std::string::npos);
    CHECK(ask("/crl/x", false).status == 200);
    CHECK(ask("/secret", true).status == 200);
    CHECK(reached);
}

TEST_CASE("requests are counted by pattern and status class, unknown paths and methods under one label",
          "[unit][server]")
{
    Fixture fixture;
    fixture.router.add("GET", "/items/{id}", [](const Request&) -> Awaitable<Response> { co_return Response{}; });
    fixture.get("/items/1");
    fixture.get("/items/2");
    fixture.get("/secret-1");
    fixture.get("/secret-2");
    const auto text = fixture.registry.render();
    CHECK(text.find(R"(chancery_http_requests_total{route="/items/{id}",method="GET",status="2xx"} 2)") !=
          std::string::npos);
    CHECK(text.find(R"(chancery_http_requests_total{route="",method="other",status="4xx"} 2)") != std::string::npos);
    CHECK(text.find("secret") == std::string::npos);
    CHECK(text.find(R"(chancery_http_request_duration_seconds_count{route="/items/{id}",method="GET"} 2)") !=
          std::string::npos);
}

TEST_CASE("only a well-formed traceparent has a trace id", "[unit][server]")
{
    const std::string good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    CHECK(trace_id_of(good) == "4bf92f3577b34da6a3ce929d0e0e4736");
    CHECK(trace_id_of(good + "-more") == "4bf92f3577b34da6a3ce929d0e0e4736");
    for (const auto& bad : {std::string(), good.substr(1), good + "x", "ff" + good.substr(2),
                            std::string("00-00000000000000000000000000000000-00f067aa0ba902b7-01"),
                            std::string("00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01")}) {
        DYNAMIC_SECTION('"' << bad << '"')
        {
            CHECK(trace_id_of(bad).empty());
        }
    }
}
