#include "tests/support/api_world.hpp"

#include <catch2/catch.hpp>

#include <thread>

using namespace chancery;
using namespace chancery::test;
using namespace std::chrono_literals;

namespace {

constexpr const char* kMe = "/api/v1/me";

/// Three requests of a principal and two of an address at once; one comes back every ten seconds.
api::ApiSettings narrow()
{
    return {.principal = {.requests = 3, .window = 30s}, .address = {.requests = 2, .window = 20s}};
}

} // namespace

TEST_CASE("who asks too often is told when to come back, and may then", "[integration][api][allowances]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())), narrow());
    const auto first = world.admin.get(kMe);
    CHECK(first.status == 200);
    CHECK(first.field("ratelimit-policy") == R"("principal";q=3;w=30)");
    CHECK(first.field("ratelimit") == R"("principal";r=2;t=10)");
    world.admin.get(kMe);
    CHECK(world.admin.get(kMe).field("ratelimit") == R"("principal";r=0;t=30)");

    const auto made = world.recorded("domain.create.success");
    const auto refused = world.admin.post("/api/v1/domains", R"({"name":"example.org"})");
    CHECK(refused.status == 429);
    CHECK(refused.code() == "RATE_LIMITED");
    CHECK(refused.field("retry-after") == "10");
    CHECK(refused.field("ratelimit") == R"("principal";r=0;t=30)");
    CHECK(world.recorded("domain.create.success") == made);

    world.test.clock.advance(9s);
    CHECK(world.admin.get(kMe).field("retry-after") == "1");
    world.test.clock.advance(1s);
    CHECK(world.admin.get(kMe).status == 200);
    CHECK(world.admin.get(kMe).status == 429);
    world.test.clock.advance(1h);
    CHECK(world.admin.get(kMe).field("ratelimit") == R"("principal";r=2;t=10)");
}

TEST_CASE("all tokens of a principal share one allowance, which nobody else has", "[integration][api][allowances]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())), narrow());
    const auto ada = world.test.user(Role::User);
    const ApiClient one(world.router, world.token_for(ada, Scope::Read));
    const ApiClient other(world.router, world.token_for(ada, Scope::Admin));
    CHECK(one.get(kMe).status == 200);
    CHECK(other.get(kMe).status == 200);
    CHECK(one.get(kMe).status == 200);
    CHECK(other.get(kMe).status == 429);
    CHECK(world.admin.get(kMe).status == 200);
    CHECK(world.somebody(Role::User).get(kMe).status == 200);
}

TEST_CASE("refusals count, too", "[integration][api][allowances]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())), narrow());
    const auto reader = world.somebody(Role::User, {}, Scope::Read);
    CHECK(reader.get("/api/v1/users").status == 403);
    CHECK(reader.get("/api/v1/orders?colour=red").status == 422);
    CHECK(reader.post("/api/v1/domains", "{").status == 403);
    CHECK(reader.get(kMe).status == 429);
}

TEST_CASE("without valid credentials it is the address that pays, and it keeps nobody else out",
          "[integration][api][allowances]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())), narrow());
    const ApiClient guesser(world.router, "chy_nonsense");
    CHECK(guesser.get(kMe).field("ratelimit") == R"("address";r=1;t=10)");
    CHECK(ApiClient(world.router).get(kMe).status == 401);
    const auto refused = guesser.get(kMe);
    CHECK(refused.status == 429);
    CHECK(refused.field("ratelimit-policy") == R"("address";q=2;w=20)");
    // The same address with good credentials.
    CHECK(world.admin.get(kMe).status == 200);
    // Signing in is without credentials.
    const auto login = R"({"email":"admin@example.com","password":"a wrong password"})";
    CHECK(ApiClient(world.router).post("/api/v1/sessions", login).code() == "RATE_LIMITED");
    CHECK(world.recorded("session.login.failure") == 0);
    world.test.clock.advance(10s);
    CHECK(ApiClient(world.router).post("/api/v1/sessions", login).status == 401);
}

TEST_CASE("requests at the same time spend one allowance", "[integration][api][allowances]")
{
    auto settings = narrow();
    settings.principal.requests = 20;
    ApiWorld world(GENERATE(from_range(test_dialects())), settings);
    std::vector<ApiAnswer> answers(50);
    {
        std::vector<std::jthread> threads;
        for (auto& answer : answers) {
            threads.emplace_back([&] { answer = world.admin.get(kMe); });
        }
    }
    CHECK(std::ranges::count(answers, 200, &ApiAnswer::status) == 20);
    CHECK(std::ranges::count(answers, 429, &ApiAnswer::status) == 30);
}

TEST_CASE("a bucket regains each request after its share of the window", "[integration][api][allowances]")
{
    // 4000 in two seconds: one every half millisecond, finer than the clock.
    api::Buckets buckets("principal", {.requests = 4000, .window = 2s});
    const Time now{1000ms};
    for (int i = 0; i < 4000; ++i) {
        REQUIRE_FALSE(buckets.spend("ada", now)->retry_after);
    }
    CHECK(buckets.spend("ada", now)->retry_after == 1s);
    CHECK(buckets.spend("ada", now + 3ms)->remaining == 5);
    CHECK(buckets.spend("grace", now)->remaining == 3999);
    CHECK_FALSE(api::Buckets("principal", {}).spend("ada", now).has_value());
}
