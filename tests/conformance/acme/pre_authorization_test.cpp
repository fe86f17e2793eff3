// newAuthz, changed terms of service, bindings: RFC 8555 sections 7.4.1 and 7.3.3.
#include "db/repositories/acme_repository.hpp"
#include "tests/conformance/acme/administration.hpp"

#include <catch2/catch.hpp>

using namespace chancery;
using namespace chancery::test;
using namespace std::chrono_literals;

namespace {

Reply authorize(AcmeClient& client, const std::string& value, const std::string& type = "dns")
{
    return client.post(client.url("/new-authz"),
                       R"({"identifier":{"type":")" + type + R"(","value":")" + value + R"("}})");
}

void use_bindings(AcmeWorld& world)
{
    world.configure_server([](AcmeServer& server) { server.authorization_mode = AuthorizationMode::Bindings; });
}

} // namespace

TEST_CASE("newAuthz makes an authorization that a later order uses", "[acme-078]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    CHECK(client.send("GET", client.url("/directory"), {}, {}).json().string("newAuthz") == client.url("/new-authz"));
    const auto made = authorize(client, "WWW.example.org");
    CHECK(made.status == 201);
    CHECK(made.header("Location").starts_with(client.url("/authorization/")));
    CHECK(made.text("status") == "pending");
    CHECK(made.json().object("identifier").string("value") == "www.example.org");
    CHECK(made.json().objects("challenges").size() >= 2);
    world.prove(client, made.header("Location"));
    CHECK(client.post_as_get(made.header("Location")).text("status") == "valid");
    const auto again = authorize(client, "www.example.org");
    CHECK(again.status == 201);
    CHECK(again.header("Location") == made.header("Location"));
    const auto order = client.order({"www.example.org"});
    CHECK(order.text("status") == "ready");
    CHECK(order.json().strings("authorizations") == std::vector{made.header("Location")});
}

TEST_CASE("newAuthz refuses wildcards, foreign names and unknown types", "[acme-078]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    CHECK(authorize(client, "*.example.org").problem() == "malformed");
    const auto foreign = authorize(client, "www.elsewhere.example");
    CHECK(foreign.status == 403);
    CHECK(foreign.problem() == "rejectedIdentifier");
    CHECK(authorize(client, "x@example.org", "email").problem() == "unsupportedIdentifier");
    CHECK(client.post(client.url("/new-authz"), "{}").problem() == "malformed");
    CHECK(authorize(client, "198.51.100.7", "ip").status == 201);
}

TEST_CASE("authorizations that no order used are swept once they are over")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto unused = authorize(client, "a.example.org").header("Location");
    const auto proven = authorize(client, "b.example.org").header("Location");
    world.prove(client, proven);
    const auto sweep = [&] {
        return world.database.store().write_now([&](db::UnitOfWork& work) {
            return db::AcmeOrderRepository(work).sweep_preauthorizations(world.clock.now(), 100);
        });
    };
    CHECK(sweep() == 0);
    world.clock.advance(24h * 8);
    CHECK(sweep() == 2);
    CHECK(client.post_as_get(unused).status == 404);
    CHECK(client.post_as_get(proven).text("status") == "valid");
    CHECK(client.order({"b.example.org"}).text("status") == "ready");
    world.clock.advance(24h * 30);
    CHECK(sweep() == 1);
    CHECK(sweep() == 0);
    CHECK(client.post_as_get(proven).status == 200); // its order has it
}

TEST_CASE("changed terms must be agreed to before anything new", "[acme-059]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto open = world.ready_order(client, {"www.example.org"});
    world.configure_server([](AcmeServer& server) { server.terms_of_service = "https://ca.example/terms-2"; });
    const auto refused = client.order({"a.example.org"});
    CHECK(refused.status == 403);
    CHECK(refused.problem() == "userActionRequired");
    CHECK(refused.links("terms-of-service") == std::vector<std::string>{"https://ca.example/terms-2"});
    const auto page = refused.text("instance");
    REQUIRE(page.starts_with(client.url("/terms/")));
    CHECK(authorize(client, "a.example.org").problem() == "userActionRequired");
    // What began before goes on, and the account may be managed.
    CHECK(client.finalize(open, make_csr({"www.example.org"})).status == 200);
    CHECK(client.post(client.kid(), R"({"contact":["mailto:a@example.org"],"termsOfServiceAgreed":true})").status ==
          200);
    CHECK(client.order({"a.example.org"}).problem() == "userActionRequired");

    const auto shown = client.send("GET", page, {}, {});
    CHECK(shown.status == 200);
    CHECK(shown.header("Content-Type").starts_with("text/html"));
    CHECK(shown.body.find("https://ca.example/terms-2") != std::string::npos);
    CHECK(client.order({"a.example.org"}).problem() == "userActionRequired"); // looking is not agreeing
    auto forged = page;
    forged.back() = forged.back() == 'A' ? 'B' : 'A';
    CHECK(client.send("POST", forged, "", "application/x-www-form-urlencoded").status == 404);
    CHECK(client.send("POST", page, "", "application/x-www-form-urlencoded").status == 200);
    CHECK(world.audited("acme_account.terms_agree.success") == 1);
    CHECK(client.order({"a.example.org"}).status == 201);

    world.configure_server([](AcmeServer& server) { server.terms_of_service = "https://ca.example/terms-3"; });
    CHECK(client.order({"a.example.org"}).problem() == "userActionRequired");
    CHECK(client.send("POST", page, "", "application/x-www-form-urlencoded").status == 404);
}

TEST_CASE("orders inside the bindings are ready at once, and each use is recorded")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    use_bindings(world);
    auto client = world.registered();
    auto other = world.registered();
    REQUIRE(bind_name(world, id_of(client), "app.example.org"));
    REQUIRE(bind_name(world, id_of(client), "farm.example.org", true, true));
    CHECK(bind_name(world, id_of(client), "app.example.org").error().code == Code::AlreadyExists);
    CHECK(bind_name(world, id_of(client), "www.elsewhere.example").error().code == Code::ValidationError);

    const auto order = client.order({"app.example.org", "a.farm.example.org", "*.farm.example.org"});
    CHECK(order.status == 201);
    CHECK(order.text("status") == "ready");
    for (const auto& url : order.json().strings("authorizations")) {
        const auto authorization = client.post_as_get(url);
        CHECK(authorization.text("status") == "valid");
        CHECK(authorization.json().has("challenges"));
    }
    CHECK(world.audited("acme_binding.use.success") == 1);
    const auto csr = make_csr({"app.example.org", "a.farm.example.org", "*.farm.example.org"});
    CHECK(client.finalize(order, csr).text("status") == "valid");
    CHECK(world.web.fetched.empty());

    for (const auto* name : {"x.app.example.org", "*.app.example.org", "example.org", "www.example.org"}) {
        CAPTURE(name);
        const auto reply = client.order({name});
        CHECK(reply.status == 403);
        CHECK(reply.problem() == "rejectedIdentifier");
    }
    CHECK(other.order({"app.example.org"}).problem() == "rejectedIdentifier");
    CHECK(authorize(client, "app.example.org").text("status") == "valid");
    CHECK(authorize(other, "app.example.org").problem() == "rejectedIdentifier");
}

TEST_CASE("a binding that is removed takes its authorizations and open orders along")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    use_bindings(world);
    auto client = world.registered();
    const auto binding = bind_name(world, id_of(client), "app.example.org").value();
    const auto order = client.order({"app.example.org"});
    world.database.store().write_now([&](db::UnitOfWork& work) {
        return issuance::unbind_acme_name(world.core, work, issuance::system_caller(), binding.id);
    });
    const auto dead = client.post_as_get(order.header("Location"));
    CHECK(dead.text("status") == "invalid");
    CHECK(dead.json().object("error").string("type").ends_with("unauthorized"));
    CHECK(client.post_as_get(order.json().strings("authorizations").front()).text("status") == "revoked");
    CHECK(client.finalize(order, make_csr({"app.example.org"})).problem() == "orderNotReady");
    CHECK(client.order({"app.example.org"}).problem() == "rejectedIdentifier");
}

TEST_CASE("what a binding authorized proves nothing once challenges are asked for, nor the other way round")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    world.ready_order(client, {"proven.example.org"});
    use_bindings(world);
    REQUIRE(bind_name(world, id_of(client), "bound.example.org"));
    CHECK(client.order({"bound.example.org"}).text("status") == "ready");
    CHECK(client.order({"proven.example.org"}).problem() == "rejectedIdentifier");
    world.configure_server([](AcmeServer& server) { server.authorization_mode = AuthorizationMode::Challenges; });
    CHECK(client.order({"bound.example.org"}).text("status") == "pending");
    CHECK(client.order({"proven.example.org"}).text("status") == "ready");
}

TEST_CASE("a bound account revokes what lies within its bindings", "[acme-103]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto first = world.registered();
    const auto der = world.issue(first, {"app.example.org"});
    use_bindings(world);
    auto second = world.registered();
    CHECK(second.revoke(der).status == 403);
    REQUIRE(bind_name(world, id_of(second), "app.example.org"));
    CHECK(second.revoke(der).status == 200);
}
