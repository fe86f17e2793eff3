#include "db/repositories/operation_repository.hpp"
#include "tests/support/api_world.hpp"

#include <catch2/catch.hpp>

#include <set>
#include <thread>

using namespace chancery;
using namespace chancery::test;

namespace {

constexpr const char* kOrders = "/api/v1/orders";

const ApiClient::Headers kKey = {{"Idempotency-Key", "key-1"}};

} // namespace

TEST_CASE("the same key and body answer again and do nothing again", "[integration][api]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto body = order_body({"app.example.com"});
    const auto first = world.admin.post(kOrders, body, kKey);
    REQUIRE(first.status == 201);
    CHECK(first.field("idempotency-replayed").empty());
    const auto counts = world.test.row_counts();

    const auto again = world.admin.post(kOrders, body, kKey);
    CHECK(again.status == 201);
    CHECK(again.body == first.body);
    CHECK(again.field("location") == first.field("location"));
    CHECK(again.etag() == first.etag());
    CHECK(again.field("idempotency-replayed") == "true");
    CHECK(world.test.row_counts() == counts);

    const auto other = world.admin.post(kOrders, order_body({"other.example.com"}), kKey);
    CHECK(other.status == 422);
    CHECK(other.code() == "IDEMPOTENCY_MISMATCH");
    CHECK(world.admin.post("/api/v1/domains", R"({"name":"example.org"})", kKey).code() == "IDEMPOTENCY_MISMATCH");
    CHECK(world.test.row_counts() == counts);

    const auto somebody = world.somebody(Role::User, {"example.com"}).post(kOrders, body, kKey);
    CHECK(somebody.status == 201);
    CHECK(somebody.text("id") != first.text("id"));
}

TEST_CASE("a key of an accepted slow order answers with its order", "[integration][api]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto body = order_body({"slow.example.com"}, R"(,"key_algorithm":"rsa-2048")");
    const auto first = world.admin.post(kOrders, body, kKey);
    const auto again = world.admin.post(kOrders, body, kKey);
    CHECK(first.status == 202);
    CHECK(again.status == 202);
    CHECK(again.text("id") == first.text("id"));
    CHECK(again.field("idempotency-replayed") == "true");
}

TEST_CASE("a key whose request died half way answers with what became of its order", "[integration][api]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto body = order_body({"app.example.com"});
    const auto first = world.admin.post(kOrders, body, kKey);
    REQUIRE(first.status == 201);
    // As it was before the second half: the order is known, its answer is not.
    const auto me = world.admin.get("/api/v1/me").text("actor/id");
    world.test.write([&](db::UnitOfWork& work) {
        db::IdempotencyRepository records(work);
        auto record = records.find(me, "key-1").value();
        record.status = 0;
        record.headers = R"({"Location":")" + first.field("location") + R"("})";
        record.body.clear();
        records.remove(me, "key-1");
        records.insert(record);
        records.complete(record);
    });
    const auto again = world.admin.post(kOrders, body, kKey);
    CHECK(again.status == 201);
    CHECK(again.body == first.body);
    CHECK(again.field("idempotency-replayed") == "true");
}

TEST_CASE("a refusal frees its key", "[integration][api]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto body = order_body({"app.example.org"});
    CHECK(world.admin.post(kOrders, body, kKey).code() == "DOMAIN_NOT_ACTIVE");
    world.test.domain("example.org");
    CHECK(world.admin.post(kOrders, body, kKey).status == 201);
}

TEST_CASE("fifty parallel requests with one key order one certificate", "[integration][api]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto before = world.admin.get("/api/v1/certificates?include_total=true").json().integer("total");
    const auto body = order_body({"app.example.com"});
    std::vector<ApiAnswer> answers(50);
    {
        std::vector<std::jthread> threads;
        for (auto& answer : answers) {
            threads.emplace_back([&] { answer = world.admin.post(kOrders, body, kKey); });
        }
    }
    std::set<std::string> ids;
    int first_answers = 0;
    for (const auto& answer : answers) {
        INFO(answer.body);
        if (answer.status == 409) {
            CHECK(answer.code() == "IDEMPOTENCY_IN_FLIGHT");
            CHECK_FALSE(answer.field("retry-after").empty());
            continue;
        }
        CHECK(answer.status == 201);
        ids.insert(answer.text("id"));
        first_answers += answer.field("idempotency-replayed").empty() ? 1 : 0;
    }
    CHECK(ids.size() == 1);
    CHECK(first_answers == 1);
    CHECK(world.admin.get("/api/v1/certificates?include_total=true").json().integer("total") == before + 1);
}

TEST_CASE("fifty parallel registrations with one key register once", "[integration][api]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    std::vector<ApiAnswer> answers(50);
    {
        std::vector<std::jthread> threads;
        for (auto& answer : answers) {
            threads.emplace_back(
                [&] { answer = world.admin.post("/api/v1/domains", R"({"name":"example.org"})", kKey); });
        }
    }
    std::set<std::string> ids;
    for (const auto& answer : answers) {
        INFO(answer.body);
        CHECK(answer.status == 201);
        ids.insert(answer.text("id"));
    }
    CHECK(ids.size() == 1);
}

TEST_CASE("a replay never shows a secret again, and none is stored", "[integration][api]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto id = ApiWorld::certificate_of(world.order(world.admin, {"app.example.com"}));
    const auto me = world.admin.get("/api/v1/me").text("actor/id");

    const auto replayed = [&](const std::string& target, const std::string& body, const std::string& secret) {
        INFO(target);
        const ApiClient::Headers key = {{"Idempotency-Key", "key-" + target}};
        const auto first = world.admin.post(target, body, key);
        REQUIRE(first.status == 201);
        const auto shown = first.text(secret);
        CHECK_FALSE(shown.empty());
        auto again = world.admin.post(target, body, key);
        CHECK(again.status == 201);
        CHECK(again.field("idempotency-replayed") == "true");
        CHECK(again.json().is_null(secret));
        const auto record = world.test.read(
            [&](db::Session& session) { return db::IdempotencyRepository(session).find(me, "key-" + target).value(); });
        CHECK_FALSE(record.body.contains(shown));
        CHECK_FALSE(record.headers.contains(shown));
    };
    replayed("/api/v1/api-tokens", R"({"name":"deploy","scope":"read"})", "token");
    replayed("/api/v1/certificates/" + id + "/exports", "{}", "password");
    replayed("/api/v1/certificates/" + id + "/revocation-challenges", "", "code");
}

TEST_CASE("a key must be visible text", "[integration][api]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const ApiClient::Headers bad = {{"Idempotency-Key", "two words"}};
    CHECK(world.admin.post(kOrders, order_body({"app.example.com"}), bad).code() == "BAD_REQUEST");
    CHECK(world.admin.post("/api/v1/domains", R"({"name":"example.org"})", bad).code() == "BAD_REQUEST");
}
