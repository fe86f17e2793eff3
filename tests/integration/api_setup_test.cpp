#include "tests/support/api_world.hpp"

#include <catch2/catch.hpp>

using namespace chancery;
using namespace chancery::test;

namespace {

constexpr std::string_view kCode = "K7QM-2WXA-9TRD-HB4E";
constexpr const char* kTarget = "/api/v1/first-administrator";

std::string body(std::string_view code, std::string_view password = "correct horse battery staple")
{
    return R"({"code":")" + std::string(code) + R"(","email":"ada@example.com","name":"Ada","password":")" +
           std::string(password) + "\"}";
}

/// A server that printed a code. It has users, as every world of the tests: how the first one is made on a server that
/// has none, the console's tests show (console/tests/first_run.test.mjs).
struct World {
    World()
        : api(GENERATE(from_range(test_dialects())), {.setup_code = Secret(std::string(kCode))}), browser(api.router)
    {
    }

    ApiWorld api;
    ApiClient browser;
};

} // namespace

TEST_CASE("a page is told how one can sign in, and whether one is", "[integration][api]")
{
    World world;
    const auto nobody = world.browser.get("/api/v1/login-options");
    CHECK(nobody.status == 200);
    CHECK(nobody.body == R"({"signed_in":false,"openid_connect":false,"setup_required":false})");
    CHECK(world.api.admin.get("/api/v1/login-options").json().boolean("signed_in"));
    CHECK_FALSE(
        ApiClient(world.api.router, "chy_not_a_token").get("/api/v1/login-options").json().boolean("signed_in"));
}

TEST_CASE("the first administrator needs the code that was printed", "[integration][api]")
{
    World world;
    const auto wrong = world.browser.post(kTarget, body("AAAA-BBBB-CCCC-DDDD"));
    CHECK(wrong.status == 422);
    CHECK(wrong.json().optional_objects("errors").value().front().string("pointer") == "/code");
    CHECK(world.browser.post(kTarget, body(std::string(kCode) + "X")).status == 422);
    CHECK(world.browser.post(kTarget, body(kCode, "short")).status == 422);
    CHECK(world.browser.post(kTarget, R"({"code":"x"})").status == 422);
}

TEST_CASE("a code makes nobody an administrator where there is one", "[integration][api]")
{
    World world;
    const auto before = world.api.recorded("user.create.success");
    for (const std::string code : {"K7QM-2WXA-9TRD-HB4E", "k7qm 2wxa 9trd hb4e"}) {
        const auto refused = world.browser.post(kTarget, body(code));
        CHECK(refused.status == 409);
        CHECK(refused.code() == "CONFLICT");
    }
    CHECK(world.api.recorded("user.create.success") == before);
}

TEST_CASE("a server that printed no code makes no administrator from a browser", "[integration][api]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const ApiClient browser(world.router);
    CHECK(browser.post(kTarget, body(kCode)).status == 409);
    CHECK(browser.post(kTarget, body("")).status == 409);
}
