#include "server/http/router.hpp"
#include "tests/support/run.hpp"

#include <catch2/catch.hpp>

using namespace chancery::http;

namespace {

Handler saying(std::string text)
{
    return [text](const Request&) -> Awaitable<Response> { co_return text_response(200, text); };
}

Response route(const Router& router, const std::string& method, const std::string& path)
{
    Request request;
    request.method = method;
    request.path = path;
    return chancery::test::run(router.route(request));
}

} // namespace

TEST_CASE("the rest of a path is one parameter, slashes and all", "[unit][http]")
{
    Router router;
    const auto none = [](const Request&) -> Awaitable<Response> { co_return Response{}; };
    router.add("POST", "/ocsp/{id}", none);
    router.add("GET", "/ocsp/{id}/{request*}", none);
    router.add("GET", "/ocsp/{id}/certificate", none);
    const auto rest = [&](const std::string& path) {
        const auto found = router.match("GET", path);
        return found.parameters.size() == 2 ? found.parameters[1].second : std::string("none");
    };
    CHECK(rest("/ocsp/1/MAA=") == "MAA=");
    CHECK(rest("/ocsp/1/a/b//c+d==") == "a/b//c+d==");
    CHECK(rest("/ocsp/1/a%2Fb%2B%3D") == "a/b+=");
    CHECK(rest("/ocsp/1/certificates") == "certificates");
    CHECK(rest("/ocsp/1/certificate/x") == "certificate/x");
    CHECK(rest("/ocsp/1/certificate") == "none");
    CHECK(router.match("GET", "/ocsp/1/certificate").parameters.size() == 1);
    CHECK(router.match("GET", "/ocsp/1/").handler == nullptr);
    CHECK(router.match("GET", "/ocsp/1").allowed == std::vector<std::string>{"OPTIONS", "POST"});
    CHECK(router.match("GET", "/ocsp/1/a").pattern == "/ocsp/{id}/{request}");
}

TEST_CASE("a literal segment wins over a parameter", "[unit][server]")
{
    Router router;
    router.add("GET", "/items/{id}", saying("one"));
    router.add("GET", "/items/search", saying("search"));
    CHECK(route(router, "GET", "/items/search").body == "search");
    CHECK(route(router, "GET", "/items/42").body == "one");
}

TEST_CASE("a literal that leads nowhere gives way to a parameter", "[unit][server]")
{
    Router router;
    router.add("GET", "/a/b/c", saying("literal"));
    router.add("GET", "/a/{x}/d", saying("parameter"));
    CHECK(route(router, "GET", "/a/b/d").body == "parameter");
    const auto match = router.match("GET", "/a/b/d");
    REQUIRE(match.parameters.size() == 1);
    CHECK(match.parameters[0].second == "b");
}

TEST_CASE("parameters are decoded, one segment each and never empty", "[unit][server]")
{
    Router router;
    router.add("GET", "/domains/{name}/policies/{id}", saying("x"));
    const auto match = router.match("GET", "/domains/%2A.example.com/policies/a%2Fb");
    REQUIRE(match.handler != nullptr);
    CHECK(match.pattern == "/domains/{name}/policies/{id}");
    CHECK(match.parameters[0] == std::pair<std::string, std::string>{"name", "*.example.com"});
    CHECK(match.parameters[1] == std::pair<std::string, std::string>{"id", "a/b"});
    CHECK(router.match("GET", "/domains//policies/1").handler == nullptr);
    CHECK(router.match("GET", "/domains/%zz/policies/1").handler == nullptr);
    CHECK(router.match("GET", "/domains/a/policies/1/").handler == nullptr);
}

TEST_CASE("an unknown path is a 404 problem", "[unit][server]")
{
    Router router;
    router.add("GET", "/a", saying("a"));
    const auto response = route(router, "GET", "/b");
    CHECK(response.status == 404);
    CHECK(response.fields.find("Content-Type") == "application/problem+json");
    CHECK_FALSE(response.fields.contains("Allow"));
}

TEST_CASE("a method that a path lacks is a 405 with Allow", "[unit][server]")
{
    Router router;
    router.add("GET", "/a", saying("a"));
    router.add("DELETE", "/a", saying("gone"));
    const auto response = route(router, "POST", "/a");
    CHECK(response.status == 405);
    CHECK(response.fields.find("Allow") == "DELETE, GET, HEAD, OPTIONS");
}

TEST_CASE("OPTIONS is answered with Allow unless a route answers it itself", "[unit][server]")
{
    Router router;
    router.add("GET", "/a", saying("a"));
    router.add("OPTIONS", "/b", saying("own"));
    CHECK(route(router, "OPTIONS", "/a").status == 204);
    CHECK(route(router, "OPTIONS", "/a").fields.find("Allow") == "GET, HEAD, OPTIONS");
    CHECK(route(router, "OPTIONS", "/b").body == "own");
    CHECK(route(router, "GET", "/b").fields.find("Allow") == "OPTIONS");
    CHECK(route(router, "OPTIONS", "/c").status == 404);
}

TEST_CASE("HEAD is answered by GET unless it has a route of its own", "[unit][server]")
{
    Router router;
    router.add("GET", "/a", saying("get"));
    router.add("HEAD", "/b", saying("head"));
    router.add("GET", "/b", saying("get"));
    CHECK(route(router, "HEAD", "/a").body == "get");
    CHECK(route(router, "HEAD", "/b").body == "head");
}

TEST_CASE("the fallback of the longest prefix answers in its own form", "[unit][server]")
{
    Router router;
    router.set_fallback("/", [](const Request&, int status) { return text_response(status, "root"); });
    router.set_fallback("/acme/", [](const Request&, int status) { return text_response(status, "acme"); });
    router.add("POST", "/acme/new-order", saying("x"));
    CHECK(route(router, "GET", "/acme/none").body == "acme");
    CHECK(route(router, "GET", "/none").body == "root");
    const auto wrong_method = route(router, "GET", "/acme/new-order");
    CHECK(wrong_method.status == 405);
    CHECK(wrong_method.body == "acme");
    CHECK(wrong_method.fields.find("Allow") == "OPTIONS, POST");
}

TEST_CASE("registering a route twice is refused at once", "[unit][server]")
{
    Router router;
    router.add("GET", "/a/{x}", saying("a"));
    CHECK_THROWS_AS(router.add("GET", "/a/{y}", saying("b")), std::logic_error);
}

TEST_CASE("routes lists every method and pattern", "[unit][server]")
{
    Router router;
    router.add("POST", "/b/{id}", saying("x"));
    router.add("GET", "/", saying("x"));
    using Routes = std::vector<std::pair<std::string, std::string>>;
    CHECK(router.routes() == Routes{{"GET", "/"}, {"POST", "/b/{id}"}});
    CHECK(route(router, "GET", "/").body == "x");
}

TEST_CASE("two methods of one path may name their parameter differently", "[unit][server]")
{
    Router router;
    router.add("GET", "/a/{first}", saying("x"));
    router.add("PUT", "/a/{second}", saying("x"));
    CHECK(router.match("GET", "/a/1").parameters[0].first == "first");
    CHECK(router.match("PUT", "/a/1").parameters[0].first == "second");
}
