#include "db/repositories/identity_repository.hpp"
#include "tests/support/api_world.hpp"

#include <catch2/catch.hpp>

using namespace chancery;
using namespace chancery::test;

namespace {

constexpr const char* kViews = "/api/v1/saved-views";
constexpr const char* kBatches = "/api/v1/certificates/batch-operations";

constexpr const char* kShopSoon =
    R"({"name":"Shop, soon","filter":{"and":[{"field":"tag","operator":"eq","value":"shop"},)"
    R"({"field":"valid_to","operator":"within","value":"P30D"}]},"sort":"valid_to","columns":["common_name","valid_to"]})";

std::string under(const std::string& domain)
{
    return R"({"field":"name","operator":"under","value":")" + domain + "\"}";
}

/// The outcomes of a finished operation, in order: "succeeded", or the code of a failure.
std::vector<std::string> outcomes(const ApiClient& client, const std::string& target)
{
    std::vector<std::string> all;
    for (auto& item : client.get(target + "/items?limit=200").items()) {
        all.push_back(item.string("outcome") == "failed" ? item.string("code") : item.string("outcome"));
    }
    return all;
}

} // namespace

TEST_CASE("a view is kept, changed and removed by its owner", "[integration][api][inventory]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto ada = world.somebody(Role::User);
    const auto eve = world.somebody(Role::PkiAdministrator);
    const auto made = ada.post(kViews, kShopSoon);
    REQUIRE(made.status == 201);
    const auto target = made.field("location");
    CHECK(made.text("sort") == "valid_to");
    CHECK(made.body.contains("\"P30D\"")); // relative to whenever it is used
    CHECK(ada.post(kViews, kShopSoon).code() == "ALREADY_EXISTS");
    CHECK(eve.post(kViews, kShopSoon).status == 201); // names are one's own

    CHECK(eve.get(target).status == 404);
    CHECK(eve.patch(target, R"({"shared":true})", made.etag()).status == 404);
    const auto shared =
        ada.patch(target, R"({"shared":true,"filter":{"field":"tag","operator":"eq","value":"x"}})", made.etag());
    REQUIRE(shared.status == 200);
    CHECK_FALSE(shared.body.contains("\"and\"")); // replaced, not merged
    CHECK(eve.get(target).status == 200);
    CHECK(eve.get(std::string(kViews) + "?shared=true").items().size() == 1);
    CHECK(eve.get(kViews).items().size() == 2);
    CHECK(eve.patch(target, R"({"name":"mine"})", shared.etag()).status == 403);
    CHECK(eve.remove(target, shared.etag()).status == 403);
    CHECK(ada.patch(target, R"({"name":"x"})", made.etag()).status == 412);
    CHECK(ada.post(kViews, R"({"name":"Other"})").status == 201);
    CHECK(ada.patch(target, R"({"name":"Other"})", shared.etag()).code() == "ALREADY_EXISTS");
    CHECK(ada.remove(target, shared.etag()).status == 204);
    CHECK(ada.get(target).status == 404);
    CHECK(world.recorded("saved_view.create.success") == 3);
    CHECK(world.recorded("saved_view.remove.success") == 1);
}

TEST_CASE("a view with a mistake is not kept", "[integration][api][inventory]")
{
    ApiWorld world(test_dialects().front());
    for (const auto* const wrong :
         {R"({"filter":null})", R"({"name":""})", R"({"name":"x","filter":[]})", R"({"name":"x","filter":{"and":[]}})",
          R"({"name":"x","filter":{"field":"nothing","operator":"eq","value":"y"}})", R"({"name":"x","sort":"issuer"})",
          R"({"name":"x","columns":["der"]})", R"({"name":"x","owner_id":"y"})"}) {
        INFO(wrong);
        CHECK(world.admin.post(kViews, wrong).code() == "VALIDATION_ERROR");
    }
    CHECK(world.admin.get(kViews).items().empty());
}

TEST_CASE("a batch changes what a filter finds, when it finds as many as expected", "[integration][api][inventory]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    for (const auto* const name : {"a.example.com", "b.example.com", "c.example.com"}) {
        world.test.clock.advance(std::chrono::seconds(1));
        world.order(world.admin, {name}, R"(,"tags":["old","kept"])");
    }
    const auto ask = [&](const std::string& count) {
        return world.admin.post(kBatches, R"({"filter":)" + under("example.com") + count +
                                              R"(,"change":{"add_tags":["new","kept"],"remove_tags":["old"],)"
                                              R"("owner":{"type":"group","name":"Shop"}}})");
    };
    CHECK(ask("").code() == "VALIDATION_ERROR");
    const auto wrong = ask(R"(,"expected_count":2)");
    CHECK(wrong.status == 409);
    CHECK(wrong.body.contains("3 certificates"));
    CHECK(world.admin.get(kBatches).items().empty());

    const auto started = ask(R"(,"expected_count":3)");
    REQUIRE(started.status == 202);
    const auto target = started.field("location");
    CHECK(world.admin.get(target).text("status") == "processing");
    CHECK(world.admin.get(target).json().integer("pending") == 3);
    world.test.jobs.run_all(world.test.store());
    const auto done = world.admin.get(target);
    CHECK(done.text("status") == "complete");
    CHECK(done.json().integer("succeeded") == 3);
    CHECK(outcomes(world.admin, target) == std::vector<std::string>(3, "succeeded"));
    CHECK(world.admin.walk(target + "/items?outcome=succeeded", 1, "certificate_id").size() == 3);
    CHECK(world.admin.get("/api/v1/certificates?tag=old").items().empty());
    CHECK(world.admin.get("/api/v1/certificates?tag=new&owner=Shop").items().size() == 3);
    CHECK(world.admin.get("/api/v1/certificates?tag=kept").items().size() == 3);
    CHECK(world.recorded("certificate.update.success") == 3);
    CHECK(world.recorded("inventory.batch.submitted") == 1);
    CHECK(world.admin.get(std::string(kBatches) + "?include_total=true").json().integer("total") == 1);
    CHECK(world.somebody(Role::SuperAdministrator).get(target).status == 404);
}

TEST_CASE("each certificate of a batch has a result of its own", "[integration][api][inventory]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto ada = world.somebody(Role::User, {"example.com"});
    const auto own = ApiWorld::certificate_of(world.order(ada, {"own.example.com"}));
    const auto other = ApiWorld::certificate_of(world.order(world.admin, {"other.example.com"}));
    const auto unknown = "01939f6a-7a3c-7d52-8d8f-1f6a7e2b9c10";
    const auto start = [&](const std::string& change) {
        const auto started = ada.post(kBatches, R"({"certificate_ids":[")" + own + R"(",")" + other + R"(",")" +
                                                    unknown + R"("],"change":)" + change + '}');
        REQUIRE(started.status == 202);
        world.test.jobs.run_all(world.test.store());
        return outcomes(ada, started.field("location"));
    };
    using Outcomes = std::vector<std::string>;
    CHECK(start(R"({"add_tags":["x"]})") == Outcomes{"succeeded", "NOT_FOUND", "NOT_FOUND"});
    CHECK(start(R"({"custom_fields":{"nothing":"x"}})") == Outcomes{"VALIDATION_ERROR", "NOT_FOUND", "NOT_FOUND"});
    CHECK(world.admin.get("/api/v1/certificates?tag=x").items().size() == 1);
    CHECK(ada.post(kBatches, R"({"certificate_ids":["x"],"change":{"add_tags":["x"]}})").status == 422);
    CHECK(ada.post(kBatches, R"({"certificate_ids":[")" + own + R"("],"change":{}})").status == 422);
    CHECK(ada.post(kBatches, R"({"change":{"add_tags":["x"]}})").status == 422);
    CHECK(ada.post(kBatches, R"({"certificate_ids":[")" + own + R"(",")" + own + R"("],"change":{"add_tags":["x"]}})")
              .status == 422);
    // A filter of somebody who sees little means little.
    CHECK(ada.post(kBatches,
                   R"({"filter":)" + under("example.com") + R"(,"expected_count":2,"change":{"add_tags":["y"]}})")
              .status == 409);
    CHECK(ada.post(kBatches,
                   R"({"filter":)" + under("example.com") + R"(,"expected_count":1,"change":{"add_tags":["y"]}})")
              .status == 202);
}

TEST_CASE("a batch of somebody who lost their right changes nothing", "[integration][api][inventory]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto person = world.test.user(Role::User, {"example.com"});
    const ApiClient ada(world.router, world.token_for(person, Scope::Write));
    const auto own = ApiWorld::certificate_of(world.order(ada, {"own.example.com"}));
    const auto started = ada.post(kBatches, R"({"certificate_ids":[")" + own + R"("],"change":{"add_tags":["x"]}})");
    REQUIRE(started.status == 202);
    world.test.write([&](db::UnitOfWork& work) {
        db::UserRepository users(work);
        auto user = users.find(person.actor.id).value();
        user.enabled = false;
        users.update(user);
    });
    world.test.jobs.run_all(world.test.store());
    CHECK(world.admin.get("/api/v1/certificates?tag=x").items().empty());
    CHECK(world.recorded("certificate.update.success") == 0);
}
