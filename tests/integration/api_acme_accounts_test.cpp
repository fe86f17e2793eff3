#include "db/repositories/acme_client_repository.hpp"
#include "db/repositories/acme_repository.hpp"
#include "db/repositories/audit_repository.hpp"
#include "tests/support/api_world.hpp"

#include <catch2/catch.hpp>

using namespace chancery;
using namespace chancery::test;

namespace {

constexpr const char* kServers = "/api/v1/acme-servers";

std::string accounts_of(ApiWorld& world)
{
    return std::string(kServers) + '/' + world.admin.get(kServers).items().front().string("id") + "/accounts";
}

std::string first_pointer(const ApiAnswer& answer)
{
    auto errors = answer.json().optional_objects("errors").value_or(std::vector<json::Reader>{});
    return errors.empty() ? std::string() : errors.front().string("pointer");
}

} // namespace

TEST_CASE("an ACME account is made in advance, and its MAC key is shown once", "[integration][api]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto accounts = accounts_of(world);
    const auto body = R"({"name":"web farm","credentials_expire_at":"2099-01-01T00:00:00Z"})";
    const auto made = world.admin.post(accounts, body, {{"Idempotency-Key", "one"}});
    REQUIRE(made.status == 201);
    CHECK(made.text("status") == "pending");
    CHECK(made.text("name") == "web farm");
    CHECK(made.text("mac_key").size() == 86);
    CHECK_FALSE(made.text("key_id").empty());
    const auto replay = world.admin.post(accounts, body, {{"Idempotency-Key", "one"}});
    CHECK(replay.status == 201);
    CHECK(replay.text("id") == made.text("id"));
    CHECK(replay.json().is_null("mac_key"));

    const auto target = made.field("location");
    const auto shown = world.admin.get(target);
    CHECK(shown.status == 200);
    CHECK(shown.body.find(made.text("mac_key")) == std::string::npos);
    CHECK_FALSE(shown.json().has("mac_key"));
    CHECK(world.admin.get(target, {{"If-None-Match", shown.etag()}}).status == 304);
    CHECK(world.admin.get("/api/v1/audit-events?limit=200").body.find(made.text("mac_key")) == std::string::npos);

    const auto listed = world.admin.get(accounts + "?status=pending&include_total=true");
    CHECK(listed.items().size() == 1);
    CHECK(listed.json().integer("total") == 1);
    CHECK(world.admin.get(accounts + "?status=active").items().empty());
    CHECK(world.admin.get(accounts + "?status=nonsense").code() == "VALIDATION_ERROR");
    world.admin.post(accounts, R"({"name":"second"})");
    world.admin.post(accounts, R"({"name":"third"})");
    CHECK(world.admin.walk(accounts, 1, "name") == std::vector<std::string>{"web farm", "second", "third"});

    CHECK(first_pointer(world.admin.post(accounts, R"({"name":""})")) == "/name");
    CHECK(first_pointer(world.admin.post(accounts, R"({"name":"x","credentials_expire_at":"soon"})")) ==
          "/credentials_expire_at");
    CHECK(first_pointer(world.admin.post(accounts, R"({"name":"x","credentials_expire_at":"2001-01-01T00:00:00Z"})")) ==
          "/credentials_expire_at");
    CHECK(world.admin.post(std::string(kServers) + "/0192f0c1-0000-7000-8000-000000000000/accounts", body).status ==
          404);
    CHECK(world.admin.get("/api/v1/acme-accounts/0192f0c1-0000-7000-8000-000000000000").status == 404);
}

TEST_CASE("credentials are replaced, an account renamed and revoked", "[integration][api]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto made = world.admin.post(accounts_of(world), R"({"name":"web farm"})");
    const auto target = made.field("location");
    const auto fresh = world.admin.post(target + "/eab-credentials", "{}");
    REQUIRE(fresh.status == 201);
    CHECK(fresh.text("key_id") != made.text("key_id"));
    CHECK(fresh.text("mac_key") != made.text("mac_key"));
    CHECK(fresh.text("id") == made.text("id"));

    CHECK(world.admin.patch(target, R"({"name":"farm"})", made.etag()).code() == "PRECONDITION_FAILED");
    const auto renamed = world.admin.patch(target, R"({"name":"farm"})", fresh.etag());
    CHECK(renamed.status == 200);
    CHECK(renamed.text("name") == "farm");
    CHECK(world.admin.patch(target, R"({"status":"active"})", renamed.etag()).code() == "VALIDATION_ERROR");
    const auto revoked = world.admin.patch(target, R"({"status":"revoked"})", renamed.etag());
    CHECK(revoked.status == 200);
    CHECK(revoked.text("status") == "revoked");
    CHECK(world.admin.post(target + "/eab-credentials", "{}").code() == "CONFLICT");
    CHECK(world.admin.get(accounts_of(world) + "?status=revoked").items().size() == 1);
    CHECK(world.admin.get(accounts_of(world) + "?status=pending").items().empty());
}

TEST_CASE("names are bound to an account, and unbound", "[integration][api]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto account = world.admin.post(accounts_of(world), R"({"name":"web farm"})").field("location");
    const auto bindings = account + "/bindings";
    const auto made = world.admin.post(bindings, R"({"value":"Farm.example.com","allow_subdomains":true})");
    REQUIRE(made.status == 201);
    CHECK(made.text("value") == "farm.example.com");
    CHECK(made.json().boolean("allow_subdomains"));
    CHECK_FALSE(made.json().boolean("allow_wildcard"));
    CHECK(world.admin.post(bindings, R"({"value":"farm.example.com"})").code() == "ALREADY_EXISTS");
    CHECK(first_pointer(world.admin.post(bindings, R"({"value":"*.example.com"})")) == "/value");
    CHECK(first_pointer(world.admin.post(bindings, R"({"value":"www.elsewhere.example"})")) == "/value");
    CHECK(first_pointer(world.admin.post(bindings, R"({"type":"ip","value":"nonsense"})")) == "/value");
    CHECK(first_pointer(world.admin.post(bindings, R"({"type":"email","value":"a@example.com"})")) == "/type");
    CHECK(world.admin.post(bindings, R"({"value":"app.example.com"})").status == 201);
    CHECK(world.admin.walk(bindings, 1, "value") == std::vector<std::string>{"farm.example.com", "app.example.com"});

    const auto target = made.field("location");
    CHECK(world.admin.get(target).body == made.body);
    CHECK(world.admin.send("DELETE", target).code() == "PRECONDITION_REQUIRED");
    CHECK(world.admin.remove(target, made.etag()).status == 204);
    CHECK(world.admin.get(target).status == 404);
    CHECK(world.admin.get(bindings).items().size() == 1);
}

TEST_CASE("names that an account keeps failing to validate are shown, and released", "[integration][api]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto account = world.admin.post(accounts_of(world), R"({"name":"web farm"})");
    const auto target = account.field("location");
    const auto at = from_rfc3339("2026-11-23T12:00:00Z").value();
    world.test.database.store().write_now([&](db::UnitOfWork& work) {
        db::AcmeLimitRepository(work).store({.account_id = account.text("id"),
                                             .identifier = {NameType::Dns, "bad.example.com"},
                                             .failures = 2,
                                             .last_at = at,
                                             .paused_until = at + std::chrono::hours(1)});
    });
    const auto shown = world.admin.get(target);
    auto failing = shown.json().objects("failing_names");
    REQUIRE(failing.size() == 1);
    CHECK(failing.front().string("value") == "bad.example.com");
    CHECK(failing.front().string("paused_until") == "2026-11-23T13:00:00Z");
    CHECK(world.admin.remove(target + "/failing-names", shown.etag()).status == 204);
    CHECK(world.admin.get(target).json().objects("failing_names").empty());
}

TEST_CASE("an ACME server's profiles and limits are kept as they were written", "[integration][api]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto target = std::string(kServers) + '/' + world.admin.get(kServers).items().front().string("id");
    const auto shown = world.admin.get(target);
    CHECK(shown.json().objects("profiles").front().string("name") == "shortlived");
    const auto changed = world.admin.patch(target, R"({
        "profiles":[{"name":"internal","description":"For servers","max_validity_days":30,"default_validity_days":10,
                     "key_algorithms":["ec-256"],"key_usage":["digitalSignature"],"extended_key_usage":["serverAuth"]}],
        "limits":{"orders_per_account":{"count":5,"period_seconds":3600},"exempt_bound_accounts":true},
        "explanation_url":"https://ca.example/why"})",
                                           shown.etag());
    REQUIRE(changed.status == 200);
    auto profile = changed.json().objects("profiles").front();
    CHECK(profile.string("name") == "internal");
    CHECK(profile.integer("default_validity_days") == 10);
    CHECK(profile.boolean("revocation_information"));
    auto limits = changed.json().object("limits");
    CHECK(limits.object("orders_per_account").integer("count") == 5);
    CHECK(limits.is_null("requests_per_address"));
    CHECK(limits.boolean("exempt_bound_accounts"));
    CHECK(world.admin.get(target).body == changed.body);

    const auto pointer = [&](const std::string& patch) {
        return first_pointer(world.admin.patch(target, patch, changed.etag()));
    };
    CHECK(pointer(R"({"profiles":[{"name":"No"}]})") == "/profiles/0/name");
    CHECK(pointer(R"({"profiles":[{"name":"a"},{"name":"a"}]})") == "/profiles/1/name");
    CHECK(pointer(R"({"profiles":[{"name":"a","max_validity_days":30,"default_validity_days":1,
                                   "revocation_information":false}]})") == "/profiles/0/revocation_information");
    CHECK(pointer(R"({"limits":{"orders_per_account":{"count":5,"period_seconds":0}}})") ==
          "/limits/orders_per_account/period_seconds");
    CHECK(pointer(R"({"explanation_url":"nonsense"})") == "/explanation_url");
}

TEST_CASE("ACME accounts are for those who administer or report", "[integration][api]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto accounts = accounts_of(world);
    const auto made = world.admin.post(accounts, R"({"name":"web farm"})");
    const auto reporter = world.somebody(Role::ReportOperator);
    CHECK(reporter.get(accounts).status == 200);
    CHECK(reporter.post(accounts, R"({"name":"x"})").status == 403);
    const auto user = world.somebody(Role::User);
    CHECK(user.get(accounts).status == 403);
    CHECK(user.get(made.field("location")).status == 403);
    CHECK(user.post(made.field("location") + "/bindings", R"({"value":"a.example.com"})").status == 403);
}

TEST_CASE("an account that a client registered by itself has no name to change", "[integration][api]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const std::string id = "0192f0c4-8a51-7c3e-b0a4-5d2f6f1c9e11";
    const auto server = world.admin.get(kServers).items().front().string("id");
    world.test.write([&](db::UnitOfWork& work) {
        CHECK(db::AcmeAccountRepository(work).insert({.id = id,
                                                      .server_id = server,
                                                      .status = AcmeAccountStatus::Valid,
                                                      .jwk = "{}",
                                                      .thumbprint = "thumbprint",
                                                      .spki_sha256 = std::string(64, '0'),
                                                      .created_at = world.test.clock.now()}));
    });
    const auto target = "/api/v1/acme-accounts/" + id;
    const auto shown = world.admin.get(target);
    REQUIRE(shown.status == 200);
    CHECK(world.admin.patch(target, R"({"name":"web farm"})", shown.etag()).code() == "CONFLICT");
}
