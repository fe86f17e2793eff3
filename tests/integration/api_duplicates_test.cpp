#include "core/id.hpp"
#include "db/repositories/configuration_repository.hpp"
#include "tests/support/api_world.hpp"

#include <catch2/catch.hpp>

using namespace chancery;
using namespace chancery::test;

namespace {

void check_taken(const ApiAnswer& answer)
{
    CHECK(answer.status == 409);
    CHECK(answer.code() == "ALREADY_EXISTS");
}

std::string policy_named(const std::string& name)
{
    return R"({"name":")" + name +
           R"(","description":"","patterns":["*.example.com"],"actions":["certificate.generate"],)" +
           R"("rules":[{"action":"enforce_max_validity","fail":"hard","values":{"max_days":30}}]})";
}

} // namespace

TEST_CASE("what has a name that is taken is refused when it is made", "[integration][api]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto root = world.admin.get("/api/v1/certificate-authorities?kind=root").items().front().string("id");

    struct Case {
        std::string target;
        std::string body;
    };

    const Case cases[] = {
        {"/api/v1/users", R"({"email":"ada@example.com","name":"Ada","password":"correct horse battery"})"},
        {"/api/v1/domains", R"({"name":"example.org"})"},
        {"/api/v1/policies", policy_named("Short-lived")},
        {"/api/v1/acme-servers",
         R"({"slug":"internal","name":"Internal","authority_id":")" + world.test.intermediate().id + "\"}"},
        {"/api/v1/certificate-authorities",
         R"({"kind":"intermediate","name":"Issuing 2","subject":{"common_name":"Issuing 2"},"parent_id":")" + root +
             "\"}"},
        {"/api/v1/certificate-authorities",
         R"({"kind":"root","name":"Root 2","subject":{"common_name":"Root 2"},"algorithm":"ec-256"})"},
    };
    for (const auto& c : cases) {
        INFO(c.target << ' ' << c.body);
        REQUIRE(world.admin.post(c.target, c.body).status == 201);
        const auto before = world.test.row_counts();
        check_taken(world.admin.post(c.target, c.body));
        CHECK(world.test.row_counts() == before);
    }
    // Another spelling is the same name.
    check_taken(world.admin.post("/api/v1/users",
                                 R"({"email":" ADA@example.com","name":"A","password":"correct horse battery"})"));
    check_taken(world.admin.post("/api/v1/domains", R"({"name":"EXAMPLE.org"})"));
}

TEST_CASE("what is renamed to a name that is taken keeps its own", "[integration][api]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    world.test.write([&](db::UnitOfWork& work) {
        auto second = db::ProviderRepository(work).list().front();
        second.id = new_id(world.test.clock.now());
        second.name = "Another";
        db::ProviderRepository(work).insert(second);
    });
    REQUIRE(world.admin.post("/api/v1/policies", policy_named("A")).status == 201);
    REQUIRE(world.admin.post("/api/v1/policies", policy_named("B")).status == 201);
    for (const std::string list : {"/api/v1/policies", "/api/v1/providers", "/api/v1/certificate-authorities"}) {
        INFO(list);
        auto items = world.admin.get(list).items();
        REQUIRE(items.size() == 2);
        const auto target = list + '/' + items[0].string("id");
        const auto taken = items[1].string("name");
        check_taken(world.admin.patch(target, R"({"name":")" + taken + "\"}", world.etag(target)));
        CHECK(world.admin.get(target).text("name") == items[0].string("name"));
        // Its own name is not in its way.
        CHECK(world.admin.patch(target, R"({"name":")" + items[0].string("name") + "\"}", world.etag(target)).status ==
              200);
    }
}
