#include "api/idempotency.hpp"
#include "api/negotiation.hpp"
#include "api/prefer.hpp"

#include <catch2/catch.hpp>

using namespace chancery;

TEST_CASE("Accept allows JSON or it does not", "[unit][api]")
{
    struct Case {
        const char* accept;
        bool json;
    };

    const Case cases[] = {{"", true},
                          {"*/*", true},
                          {"application/json", true},
                          {"Application/JSON; charset=utf-8", true},
                          {"application/*", true},
                          {"text/html, application/json;q=0.1", true},
                          {"text/html, */*;q=0.8", true},
                          {"text/html", false},
                          {"application/problem+json", false},
                          {"application/json;q=0", false},
                          {"application/json;q=0.0, */*", false},
                          {"*/*;q=0", false},
                          {"*/*;q=0, application/json", true}};
    for (const auto& c : cases) {
        DYNAMIC_SECTION("\"" << c.accept << "\"")
        {
            CHECK(api::accepts(c.accept, "application/json") == c.json);
        }
    }
}

TEST_CASE("a preferred wait is a number of seconds up to thirty", "[unit][api]")
{
    const auto wait = [](const char* value) {
        http::Request request;
        request.fields.set("Prefer", value);
        return api::preferred_wait(request);
    };
    CHECK(wait("wait=10") == std::chrono::seconds(10));
    CHECK(wait("respond-async, wait=3") == std::chrono::seconds(3));
    CHECK(wait("wait=600") == std::chrono::seconds(30));
    CHECK_FALSE(wait("wait=soon"));
    CHECK_FALSE(wait("wait=-1"));
    CHECK_FALSE(wait("respond-async"));
    CHECK_FALSE(api::preferred_wait(http::Request{}));
}

TEST_CASE("an idempotency key is visible text of a bounded length, bound to the request", "[unit][api]")
{
    const Secret mac_key("of this server");
    http::Request request;
    request.method = "POST";
    request.path = "/api/v1/orders";
    request.body = "{}";
    REQUIRE(api::read_idempotency_key(mac_key, request));
    CHECK_FALSE(*api::read_idempotency_key(mac_key, request));

    request.fields.set("Idempotency-Key", "k-1");
    const auto first = api::read_idempotency_key(mac_key, request).value().value();
    CHECK(first.key == "k-1");
    CHECK(api::read_idempotency_key(mac_key, request).value().value().request_hash == first.request_hash);
    const Secret another("of another server"); // what is stored tells nothing about a body without the key
    CHECK(api::read_idempotency_key(another, request).value().value().request_hash != first.request_hash);
    request.body = "{ }";
    CHECK(api::read_idempotency_key(mac_key, request).value().value().request_hash != first.request_hash);

    for (const auto& bad : {std::string(), std::string(256, 'k'), std::string("two words"), std::string("tab\t")}) {
        request.fields.set("Idempotency-Key", bad);
        const auto read = api::read_idempotency_key(mac_key, request);
        REQUIRE_FALSE(read);
        CHECK(read.error().code == Code::BadRequest);
    }
}
