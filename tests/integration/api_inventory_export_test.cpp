#include "api/certificate_export.hpp"
#include "core/text.hpp"
#include "db/repositories/certificate_repository.hpp"
#include "db/repositories/identity_repository.hpp"
#include "tests/support/api_world.hpp"
#include "tests/support/run.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace chancery;
using namespace chancery::test;

namespace {

constexpr const char* kExports = "/api/v1/certificates/exports";

std::vector<std::string> lines_of(const std::string& body)
{
    auto lines = split(body, '\n');
    REQUIRE(lines.back().empty());
    lines.pop_back();
    return lines;
}

} // namespace

TEST_CASE("a field of CSV is quoted where it must be, and is never a formula", "[unit][api]")
{
    using api::certificate_export::csv_field;
    CHECK(csv_field("").empty());
    CHECK(csv_field("plain text") == "plain text");
    CHECK(csv_field("a,b") == "\"a,b\"");
    CHECK(csv_field("say \"x\"") == "\"say \"\"x\"\"\"");
    CHECK(csv_field("two\nlines") == "\"two\nlines\"");
    CHECK(csv_field("=HYPERLINK(\"http://x\")") == "\"'=HYPERLINK(\"\"http://x\"\")\"");
    CHECK(csv_field("+1") == "'+1");
    CHECK(csv_field("-1") == "'-1");
    CHECK(csv_field("@SUM(A1)") == "'@SUM(A1)");
    CHECK(csv_field("\t=1") == "'\t=1");
    CHECK(csv_field("\r=1") == "\"'\r=1\"");
    CHECK(csv_field("a=1") == "a=1");
}

TEST_CASE("the inventory is exported as CSV and as NDJSON, with the list's filters", "[integration][api][inventory]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto id =
        ApiWorld::certificate_of(world.order(world.admin, {"a.example.com"}, R"(,"tags":["=1+1","edge, west"])"));
    world.order(world.admin, {"b.example.com"});
    const auto csv =
        world.admin.get(std::string(kExports) + "?format=csv&domain=example.com&sort=common_name", {{"Accept", "*/*"}});
    REQUIRE(csv.status == 200);
    CHECK(csv.field("content-type").starts_with("text/csv"));
    CHECK(csv.field("content-disposition") == "attachment; filename=\"certificates.csv\"");
    const auto rows = lines_of(csv.body);
    REQUIRE(rows.size() == 3);
    CHECK(rows[0].starts_with("id,common_name,subject_alternative_names,"));
    CHECK(rows[1].starts_with(id + ",a.example.com,dns:a.example.com,"));
    CHECK(rows[1].contains("\"'=1+1 edge, west\""));
    CHECK(rows[2].contains("b.example.com"));

    const auto ndjson =
        world.admin.get(std::string(kExports) + "?name=a.example.com", {{"Accept", "application/x-ndjson"}});
    REQUIRE(ndjson.status == 200);
    CHECK(ndjson.field("content-type") == "application/x-ndjson");
    const auto objects = lines_of(ndjson.body);
    REQUIRE(objects.size() == 1);
    CHECK(json::Reader(objects[0]).string("id") == id);

    CHECK(world.admin.get(kExports).field("content-type").starts_with("text/csv"));
    CHECK(world.admin.get(kExports, {{"Accept", "application/pdf"}}).status == 406);
    CHECK(world.admin.get(std::string(kExports) + "?format=pdf").status == 422);
    CHECK(world.admin.get(std::string(kExports) + "?limit=3").status == 422);
    const auto records = world.test.events("inventory.export.success");
    REQUIRE(records.size() == 3);
    CHECK(records[0].details.contains("domain=example.com"));
}

TEST_CASE("an export has every row once, however many pages it takes", "[integration][api][inventory]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto first = ApiWorld::certificate_of(world.order(world.admin, {"a.example.com"}));
    world.test.write([&](db::UnitOfWork& work) {
        db::CertificateRepository certificates(work);
        auto copy = certificates.find(first).value();
        copy.order_id.reset();
        for (int i = 0; i < 1200; ++i) {
            copy.id = "01939f6a-7a3c-7d52-8d8f-1f6a7e2b" + std::to_string(1000 + i);
            copy.fingerprint_sha256 = "f" + std::to_string(i);
            certificates.insert(copy);
        }
    });
    for (const auto* const sort : {"created_at", "-valid_to", "common_name"}) {
        INFO(sort);
        const auto answer = world.admin.get(std::string(kExports) + "?format=ndjson&domain=example.com&sort=" + sort);
        auto lines = lines_of(answer.body);
        CHECK(lines.size() == 1201);
        std::sort(lines.begin(), lines.end());
        CHECK(std::unique(lines.begin(), lines.end()) == lines.end());
    }
}

TEST_CASE("an export has what the caller may see, and ends with the caller's right", "[integration][api][inventory]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto ada = world.somebody(Role::User, {"example.com"});
    world.order(ada, {"own.example.com"});
    world.order(world.admin, {"other.example.com"});
    const auto target = std::string(kExports) + "?format=ndjson";
    CHECK(lines_of(ada.get(target).body).size() == 1);
    CHECK(lines_of(world.admin.get(target + "&domain=example.com").body).size() == 2);

    // A token that is revoked between two pieces.
    const auto person = world.test.user(Role::ReportOperator);
    const auto token = world.token_for(person, Scope::Read);
    http::Request request;
    request.method = "GET";
    request.path = request.target = kExports;
    request.fields.set("Authorization", "Bearer " + token);
    const auto response = run(world.router.route(request));
    REQUIRE(response.stream);
    CHECK(run(response.stream()).value().starts_with("id,"));
    world.test.write([&](db::UnitOfWork& work) {
        db::ApiTokenRepository tokens(work);
        for (const auto& one : tokens.list_by_user(person.actor.id)) {
            tokens.revoke(one.id, world.test.clock.now());
        }
    });
    CHECK_THROWS(run(response.stream()));
}
