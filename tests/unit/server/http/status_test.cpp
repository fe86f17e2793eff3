#include "core/json.hpp"
#include "server/http/status.hpp"

#include <catch2/catch.hpp>

using namespace chancery;

TEST_CASE("a bare problem says type, title, status, what is wrong and the request's id", "[unit][server]")
{
    const auto response = http::problem_response(413, "some-id", "/a/path");
    CHECK(response.status == 413);
    CHECK(response.fields.find("content-type") == "application/problem+json");
    json::Reader in(response.body);
    CHECK(in.string("type") == "about:blank");
    CHECK(in.string("title") == "Content Too Large");
    CHECK(in.integer("status") == 413);
    CHECK(in.string("detail") == "the body is longer than this server reads");
    CHECK(in.string("instance") == "/a/path");
    CHECK(in.string("code") == "PAYLOAD_TOO_LARGE");
    CHECK(in.string("request_id") == "some-id");
    CHECK(in.finish());
}

TEST_CASE("the code of a bare problem is the API's, or the status's phrase", "[unit][server]")
{
    const auto code = [](int status) { return json::Reader(http::problem_response(status, "").body).string("code"); };
    CHECK(code(400) == "BAD_REQUEST");
    CHECK(code(408) == "REQUEST_TIMEOUT");
    CHECK(code(500) == "INTERNAL");
    CHECK(code(503) == "BUSY");
}

TEST_CASE("every status has a phrase", "[unit][server]")
{
    for (int status = 200; status < 600; ++status) {
        CHECK_FALSE(http::reason_phrase(status).empty());
    }
}
