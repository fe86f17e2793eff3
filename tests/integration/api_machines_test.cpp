#include "core/encoding.hpp"
#include "tests/support/api_world.hpp"

#include <catch2/catch.hpp>

using namespace chancery;
using namespace chancery::test;

namespace {

const ApiClient::Headers kForm = {{"Content-Type", "application/x-www-form-urlencoded"}};
constexpr auto* kAccounts = "/api/v1/service-accounts";

std::string administrator_id(const ApiWorld& world)
{
    return world.admin.get("/api/v1/me").text("actor/id");
}

std::string account_body(const ApiWorld& world, const std::string& more = {})
{
    return R"({"kind":"service_account","name":"pipeline","scope":"write","owner_id":")" + administrator_id(world) +
           '"' + more + '}';
}

std::string form(const std::string& id, const std::string& secret, const std::string& more = {})
{
    return "grant_type=client_credentials&client_id=" + id + "&client_secret=" + secret + more;
}

ApiClient::Headers basic(const std::string& id, const std::string& secret)
{
    return {{"Content-Type", "application/x-www-form-urlencoded"},
            {"Authorization", "Basic " + to_base64(id + ':' + secret)}};
}

} // namespace

TEST_CASE("a service account exchanges its secret for a token and works with it", "[integration][api][machines]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto made = world.admin.post(kAccounts, account_body(world));
    REQUIRE(made.status == 201);
    const auto id = made.text("client_id");
    const auto secret = made.text("client_secret");
    CHECK(secret.starts_with("chs_"));

    const ApiClient stranger(world.router);
    const auto token = stranger.post("/oauth2/token", form(id, secret), kForm);
    REQUIRE(token.status == 200);
    CHECK(token.field("cache-control") == "no-store");
    CHECK(token.text("token_type") == "Bearer");
    CHECK(token.text("scope") == "write");
    CHECK(token.json().integer("expires_in") == 24 * 3600);

    const ApiClient machine(world.router, token.text("access_token"));
    const auto me = machine.get("/api/v1/me");
    CHECK(me.text("actor/type") == "service_account");
    CHECK(me.text("actor/id") == id);
    const auto order = world.order(machine, {"app.example.com"});
    CHECK(order.text("requested_by/type") == "service_account");
    CHECK(order.text("requested_by/id") == id);
    CHECK(machine.post("/api/v1/domains", R"({"name":"example.org"})").code() == "FORBIDDEN");
    CHECK(ApiClient(world.router, secret).get("/api/v1/me").status == 401); // a secret is no token

    const auto narrow = stranger.post("/oauth2/token", "grant_type=client_credentials&scope=read", basic(id, secret));
    CHECK(narrow.text("scope") == "read");
    CHECK(ApiClient(world.router, narrow.text("access_token"))
              .post("/api/v1/orders", order_body({"b.example.com"}))
              .code() == "FORBIDDEN");
    CHECK(world.recorded("service_account.authenticate.success") == 2);
    CHECK_FALSE(world.admin.get(std::string(kAccounts) + '/' + id).json().is_null("last_used_at"));
}

TEST_CASE("the token endpoint refuses as RFC 6749 says", "[integration][api][machines]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto made = world.admin.post(kAccounts, account_body(world));
    const auto id = made.text("client_id");
    const auto secret = made.text("client_secret");
    const ApiClient stranger(world.router);
    const auto error = [&](const std::string& body, const ApiClient::Headers& headers, int status) {
        const auto answer = stranger.post("/oauth2/token", body, headers);
        INFO(body << answer.body);
        CHECK(answer.status == status);
        CHECK(answer.field("cache-control") == "no-store");
        CHECK_FALSE(answer.body.contains(secret));
        return answer.text("error");
    };
    CHECK(error("", kForm, 400) == "invalid_request");
    CHECK(error("grant_type=%zz", kForm, 400) == "invalid_request");
    CHECK(error("grant_type=password", kForm, 400) == "unsupported_grant_type");
    CHECK(error(form(id, secret, "&grant_type=client_credentials"), kForm, 400) == "invalid_request");
    CHECK(error(form(id, secret), basic(id, secret), 400) == "invalid_request");
    CHECK(error("grant_type=client_credentials&client_id=other", basic(id, secret), 400) == "invalid_request");
    CHECK(error(form(id, secret, "&scope=everything"), kForm, 400) == "invalid_scope");
    CHECK(error(form(id, secret, "&scope=admin"), kForm, 400) == "invalid_scope");
    CHECK(error("grant_type=client_credentials", kForm, 401) == "invalid_client");
    CHECK(error(form(id, "chs_wrong"), kForm, 401) == "invalid_client");
    CHECK(error(form(secret, id), kForm, 401) == "invalid_client");
    auto bearer = kForm;
    bearer.emplace_back("Authorization", "Bearer x");
    CHECK(error("grant_type=client_credentials", bearer, 401) == "invalid_client");
    CHECK(stranger.post("/oauth2/token", form(id, secret)).status == 415);
    CHECK(stranger.post("/oauth2/token", form(id, "chs_wrong"), kForm).field("www-authenticate").starts_with("Basic"));
    CHECK(error(form(id, "chs_wrong"), kForm, 401) == "invalid_client");
    CHECK(error(form(id, "chs_wrong"), kForm, 401) == "invalid_client");
    CHECK(error(form(id, "chs_wrong"), kForm, 401) == "invalid_client");
    const auto throttled = stranger.post("/oauth2/token", form(id, secret), kForm);
    CHECK(throttled.status == 429);
    CHECK_FALSE(throttled.field("retry-after").empty());
}

TEST_CASE("a service account is listed, shown, changed and deleted, and its secret is neither shown nor lost",
          "[integration][api][machines]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const ApiClient stranger(world.router);
    const ApiClient::Headers key = {{"Idempotency-Key", "one"}};
    const auto body = account_body(world, R"(,"source_cidrs":["192.0.2.9/24"],"expires_at":"2027-01-01T00:00:00Z")");
    const auto made = world.admin.post(kAccounts, body, key);
    REQUIRE(made.status == 201);
    CHECK(world.admin.post(kAccounts, body, key).json().is_null("client_secret")); // a replay
    const auto place = made.field("location");
    const auto shown = world.admin.get(place);
    CHECK(shown.status == 200);
    CHECK_FALSE(shown.json().has("client_secret"));
    CHECK(shown.json().strings("source_cidrs") == std::vector<std::string>{"192.0.2.0/24"});
    CHECK(world.admin.walk(kAccounts, 1) == std::vector<std::string>{made.text("id")});
    CHECK(world.admin.get(std::string(kAccounts) + "?include_total=true").json().integer("total") == 1);

    // What was read, written back: refused where it is not to be written, and without effect on the secret.
    CHECK(world.admin.patch(place, shown.body, shown.etag()).code() == "VALIDATION_ERROR");
    CHECK(world.admin.patch(place, R"({"client_secret":"chs_mine"})", shown.etag()).code() == "VALIDATION_ERROR");
    CHECK(world.admin.patch(place, R"({"kind":"courier"})", shown.etag()).code() == "VALIDATION_ERROR");
    CHECK(world.admin.patch(place, R"({"source_cidrs":[]})", shown.etag()).code() == "VALIDATION_ERROR");
    const auto changed = world.admin.patch(place, R"({"name":"other","expires_at":null})", shown.etag());
    REQUIRE(changed.status == 200);
    CHECK(changed.text("name") == "other");
    CHECK(changed.json().is_null("expires_at"));
    CHECK(changed.json().strings("source_cidrs") == std::vector<std::string>{"192.0.2.0/24"});
    CHECK(world.admin.patch(place, R"({"name":"x"})", shown.etag()).code() == "PRECONDITION_FAILED");
    const auto works = [&](const ApiAnswer& answer) {
        return stranger.post("/oauth2/token", form(made.text("client_id"), answer.text("client_secret")), kForm)
                   .status == 200;
    };
    CHECK(works(made));

    const auto rotated =
        world.admin.post(place + "/secrets", R"({"overlap_seconds":60})", {{"Idempotency-Key", "two"}});
    REQUIRE(rotated.status == 201);
    CHECK(world.admin.post(place + "/secrets", R"({"overlap_seconds":60})", {{"Idempotency-Key", "two"}})
              .json()
              .is_null("client_secret"));
    CHECK(world.admin.post(place + "/secrets", R"({"overlap_seconds":604801})").code() == "VALIDATION_ERROR");
    const auto secrets = world.admin.get(place + "/secrets");
    CHECK(secrets.items().size() == 2);
    CHECK_FALSE(secrets.body.contains("hash"));
    CHECK(works(made));
    CHECK(works(rotated));
    world.test.clock.advance(std::chrono::seconds(60));
    CHECK_FALSE(works(made));
    CHECK(works(rotated));

    CHECK(world.admin.send("DELETE", place).code() == "PRECONDITION_REQUIRED");
    CHECK(world.admin.remove(place, shown.etag()).code() == "PRECONDITION_FAILED");
    CHECK(world.admin.remove(place, world.etag(place)).status == 204);
    CHECK(world.admin.get(place).status == 404);
    CHECK_FALSE(works(rotated));
    for (const auto* action : {"create", "update", "delete", "secret_rotate"}) {
        CHECK(world.recorded("service_account." + std::string(action) + ".success") == 1);
    }
}

TEST_CASE("a machine that shows a certificate of ours needs no token", "[integration][api][machines]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const ApiClient stranger(world.router);
    const auto issue = [&](const std::string& name, const std::string& usage) {
        return ApiWorld::certificate_of(
            world.order(world.admin, {name}, R"(,"extended_key_usage":[")" + usage + R"("])"));
    };
    const auto der_of = [&](const std::string& id) {
        return world.admin.get("/api/v1/certificates/" + id + "/der", {{"Accept", "*/*"}}).body;
    };
    const auto status = [&](const std::string& id) { return stranger.showing(der_of(id)).get("/api/v1/me").status; };
    const auto good = issue("machine.example.com", "clientAuth");
    const auto server = issue("server.example.com", "serverAuth");
    CHECK(status(good) == 401); // ours, but nobody's yet
    const auto made = world.admin.post(
        kAccounts, account_body(world, R"(,"certificate_ids":[")" + good + R"(",")" + server + R"("])"));
    REQUIRE(made.status == 201);
    const auto place = made.field("location");

    const auto machine = stranger.showing(der_of(good));
    CHECK(machine.get("/api/v1/me").text("actor/id") == made.text("id"));
    CHECK(machine.get("/api/v1/me").text("scope") == "write");
    CHECK(world.order(machine, {"app.example.com"}).text("requested_by/id") == made.text("id"));
    CHECK(status(server) == 401); // not for clients
    auto changed_der = der_of(good);
    changed_der.back() = static_cast<char>(changed_der.back() ^ 1);
    CHECK(stranger.showing(changed_der).get("/api/v1/me").status == 401);
    CHECK(stranger.showing("nonsense").get("/api/v1/me").status == 401);
    // A browser would show it for any page; a token that is wrong is not made up for by a certificate.
    CHECK(machine.get("/api/v1/me", {{"Origin", "https://evil.example"}}).status == 401);
    CHECK(machine.get("/api/v1/me", {{"Sec-Fetch-Site", "cross-site"}}).status == 401);
    CHECK(ApiClient(world.router, "chm_nonsense").showing(der_of(good)).get("/api/v1/me").status == 401);

    CHECK(world.admin.post(kAccounts, account_body(world, R"(,"certificate_ids":[")" + good + R"("])")).code() ==
          "VALIDATION_ERROR"); // it stands for another account
    CHECK(world.admin
              .post(kAccounts, account_body(world, R"(,"certificate_ids":["01939f6a-7a3c-7d52-8d8f-1f6a7e2b9c10"])"))
              .code() == "VALIDATION_ERROR");

    SECTION("until it is unbound")
    {
        REQUIRE(world.admin.patch(place, R"({"certificate_ids":[]})", world.etag(place)).status == 200);
    }
    SECTION("until the account is disabled")
    {
        REQUIRE(world.admin.patch(place, R"({"enabled":false})", world.etag(place)).status == 200);
    }
    SECTION("from the account's networks")
    {
        REQUIRE(world.admin.patch(place, R"({"source_cidrs":["198.51.100.0/24"]})", world.etag(place)).status == 200);
    }
    SECTION("until it is revoked")
    {
        const auto target = "/api/v1/certificates/" + good;
        const auto challenge = world.admin.post(target + "/revocation-challenges", "");
        const auto code = R"({"code":")" + challenge.text("code") + "\"}";
        REQUIRE(world.admin.post(target + "/revocation", code).status < 300);
    }
    SECTION("until it expires")
    {
        world.test.clock.advance(std::chrono::hours(24 * 91));
    }
    SECTION("until the account is deleted")
    {
        REQUIRE(world.admin.remove(place, world.etag(place)).status == 204);
    }
    CHECK(status(good) == 401);
}
