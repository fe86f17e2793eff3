#include "server/http/message.hpp"

#include <catch2/catch.hpp>

using namespace chancery::http;

TEST_CASE("field names compare without case and keep their order", "[unit][server]")
{
    Fields fields;
    fields.add("Set-Cookie", "a=1");
    fields.add("set-cookie", "b=2");
    fields.add("ETag", "\"x\"");
    CHECK(fields.find("SET-COOKIE") == "a=1");
    CHECK(fields.contains("etag"));
    CHECK_FALSE(fields.find("Location").has_value());
    fields.set("SET-cookie", "c=3");
    CHECK(std::distance(fields.begin(), fields.end()) == 2);
    CHECK(fields.find("Set-Cookie") == "c=3");
}

TEST_CASE("percent decoding takes both cases of hexadecimal and refuses broken escapes", "[unit][server]")
{
    CHECK(percent_decode("a%2Fb%2fc") == "a/b/c");
    CHECK(percent_decode("%e2%82%ac") == "\xe2\x82\xac");
    CHECK(percent_decode("plain+sign") == "plain+sign");
    CHECK(percent_decode("").value().empty());
    for (const auto* broken : {"%", "%4", "a%", "%zz", "%4g", "%-1"}) {
        DYNAMIC_SECTION(broken)
        {
            CHECK_FALSE(percent_decode(broken).has_value());
        }
    }
}

TEST_CASE("percent encoding keeps unreserved characters only and is undone by decoding", "[unit][server]")
{
    CHECK(percent_encode("AZaz09-._~") == "AZaz09-._~");
    CHECK(percent_encode("a b/c?") == "a%20b%2fc%3f");
    const std::string all("\x00\x01%&=+\xff", 7);
    CHECK(percent_decode(percent_encode(all)) == all);
}

TEST_CASE("a target splits into its path and its decoded query", "[unit][server]")
{
    const auto target = parse_target("/api/v1/certificates?status=active,expired&q=a+b%26c&flag&=x&&not_after[lt]=1");
    REQUIRE(target.has_value());
    CHECK(target->path == "/api/v1/certificates");
    using Members = std::vector<std::pair<std::string, std::string>>;
    CHECK(target->query ==
          Members{{"status", "active,expired"}, {"q", "a b&c"}, {"flag", ""}, {"", "x"}, {"not_after[lt]", "1"}});
}

TEST_CASE("a path keeps its escapes for the router, so that an escaped slash does not split a segment",
          "[unit][server]")
{
    CHECK(parse_target("/a%2Fb/c")->path == "/a%2Fb/c");
    CHECK(parse_target("/")->path == "/");
    CHECK(parse_target("/?")->query.empty());
}

TEST_CASE("a target that is not origin form or has a broken escape is refused", "[unit][server]")
{
    for (const auto* target : {"", "*", "a", "http://example.com/", "/a#b", "/a?x=%", "/a?%zz=1", "/a%2", "/%gg"}) {
        DYNAMIC_SECTION('"' << target << '"')
        {
            CHECK_FALSE(parse_target(target).has_value());
        }
    }
}

TEST_CASE("cookies are found by their exact name among several fields and pairs", "[unit][server]")
{
    Request request;
    request.fields.add("Cookie", "theme=dark; __Host-session=abc=def ;empty=");
    request.fields.add("cookie", "late=1");
    CHECK(request.cookie("__Host-session") == "abc=def");
    CHECK(request.cookie("empty") == "");
    CHECK(request.cookie("late") == "1");
    CHECK_FALSE(request.cookie("session").has_value());
    CHECK_FALSE(request.cookie("Theme").has_value());
}

TEST_CASE("the media type is lower case and without parameters", "[unit][server]")
{
    Request request;
    CHECK(request.media_type().empty());
    request.fields.add("Content-Type", "Application/JOSE+JSON ; charset=utf-8");
    CHECK(request.media_type() == "application/jose+json");
}

TEST_CASE("the first query member of a name counts", "[unit][server]")
{
    Request request;
    request.query = {{"limit", "1"}, {"limit", "2"}};
    CHECK(request.query_value("limit") == "1");
    CHECK_FALSE(request.query_value("cursor").has_value());
    CHECK_THROWS_AS(request.parameter("id"), std::logic_error);
}
