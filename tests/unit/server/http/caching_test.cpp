#include "server/http/caching.hpp"

#include <catch2/catch.hpp>

using namespace chancery;
using namespace chancery::http;

namespace {

Time moment(std::string_view text)
{
    return from_rfc3339(text).value();
}

Request asking(std::string name, std::string value)
{
    Request request;
    request.fields.add(std::move(name), std::move(value));
    return request;
}

const Freshness kFreshness{.etag = "\"7\"",
                           .modified = *from_rfc3339("2026-06-01T12:00:00Z"),
                           .expires = *from_rfc3339("2026-06-08T12:00:00Z")};

Response answer(const Request& request, Time now = moment("2026-06-01T13:00:00Z"))
{
    return with_freshness(request, text_response(200, "body"), kFreshness, "public", now);
}

} // namespace

TEST_CASE("HTTP dates are written and read in their one form", "[unit][http]")
{
    CHECK(http_date(moment("1994-11-06T08:49:37Z")) == "Sun, 06 Nov 1994 08:49:37 GMT");
    CHECK(http_date(moment("2026-02-28T23:59:59Z")) == "Sat, 28 Feb 2026 23:59:59 GMT");
    CHECK(from_http_date("Sun, 06 Nov 1994 08:49:37 GMT") == moment("1994-11-06T08:49:37Z"));
    for (const auto* wrong :
         {"", "Mon, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:60 GMT", "Sun, 31 Feb 2026 08:49:37 GMT",
          "Sun, 06 Nov 1994 08:49:37 UTC", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
          "Sun, 06 Nov 1994 -8:49:37 GMT"}) {
        CAPTURE(wrong);
        CHECK_FALSE(from_http_date(wrong));
    }
}

TEST_CASE("an answer may be kept until it expires, and not a second longer", "[unit][http]")
{
    const auto fresh = answer({});
    CHECK(fresh.status == 200);
    CHECK(fresh.body == "body");
    CHECK(fresh.fields.find("ETag") == "\"7\"");
    CHECK(fresh.fields.find("Last-Modified") == "Mon, 01 Jun 2026 12:00:00 GMT");
    CHECK(fresh.fields.find("Expires") == "Mon, 08 Jun 2026 12:00:00 GMT");
    CHECK(fresh.fields.find("Cache-Control") == "public, max-age=601200");
    CHECK(answer({}, moment("2026-06-08T11:59:59Z")).fields.find("Cache-Control") == "public, max-age=1");
    CHECK(answer({}, moment("2026-07-01T00:00:00Z")).fields.find("Cache-Control") == "public, max-age=0");
}

TEST_CASE("who has the answer already gets 304, judged by the tag before the date", "[unit][http]")
{
    for (const auto* tag : {"\"7\"", "W/\"7\"", "\"6\", \"7\"", "*"}) {
        CAPTURE(tag);
        const auto same = answer(asking("If-None-Match", tag));
        CHECK(same.status == 304);
        CHECK(same.body.empty());
        CHECK(same.fields.find("ETag") == "\"7\"");
        CHECK(same.fields.contains("Cache-Control"));
    }
    CHECK(answer(asking("If-None-Match", "\"6\"")).status == 200);
    CHECK(answer(asking("If-Modified-Since", "Mon, 01 Jun 2026 12:00:00 GMT")).status == 304);
    CHECK(answer(asking("If-Modified-Since", "Mon, 01 Jun 2026 11:59:59 GMT")).status == 200);
    CHECK(answer(asking("If-Modified-Since", "yesterday")).status == 200);
    auto both = asking("If-None-Match", "\"6\"");
    both.fields.add("If-Modified-Since", "Mon, 01 Jun 2026 12:00:00 GMT");
    CHECK(answer(both).status == 200);
}
