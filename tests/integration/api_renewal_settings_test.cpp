#include "tests/support/api_world.hpp"

#include <catch2/catch.hpp>

using namespace chancery;
using namespace chancery::test;

namespace {

constexpr const char* kSettings = "/api/v1/renewal-settings";

} // namespace

TEST_CASE("the settings of all certificates are changed by those who run the PKI", "[integration][api][renewal]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto shown = world.somebody(Role::User).get(kSettings);
    CHECK(shown.status == 200);
    CHECK(shown.json().boolean("automatic"));
    CHECK(shown.json().integer("threshold_days") == 30);
    CHECK(shown.json().integer("lifetime_percent") == 34);

    const auto changed = world.somebody(Role::PkiAdministrator)
                             .patch(kSettings, R"({"threshold_days":21,"automatic":false})", shown.etag());
    CHECK(changed.status == 200);
    CHECK(world.admin.get(kSettings).body == changed.body);
    CHECK(changed.json().integer("lifetime_percent") == 34);
    CHECK(world.recorded("renewal_settings.update.success") == 1);
    CHECK(world.somebody(Role::DeploymentAdministrator).patch(kSettings, "{}", changed.etag()).status == 403);
    CHECK(world.admin.patch(kSettings, "{}", shown.etag()).status == 412);
    CHECK(world.admin.patch(kSettings, R"({"threshold_days":0})", changed.etag()).status == 422);
    CHECK(world.admin.patch(kSettings, R"({"threshold_days":4294967297})", changed.etag()).status == 422);
    CHECK(world.admin.patch(kSettings, R"({"automatic":null})", changed.etag()).status == 422);
    CHECK(world.admin.patch(kSettings, R"({"lifetime_percent":null})", changed.etag()).status == 422);
}

TEST_CASE("a certificate has settings of its own", "[integration][api][renewal]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto owner = world.somebody(Role::User, {"example.com"});
    const auto certificate =
        "/api/v1/certificates/" + ApiWorld::certificate_of(world.order(owner, {"app.example.com"}));
    const auto target = certificate + "/renewal-settings";
    const auto shown = owner.get(target);
    REQUIRE(shown.status == 200);
    CHECK(shown.json().boolean("planned"));
    CHECK(shown.json().is_null("automatic"));
    CHECK(shown.json().object("effective").integer("threshold_days") == 30);
    CHECK_FALSE(shown.text("due_at").empty());
    CHECK(owner.patch(target, R"({"automatic":false})", shown.etag()).status == 403);

    const auto deployer = world.somebody(Role::DeploymentAdministrator);
    const auto off = deployer.patch(target, R"({"automatic":false})", shown.etag());
    REQUIRE(off.status == 200);
    CHECK(off.json().is_null("due_at"));
    CHECK_FALSE(off.json().object("effective").boolean("automatic"));
    CHECK(off.etag() != shown.etag());
    CHECK(deployer.patch(target, R"({"automatic":true})", shown.etag()).status == 412);
    const auto earlier =
        deployer.patch(target, R"({"automatic":null,"threshold_days":60,"lifetime_percent":80})", off.etag());
    CHECK(earlier.text("due_at") < shown.text("due_at"));
    CHECK(deployer.patch(target, R"({"threshold_days":400})", earlier.etag()).status == 422);
    CHECK(world.somebody(Role::User).get(target).status == 404);
}

TEST_CASE("a certificate whose key is elsewhere is not renewed by itself, whatever is set",
          "[integration][api][renewal]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto certificate =
        "/api/v1/certificates/" + ApiWorld::certificate_of(world.order_by_csr(world.admin, {"csr.example.com"}));
    const auto target = certificate + "/renewal-settings";
    const auto shown = world.admin.get(target);
    CHECK_FALSE(shown.json().boolean("planned"));
    CHECK(world.admin.patch(target, R"({"automatic":true})", shown.etag()).status == 409);
}
