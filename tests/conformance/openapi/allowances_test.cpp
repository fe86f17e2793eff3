#include "tests/conformance/openapi/contract.hpp"

#include <catch2/catch.hpp>

using namespace chancery;
using namespace chancery::test;
using namespace std::chrono_literals;

TEST_CASE("every operation is refused while the allowance is used up, and says until when",
          "[conformance][openapi][allowances]")
{
    const api::Allowance one{.requests = 1, .window = 1h};
    ApiWorld world(test_dialects().front(), {.principal = one, .address = one});
    const ApiClient stranger(world.router);
    REQUIRE(world.admin.get("/api/v1/me").status == 200);
    REQUIRE(stranger.get("/api/v1/me").status == 401);
    for (const auto& operation : operations()) {
        INFO(operation.name());
        const auto& caller = operation.open ? stranger : world.admin;
        const auto answer = operation.send(caller, operation.target("01939f6a-7a3c-7d52-8d8f-1f6a7e2b9c10"));
        CHECK(answer.status == 429);
        CHECK(answer.code() == "RATE_LIMITED");
        CHECK(answer.field("retry-after") == "3600");
        CHECK(answer.field("ratelimit").ends_with(";r=0;t=3600"));
        CHECK(answer.field("ratelimit-policy").ends_with(";q=1;w=3600"));
    }
}
