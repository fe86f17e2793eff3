#include "db/repositories/certificate_repository.hpp"
#include "tests/support/api_world.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace chancery;
using namespace chancery::test;

namespace {

constexpr const char* kSearch = "/api/v1/certificates/search";

using Names = std::vector<std::string>;

std::string search_of(const std::string& filter)
{
    return R"({"limit":200,"include_total":true,"filter":)" + filter + '}';
}

Names sorted_names(const ApiAnswer& answer)
{
    Names names;
    for (auto& item : answer.items()) {
        names.push_back(item.string("common_name"));
    }
    std::sort(names.begin(), names.end());
    return names;
}

std::string comparison(const std::string& field, const std::string& op, const std::string& value)
{
    return R"({"field":")" + field + R"(","operator":")" + op + R"(","value":)" + value + '}';
}

/// The pointer of the first mistake.
std::string pointer(const ApiAnswer& answer)
{
    const auto errors = answer.json().optional_objects("errors").value_or(std::vector<json::Reader>());
    return errors.empty() ? "" : json::Reader(errors.front()).string("pointer");
}

/// Two certificates of two people: a short one with a tag, and one with two names, which takes the place of the first.
struct Pair {
    explicit Pair(ApiWorld& world) : ada(world.somebody(Role::User, {"example.com"}))
    {
        const auto first =
            world.order(ada, {"short.example.com"}, R"(,"validity_days":10,"tags":["edge"],"digest":"sha384")");
        const auto second = world.order(world.admin, {"app.example.com", "deep.app.example.com"});
        short_id = ApiWorld::certificate_of(first);
        app_id = ApiWorld::certificate_of(second);
        requester = first.text("requested_by/id");
        const auto target = "/api/v1/certificates/" + short_id;
        REQUIRE(ada.patch(target, R"({"owner":{"type":"group","name":"Shop"}})", world.etag(target)).status == 200);
        app_order = second.text("id");
        world.test.write([&](db::UnitOfWork& work) {
            db::CertificateRepository(work).mark_revoked(app_id, world.test.clock.now(), RevocationReason::Superseded);
            db::CertificateRepository(work).link_renewal(short_id, app_id);
        });
    }

    ApiClient ada;
    std::string short_id, app_id, requester, app_order;
};

} // namespace

TEST_CASE("the structured search compares every field of the catalogue", "[integration][api][inventory]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const Pair pair(world);
    const auto shown = world.admin.get("/api/v1/certificates/" + pair.app_id);
    const auto quoted = [](const std::string& text) { return '"' + text + '"'; };
    const std::string app = "app.example.com";
    const std::string brief = "short.example.com";

    struct Case {
        std::string field, op, value;
        Names names;
    };

    const Case cases[] = {
        {"id", "eq", quoted(pair.app_id), {app}},
        {"id", "in", R"([")" + pair.app_id + R"(",")" + pair.short_id + R"("])", {app, brief}},
        {"common_name", "eq", quoted(app), {app}},
        {"common_name", "contains", R"("SHORT")", {brief}},
        {"name", "eq", R"("Deep.app.example.com")", {app}},
        {"name", "under", R"("app.example.com")", {app}},
        {"name", "contains", R"("deep")", {app}},
        {"issuer", "eq", quoted(shown.text("issuer")), {app, brief}},
        {"issuer", "contains", R"("no such issuer")", {}},
        {"authority_id", "eq", quoted(shown.text("authority_id")), {app, brief}},
        {"provider_id", "exists", "true", {app, brief}},
        {"algorithm", "eq", R"("ec-256")", {app, brief}},
        {"algorithm", "ne", R"("ec-256")", {}},
        {"digest", "eq", R"("sha384")", {brief}},
        {"valid_from", "lte", R"("2030-01-01T00:00:00Z")", {app, brief}},
        {"valid_to", "lt", R"("2026-12-20T00:00:00Z")", {brief}},
        {"valid_to", "within", R"("P30D")", {brief}},
        {"days_until_expiry", "eq", "9", {brief}},
        {"days_until_expiry", "lte", "9", {brief}},
        {"days_until_expiry", "lt", "9", {}},
        {"days_until_expiry", "gt", "9", {app}},
        {"days_until_expiry", "gte", "9", {app, brief}},
        {"status", "eq", R"("revoked")", {app}},
        {"status", "ne", R"("revoked")", {brief}},
        {"status", "in", R"(["active","expired"])", {brief}},
        {"source", "eq", R"("managed")", {app, brief}},
        {"fingerprint_sha256", "eq", quoted(shown.text("fingerprint_sha256")), {app}},
        {"serial_number", "eq", quoted(shown.text("serial_number")), {app}},
        {"revoked_at", "exists", "true", {app}},
        {"revoked_at", "exists", "false", {brief}},
        {"revoked_at", "within", R"("PT1H")", {app}},
        {"revocation_reason", "eq", R"("superseded")", {app}},
        {"has_private_key", "eq", "true", {app, brief}},
        {"order_id", "eq", quoted(pair.app_order), {app}},
        {"renewed_from", "eq", quoted(pair.short_id), {app}},
        {"renewed_to", "eq", quoted(pair.app_id), {brief}},
        {"renewed_to", "exists", "false", {app}},
        {"superseded", "eq", "true", {brief}},
        {"renews_by_itself", "eq", "true", {app, brief}},
        {"renews_by_itself", "eq", "false", {}},
        {"renewal_due_at", "exists", "true", {app, brief}},
        {"renewal_due_at", "exists", "false", {}},
        {"renewal_due_at", "within", R"("P9D")", {brief}},
        {"renewal_due_at", "lt", R"("2026-12-03T00:00:00Z")", {brief}},
        {"renewal_due_at", "gte", R"("2026-12-03T00:00:00Z")", {app}},
        {"requester_type", "eq", R"("user")", {app, brief}},
        {"requester_id", "eq", quoted(pair.requester), {brief}},
        {"has_policy_warnings", "eq", "true", {}},
        {"tag", "eq", R"("edge")", {brief}},
        {"tag", "contains", R"("DG")", {brief}},
        {"tag", "exists", "false", {app}},
        {"owner_type", "eq", R"("group")", {brief}},
        {"owner", "eq", R"("Shop")", {brief}},
        {"owner", "ne", R"("Shop")", {app}},
        {"owner", "contains", R"("hop")", {brief}},
        {"owner", "exists", "false", {app}},
        {"text", "contains", R"("SHOP")", {brief}},
        {"text", "contains", R"("deep.app")", {app}},
        {"text", "contains", R"("dge")", {brief}},
        {"text", "contains", R"("dns:")", {}},
        {"text", "contains", quoted(shown.text("serial_number").substr(2, 9)), {app}},
        {"text", "contains", R"("or")", {brief}},
        {"created_at", "within", R"("P1D")", {app, brief}},
        {"created_at", "gt", R"("2030-01-01T00:00:00Z")", {}},
    };
    std::vector<std::string> compared;
    for (const auto& c : cases) {
        INFO(c.field << ' ' << c.op << ' ' << c.value);
        const auto answer = world.admin.post(
            kSearch, search_of(R"({"and":[{"field":"name","operator":"under","value":"example.com"},)" +
                               comparison(c.field, c.op, c.value) + "]}"));
        CHECK(answer.status == 200);
        CHECK(sorted_names(answer) == c.names);
        CHECK(answer.json().integer("total") == static_cast<long long>(c.names.size()));
        compared.push_back(c.field);
    }
    for (auto& field : world.admin.get("/api/v1/certificates/filter-fields").items()) {
        const auto name = field.string("name");
        INFO(name);
        CHECK(std::find(compared.begin(), compared.end(), name) != compared.end());
    }
}

TEST_CASE("conditions are joined by and, or and not", "[integration][api][inventory]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const Pair pair(world);
    const auto edge = comparison("tag", "eq", R"("edge")");
    const auto revoked = comparison("status", "eq", R"("revoked")");
    const auto ours = comparison("name", "under", R"("example.com")");
    const auto found = [&](const std::string& filter) {
        return sorted_names(world.admin.post(kSearch, search_of(filter)));
    };
    CHECK(found(R"({"or":[)" + edge + ',' + revoked + "]}") == Names{"app.example.com", "short.example.com"});
    CHECK(found(R"({"and":[)" + edge + ',' + revoked + "]}").empty());
    CHECK(found(R"({"and":[)" + ours + R"(,{"not":)" + edge + "}]}") == Names{"app.example.com"});
    CHECK(found(R"({"and":[)" + ours + R"(,{"not":{"or":[)" + edge + ',' + revoked + "]}}]}").empty());
    CHECK(found(R"({"and":[)" + ours + R"(,{"not":{"and":[)" + edge + ',' + revoked + "]}}]}").size() == 2);
    // What is absent does not fulfil a comparison, so it fulfils its negation.
    CHECK(found(R"({"and":[)" + ours +
                R"(,{"not":{"field":"revoked_at","operator":"gt","value":"2000-01-01T00:00:00Z"}}]})") ==
          Names{"short.example.com"});
}

TEST_CASE("a mistake in a filter is named by its place", "[integration][api][inventory]")
{
    ApiWorld world(test_dialects().front());
    std::string deep = comparison("tag", "eq", R"("edge")");
    for (int i = 0; i < 8; ++i) {
        deep = R"({"not":)" + deep + '}';
    }
    std::string wide = R"({"or":[)";
    for (int i = 0; i < 65; ++i) {
        wide += (i == 0 ? "" : ",") + comparison("tag", "eq", R"("edge")");
    }

    struct Case {
        std::string filter, pointer;
    };

    const Case cases[] = {
        {R"({"and":[]})", "/filter/and"},
        {R"({"and":[{"field":"nothing","operator":"eq","value":"x"}]})", "/filter/and/0/field"},
        {R"({"field":"tag","operator":"like","value":"x"})", "/filter/operator"},
        {R"({"field":"tag","operator":"lt","value":"x"})", "/filter/operator"},
        {R"({"field":"status","operator":"eq","value":"gone"})", "/filter/value"},
        {R"({"field":"valid_to","operator":"lt","value":"tomorrow"})", "/filter/value"},
        {R"({"field":"valid_to","operator":"within","value":"P1M"})", "/filter/value"},
        {R"({"field":"id","operator":"eq","value":"1' OR '1'='1"})", "/filter/value"},
        {R"({"field":"has_private_key","operator":"eq","value":1})", "/filter/value"},
        {R"({"field":"tag","operator":"eq","value":["a","b"]})", "/filter/value"},
        {R"({"field":"tag","operator":"eq","value":{"a":"b"}})", "/filter/value"},
        {R"({"field":"tag","operator":"eq"})", "/filter/value"},
        {R"({"field":"tag","operator":"eq","value":"x","more":1})", "/filter/more"},
        {R"({"or":[{"field":"tag","operator":"eq","value":"x"}],"and":[]})", "/filter"},
        {deep, "/filter/not/not/not/not/not/not/not/not"},
        {wide + "]}", "/filter/or/64"},
    };
    for (const auto& c : cases) {
        INFO(c.filter);
        const auto answer = world.admin.post(kSearch, search_of(c.filter));
        CHECK(answer.status == 422);
        CHECK(pointer(answer).starts_with(c.pointer));
    }
    CHECK(world.admin.post(kSearch, R"({"limit":0})").status == 422);
    CHECK(world.admin.post(kSearch, R"({"sort":"issuer"})").status == 422);
    CHECK(world.admin.post(kSearch, R"({"cursor":"made up"})").status == 422);
    CHECK(world.admin.post(kSearch, "not JSON").status == 400);
}

TEST_CASE("texts with the database's own signs are texts", "[integration][api][inventory]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const Pair pair(world);
    for (const std::string value : {R"("%")", R"("_")", R"("' OR 1=1 --")", R"("\\")", R"("?")", R"(":p0")"}) {
        INFO(value);
        for (const auto* const field : {"name", "tag", "common_name", "issuer"}) {
            const auto answer = world.admin.post(kSearch, search_of(comparison(field, "contains", value)));
            CHECK(answer.status == 200);
            CHECK(answer.items().empty());
        }
    }
}

TEST_CASE("a search goes on from its cursor, in every order", "[integration][api][inventory]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    for (const auto* const name : {"c.example.com", "a.example.com", "b.example.com"}) {
        world.test.clock.advance(std::chrono::seconds(1));
        world.order(world.admin, {name});
    }
    const auto walked = [&](const std::string& sort) {
        std::string letters;
        std::string cursor;
        do {
            const auto answer = world.admin.post(
                kSearch, R"({"filter":)" + comparison("name", "under", R"("example.com")") + R"(,"limit":1,"sort":")" +
                             sort + '"' + (cursor.empty() ? "" : R"(,"cursor":")" + cursor + '"') + '}');
            REQUIRE(answer.items().size() == 1);
            letters += answer.items().front().string("common_name").front();
            cursor = answer.text("next_cursor");
        } while (!cursor.empty());
        return letters;
    };
    CHECK(walked("created_at") == "cab");
    CHECK(walked("-created_at") == "bac");
    CHECK(walked("common_name") == "abc");
    CHECK(walked("-valid_to") == "bac");
}

TEST_CASE("nobody finds what they may not see", "[integration][api][inventory]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    world.test.domain("example.org");
    const Pair pair(world);
    world.order(world.admin, {"www.example.org"});
    const auto everything = [](const ApiClient& client) {
        auto found = sorted_names(client.post(kSearch, R"({"limit":200})"));
        std::erase_if(found, [](const std::string& name) { return !name.contains(".example."); });
        auto listed = sorted_names(client.get("/api/v1/certificates?domain=example.com&limit=200"));
        for (auto& name : sorted_names(client.get("/api/v1/certificates?domain=example.org&limit=200"))) {
            listed.push_back(std::move(name));
        }
        CHECK(found == listed);
        return found;
    };
    const Names all = {"app.example.com", "short.example.com", "www.example.org"};
    CHECK(everything(world.admin) == all);
    CHECK(everything(world.somebody(Role::ReportOperator)) == all);
    CHECK(everything(pair.ada) == Names{"short.example.com"});
    CHECK(everything(world.somebody(Role::User, {"example.com"})).empty());
    // An assignment narrows those who otherwise see everything, in lists and for a single certificate.
    const auto deployer = world.somebody(Role::DeploymentAdministrator, {"example.org"});
    CHECK(everything(deployer) == Names{"www.example.org"});
    CHECK(deployer.get("/api/v1/certificates/" + pair.app_id).status == 404);
    CHECK(world.somebody(Role::SuperAdministrator, {"example.org"}).get("/api/v1/certificates/" + pair.app_id).status ==
          200);
    // A filter widens nothing.
    const auto other = search_of(R"({"or":[)" + comparison("requester_type", "eq", R"("user")") + ',' +
                                 comparison("requester_type", "ne", R"("user")") + "]}");
    CHECK(sorted_names(pair.ada.post(kSearch, other)) == Names{"short.example.com"});
}
