#include "tests/support/api_world.hpp"

#include <catch2/catch.hpp>

using namespace chancery;
using namespace chancery::test;

namespace {

constexpr const char* kDomains = "/api/v1/domains";

std::string first_pointer(const ApiAnswer& answer)
{
    auto errors = answer.json().optional_objects("errors").value_or(std::vector<json::Reader>{});
    return errors.empty() ? std::string() : errors.front().string("pointer");
}

} // namespace

TEST_CASE("a body is one JSON object of known members", "[integration][api]")
{
    ApiWorld world(test_dialects().front());

    struct Case {
        std::string body;
        int status;
        std::string pointer;
    };

    const Case cases[] = {{R"({"name":"example.org","colour":"red"})", 422, "/colour"},
                          {R"({"name":7})", 422, "/name"},
                          {R"({})", 422, "/name"},
                          {R"([])", 400, ""},
                          {R"({"name":"example.org")", 400, ""},
                          {R"({"name":"a","name":"b"})", 400, ""},
                          {std::string(100000, '['), 400, ""},
                          {"\"\xff\"", 400, ""}};
    for (const auto& c : cases) {
        INFO(c.body.substr(0, 60));
        const auto answer = world.admin.post(kDomains, c.body);
        CHECK(answer.status == c.status);
        CHECK(first_pointer(answer) == c.pointer);
        CHECK(answer.field("content-type") == "application/problem+json");
        CHECK(answer.field("cache-control") == "no-store");
        CHECK(answer.text("request_id").starts_with("request-"));
        CHECK(answer.text("instance") == kDomains);
    }
}

TEST_CASE("media types that do not fit are refused", "[integration][api]")
{
    ApiWorld world(test_dialects().front());
    const std::string body = R"({"name":"example.org"})";
    CHECK(world.admin.post(kDomains, body, {{"Content-Type", "text/plain"}}).code() == "UNSUPPORTED_MEDIA_TYPE");
    CHECK(world.admin.post(kDomains, body, {{"Content-Type", "application/merge-patch+json"}}).status == 415);
    CHECK(world.admin.post(kDomains, body, {{"Accept", "text/html"}}).code() == "NOT_ACCEPTABLE");
    CHECK(world.admin.get(kDomains, {{"Accept", "application/json;q=0"}}).status == 406);
    CHECK(world.admin.post(kDomains, body, {{"Content-Type", "application/json; charset=utf-8"}}).status == 201);
}

TEST_CASE("paths and methods that are not there are problems, too", "[integration][api]")
{
    ApiWorld world(test_dialects().front());
    CHECK(world.admin.get("/api/v1/nothing").code() == "NOT_FOUND");
    CHECK(world.admin.get("/api/v1/domains/not-an-id").code() == "NOT_FOUND");
    CHECK(world.admin.get("/api/v1/domains/01939f6a-7a3c-7d52-8d8f-1f6a7e2b9c10").code() == "NOT_FOUND");
    const auto answer = world.admin.send("PUT", kDomains, "{}");
    CHECK(answer.status == 405);
    CHECK(answer.code() == "METHOD_NOT_ALLOWED");
    CHECK(answer.field("allow") == "GET, HEAD, OPTIONS, POST");
    CHECK(world.admin.send("OPTIONS", kDomains).field("allow") == "GET, HEAD, OPTIONS, POST");
}

TEST_CASE("a query has known members with good values, given once", "[integration][api]")
{
    ApiWorld world(test_dialects().front());
    for (const auto* query : {"colour=red", "limit=0", "limit=201", "limit=x", "include_total=1", "sort=colour",
                              "cursor=abc", "enabled=yes", "limit=5&limit=6", "q="}) {
        INFO(query);
        const auto answer = world.admin.get(std::string(kDomains) + '?' + query);
        CHECK(answer.status == 422);
        CHECK(first_pointer(answer) == "?" + std::string(query).substr(0, std::string(query).find('=')));
    }
    for (const auto* query : {"status=gone", "source=x", "provider_id=x", "authority_id=x", "key_algorithm=dsa",
                              "not_after%5Blt%5D=x", "expires_before=x", "expires_within=30", "sort=serial_number"}) {
        INFO(query);
        CHECK(world.admin.get("/api/v1/certificates?" + std::string(query)).code() == "VALIDATION_ERROR");
    }
}

TEST_CASE("a cursor goes on where the page ended, for its own list and order only", "[integration][api]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    for (const auto* name : {"a.example", "b.example", "c.example"}) {
        world.test.domain(name);
    }
    const auto page = world.admin.get(std::string(kDomains) + "?limit=2&q=exam");
    CHECK(page.items().size() == 2);
    CHECK(page.json().boolean("has_more"));
    CHECK_FALSE(page.json().has("total"));
    const auto cursor = page.text("next_cursor");
    CHECK(page.field("link") == "</api/v1/domains?limit=2&q=exam&cursor=" + cursor + ">; rel=\"next\"");
    const auto last = world.admin.get(std::string(kDomains) + "?limit=2&q=exam&cursor=" + cursor);
    CHECK(last.items().size() == 2);
    CHECK_FALSE(last.json().boolean("has_more"));
    CHECK(last.json().is_null("next_cursor"));
    CHECK(last.field("link").empty());

    CHECK(first_pointer(world.admin.get(std::string(kDomains) + "?sort=-name&cursor=" + cursor)) == "?cursor");
    CHECK(first_pointer(world.admin.get("/api/v1/users?cursor=" + cursor)) == "?cursor");
    auto tampered = cursor;
    tampered[tampered.size() / 2] = tampered[tampered.size() / 2] == 'A' ? 'B' : 'A';
    CHECK(first_pointer(world.admin.get(std::string(kDomains) + "?cursor=" + tampered)) == "?cursor");
}

TEST_CASE("what a client has is not sent again", "[integration][api]")
{
    ApiWorld world(test_dialects().front());
    const auto target = "/api/v1/domains/" + world.admin.get(kDomains).items().front().string("id");
    const auto first = world.admin.get(target);
    CHECK(first.field("cache-control") == "no-store");
    const auto again = world.admin.get(target, {{"If-None-Match", first.etag()}});
    CHECK(again.status == 304);
    CHECK(again.body.empty());
    CHECK(again.etag() == first.etag());
}

TEST_CASE("the contract is served with the server", "[integration][api]")
{
    ApiWorld world(test_dialects().front());
    const ApiClient stranger(world.router);
    const auto json = stranger.get("/openapi.json");
    CHECK(json.status == 200);
    CHECK(json.text("openapi") == "3.1.1");
    CHECK(stranger.get("/openapi.json", {{"If-None-Match", json.etag()}}).status == 304);
    CHECK(stranger.get("/openapi.yaml").field("content-type") == "application/yaml");
    const auto page = stranger.get("/docs");
    CHECK(page.field("content-type") == "text/html; charset=utf-8");
    CHECK(page.field("content-security-policy").starts_with("default-src 'none'"));
    CHECK_FALSE(page.body.contains("<script"));
    CHECK_FALSE(page.body.contains("src="));
    CHECK(page.body.contains("POST /api/v1/orders"));
}
