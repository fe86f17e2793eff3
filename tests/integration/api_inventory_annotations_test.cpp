#include "tests/support/api_world.hpp"

#include <catch2/catch.hpp>

using namespace chancery;
using namespace chancery::test;

namespace {

constexpr const char* kFields = "/api/v1/custom-fields";

std::string issue(ApiWorld& world, const ApiClient& client, const std::string& name, const std::string& more = {})
{
    return "/api/v1/certificates/" + ApiWorld::certificate_of(world.order(client, {name}, more));
}

std::size_t found(const ApiClient& client, const std::string& query)
{
    const auto answer = client.get("/api/v1/certificates?" + query);
    CHECK(answer.status == 200);
    return answer.items().size();
}

/// A custom field of this type; its resource.
std::string make_field(const ApiClient& client, const std::string& name, const std::string& type,
                       const std::string& more = {})
{
    const auto made = client.post(kFields, R"({"name":")" + name + R"(","type":")" + type + '"' + more + '}');
    REQUIRE(made.status == 201);
    return std::string(kFields) + '/' + made.text("id");
}

} // namespace

TEST_CASE("a certificate's owner is a user or a group", "[integration][api][inventory]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto ada = world.somebody(Role::User, {"example.com"});
    const auto target = issue(world, ada, "app.example.com");
    const auto own_id = ada.get("/api/v1/me").text("actor/id");
    const auto admin_id = world.admin.get("/api/v1/me").text("actor/id");
    REQUIRE_FALSE(own_id.empty());
    const auto owner = [&](const ApiClient& client, const std::string& json) {
        return client.patch(target, R"({"owner":)" + json + '}', world.etag(target));
    };
    CHECK(world.admin.get(target).json().is_null("owner"));
    CHECK(owner(ada, R"({"type":"user","id":")" + own_id + "\"}").text("owner/id") == own_id);
    CHECK(found(world.admin, "owner=" + own_id) == 1);
    // Whom an ordinary user may not see they cannot name, and do not learn of.
    CHECK(owner(ada, R"({"type":"user","id":")" + admin_id + "\"}").status == 422);
    CHECK(owner(world.admin, R"({"type":"user","id":")" + admin_id + "\"}").status == 200);
    CHECK(owner(world.admin, R"({"type":"user","id":"01939f6a-7a3c-7d52-8d8f-1f6a7e2b9c10"})").status == 422);
    CHECK(owner(ada, R"({"type":"group","id":null,"name":"Shop"})").text("owner/name") == "Shop");
    CHECK(found(world.admin, "owner=Shop") == 1);
    CHECK(found(world.admin, "q=shop") == 1);
    CHECK(owner(ada, R"({"type":"group","name":""})").status == 422);
    CHECK(owner(ada, R"({"type":"team","name":"x"})").status == 422);
    CHECK(owner(ada, "null").json().is_null("owner"));
    CHECK(found(world.admin, "q=shop") == 0);
    const auto changes = world.test.events("certificate.update.success");
    REQUIRE_FALSE(changes.empty());
    CHECK(changes.back().details.contains("\"old\""));
    CHECK(changes.back().details.contains("Shop"));
}

TEST_CASE("custom fields have values of their type, and find their certificates", "[integration][api][inventory]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    make_field(world.admin, "team", "text");
    make_field(world.admin, "cost", "integer");
    make_field(world.admin, "pinned", "boolean");
    make_field(world.admin, "review", "date");
    make_field(world.admin, "stage", "choice", R"(,"choices":["test","live"])");
    const auto target = issue(world, world.admin, "app.example.com");
    issue(world, world.admin, "other.example.com");
    const auto set = [&](const std::string& values) {
        return world.admin.patch(target, R"({"custom_fields":)" + values + '}', world.etag(target));
    };
    const auto changed = set(R"({"team":"Shop","cost":-5,"pinned":true,"review":"2027-01-31","stage":"live"})");
    REQUIRE(changed.status == 200);
    CHECK(changed.text("custom_fields/team") == "Shop");
    CHECK(changed.json().object("custom_fields").integer("cost") == -5);

    struct Case {
        std::string field, op, value;
        bool hit;
    };

    const Case cases[] = {{"team", "eq", R"("Shop")", true},
                          {"team", "eq", R"("shop")", false},
                          {"team", "contains", R"("SHO")", true},
                          {"team", "exists", "true", true},
                          {"cost", "eq", "-5", true},
                          {"cost", "lt", "0", true},
                          {"cost", "gt", "0", false},
                          {"cost", "ne", "-5", false},
                          {"pinned", "eq", "true", true},
                          {"pinned", "eq", "false", false},
                          {"review", "lt", R"("2027-02-01")", true},
                          {"review", "gte", R"("2027-02-01")", false},
                          {"stage", "in", R"(["live"])", true},
                          {"stage", "eq", R"("test")", false}};
    for (const auto& c : cases) {
        INFO(c.field << ' ' << c.op << ' ' << c.value);
        const auto body =
            R"({"filter":{"and":[{"field":"name","operator":"eq","value":"app.example.com"},{"field":"custom.)" +
            c.field + R"(","operator":")" + c.op + R"(","value":)" + c.value + "}]}}";
        const auto answer = world.admin.post("/api/v1/certificates/search", body);
        CHECK(answer.status == 200);
        CHECK(answer.items().size() == (c.hit ? 1 : 0));
    }
    CHECK(found(world.admin, "custom%5Bteam%5D=Shop") == 1);
    CHECK(found(world.admin, "custom%5Bcost%5D=-5&custom%5Bstage%5D=live") == 1);
    CHECK(world.admin.get("/api/v1/certificates?custom%5Bnothing%5D=x").status == 422);

    for (const auto* const wrong :
         {R"({"cost":"five"})", R"({"cost":1.5})", R"({"pinned":"yes"})", R"({"review":"2027-02-30"})",
          R"({"stage":"gone"})", R"({"nothing":"x"})", R"({"team":""})", R"({"team":"a\nb"})", R"("text")"}) {
        INFO(wrong);
        CHECK(set(wrong).code() == "VALIDATION_ERROR");
    }
    CHECK(set(R"({"team":null})").status == 200);
    CHECK(found(world.admin, "custom%5Bteam%5D=Shop") == 0);
    CHECK(found(world.admin, "custom%5Bcost%5D=-5") == 1);
}

TEST_CASE("a custom field is made, changed and retired by administrators", "[integration][api][inventory]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto field =
        make_field(world.admin, "stage", "choice", R"(,"choices":["test"],"description":"Where it runs")");
    CHECK(world.admin.post(kFields, R"({"name":"stage","type":"text"})").code() == "ALREADY_EXISTS");
    for (const auto* const wrong :
         {R"({"name":"Stage","type":"text"})", R"({"name":"a.b","type":"text"})", R"({"name":"x","type":"money"})",
          R"({"name":"x","type":"choice"})", R"({"name":"x","type":"text","choices":["a"]})",
          R"({"name":"x","type":"choice","choices":["a","a"]})", R"({"type":"text"})"}) {
        INFO(wrong);
        CHECK(world.admin.post(kFields, wrong).code() == "VALIDATION_ERROR");
    }
    CHECK(world.somebody(Role::User).post(kFields, R"({"name":"x","type":"text"})").status == 403);
    CHECK(world.somebody(Role::User).get(kFields).items().size() == 1);
    CHECK(world.admin.patch(field, R"({"choices":["live"]})", world.etag(field)).status == 422);
    CHECK(world.admin.patch(field, R"({"name":"other"})", world.etag(field)).status == 422);
    const auto stale = world.etag(field);
    CHECK(world.admin.patch(field, R"({"choices":["test","live"],"required":true})", stale).status == 200);
    CHECK(world.admin.patch(field, R"({"required":true})", stale).status == 412);

    const auto target = issue(world, world.admin, "app.example.com");
    const auto change = [&](const std::string& patch) { return world.admin.patch(target, patch, world.etag(target)); };
    CHECK(change(R"({"tags":["web"]})").status == 200);
    CHECK(change(R"({"custom_fields":{}})").code() == "VALIDATION_ERROR");
    CHECK(change(R"({"custom_fields":{"stage":"live"}})").status == 200);
    CHECK(change(R"({"custom_fields":{"stage":null}})").code() == "VALIDATION_ERROR");

    CHECK(world.admin.remove(field, world.etag(field)).status == 204);
    CHECK(world.admin.get(field).status == 404);
    CHECK(world.admin.get(kFields).items().empty());
    CHECK(change(R"({"custom_fields":{"stage":"test"}})").code() == "VALIDATION_ERROR");
    CHECK(change(R"({"tags":["edge"]})").text("custom_fields/stage") == "live"); // nothing is lost
    CHECK(world.admin.post(kFields, R"({"name":"stage","type":"text"})").code() == "ALREADY_EXISTS");
    CHECK(world.recorded("custom_field.create.success") == 1);
    CHECK(world.recorded("custom_field.update.success") == 1);
    CHECK(world.recorded("custom_field.retire.success") == 1);
}

TEST_CASE("tags are counted among the certificates that the caller may see", "[integration][api][inventory]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    world.test.domain("example.org");
    const auto ada = world.somebody(Role::User, {"example.com"});
    issue(world, ada, "a.example.com", R"(,"tags":["edge","web"])");
    issue(world, world.admin, "b.example.com", R"(,"tags":["web"])");
    issue(world, world.admin, "c.example.org", R"(,"tags":["secret","web"])");
    const auto counts = [](const ApiClient& client) {
        std::string text;
        for (auto& tag : client.get("/api/v1/tags").items()) {
            const auto name = tag.string("name");
            if (name != "listener") {
                text += name + '=' + std::to_string(tag.integer("certificates")) + ' ';
            }
        }
        return text;
    };
    CHECK(counts(world.admin) == "edge=1 secret=1 web=3 ");
    CHECK(counts(ada) == "edge=1 web=1 ");
    CHECK(counts(world.somebody(Role::DeploymentAdministrator, {"example.com"})) == "edge=1 web=2 ");
    CHECK(counts(world.somebody(Role::User)).empty());
    CHECK(ada.walk("/api/v1/tags?sort=-name", 1, "name") == std::vector<std::string>{"web", "edge"});
    CHECK(ada.get("/api/v1/tags?include_total=true").json().integer("total") == 2);
}
