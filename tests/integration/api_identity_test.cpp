#include "api/route.hpp"
#include "tests/support/api_world.hpp"

#include <catch2/catch.hpp>

using namespace chancery;
using namespace chancery::test;

namespace {

struct SignedIn {
    std::string cookie;
    std::string csrf;
};

std::string login_body(const std::string& email, std::string_view password)
{
    return json::Writer().begin_object().member("email", email).member("password", password).end_object().take();
}

SignedIn sign_in(const ApiWorld& world)
{
    const ApiClient stranger(world.router);
    const auto answer = stranger.post("/api/v1/sessions",
                                      login_body(world.test.made.admin_email, world.test.made.admin_password.reveal()));
    REQUIRE(answer.status == 201);
    const auto cookie = answer.field("set-cookie");
    CHECK(cookie.starts_with("__Host-chancery_session="));
    for (const auto* attribute : {"; Path=/", "; Secure", "; HttpOnly", "; SameSite=Strict", "; Max-Age="}) {
        CHECK(cookie.contains(attribute));
    }
    return {.cookie = cookie.substr(0, cookie.find(';')), .csrf = answer.text("csrf_token")};
}

/// A path of the route with an id where one goes.
std::string concrete(std::string_view pattern)
{
    std::string path(pattern);
    if (const auto at = path.find("{id}"); at != std::string::npos) {
        path.replace(at, 4, "01939f6a-7a3c-7d52-8d8f-1f6a7e2b9c10");
    }
    return path;
}

} // namespace

TEST_CASE("a person signs in, is known by the cookie, and signs out", "[integration][api]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto session = sign_in(world);
    const ApiClient browser(world.router);
    const ApiClient::Headers reading = {{"Cookie", session.cookie}};
    const ApiClient::Headers writing = {{"Cookie", session.cookie}, {"X-CSRF-Token", session.csrf}};

    const auto me = browser.get("/api/v1/me", reading);
    CHECK(me.text("role") == "super_administrator");
    CHECK(me.text("csrf_token") == session.csrf);
    CHECK(world.admin.get("/api/v1/me").json().is_null("csrf_token"));

    const std::string domain = R"({"name":"example.org"})";
    CHECK(browser.post("/api/v1/domains", domain, reading).code() == "FORBIDDEN");
    CHECK(browser.post("/api/v1/domains", domain, {{"Cookie", session.cookie}, {"X-CSRF-Token", "guess"}}).code() ==
          "FORBIDDEN");
    CHECK(browser.post("/api/v1/domains", domain, writing).status == 201);

    const auto out = browser.send("DELETE", "/api/v1/sessions/current", {}, writing);
    CHECK(out.status == 204);
    CHECK(out.field("set-cookie").contains("Max-Age=0"));
    CHECK(browser.get("/api/v1/me", reading).status == 401);
    CHECK(world.admin.send("DELETE", "/api/v1/sessions/current").code() == "CONFLICT");
    CHECK(world.recorded("session.login.success") == 1);
    CHECK(world.recorded("session.logout.success") == 1);
}

TEST_CASE("a session ends with its time", "[integration][api]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto session = sign_in(world);
    world.test.clock.advance(std::chrono::hours(13));
    CHECK(ApiClient(world.router).get("/api/v1/me", {{"Cookie", session.cookie}}).code() == "UNAUTHENTICATED");
}

TEST_CASE("an unknown user and a wrong password are answered alike", "[integration][api]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const ApiClient stranger(world.router);
    const auto unknown = stranger.post("/api/v1/sessions", login_body("nobody@example.com", "a wrong password"));
    const auto wrong = stranger.post("/api/v1/sessions", login_body(world.test.made.admin_email, "a wrong password"));
    for (const auto& answer : {unknown, wrong}) {
        CHECK(answer.status == 401);
        CHECK(answer.code() == "UNAUTHENTICATED");
        CHECK_FALSE(answer.body.contains("a wrong password"));
    }
    CHECK(unknown.text("detail") == wrong.text("detail"));
    CHECK(world.recorded("session.login.failure") == 2);
    CHECK(stranger.post("/api/v1/sessions", R"({"email":"a@b.c"})").code() == "VALIDATION_ERROR");
}

TEST_CASE("after too many failures a login is refused untried, with the right password as well", "[integration][api]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const ApiClient stranger(world.router);
    const auto log_in = [&](std::string_view password) {
        return stranger.post("/api/v1/sessions", login_body(world.test.made.admin_email, std::string(password)));
    };
    const auto right = world.test.made.admin_password.reveal();
    for (int i = 0; i < 5; ++i) {
        CHECK(log_in("a wrong password").status == 401);
    }
    for (const auto password : {std::string_view("a wrong password"), right}) {
        const auto refused = log_in(password);
        CHECK(refused.status == 429);
        CHECK(refused.code() == "RATE_LIMITED");
        CHECK(refused.field("retry-after") == "30");
    }
    CHECK(stranger.post("/api/v1/sessions", login_body("nobody@example.com", "a wrong password")).status == 401);
    CHECK(world.recorded("session.login.failure") == 6);
    CHECK(world.recorded("session.login.throttled") == 1);
    world.test.clock.advance(std::chrono::seconds(30));
    CHECK(log_in(right).status == 201);
    CHECK(log_in("a wrong password").status == 401);
}

TEST_CASE("a token shows when it was last used, within minutes", "[integration][api]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto ada = world.somebody(Role::User, {"example.com"});
    const auto shown = [&] { return ada.get("/api/v1/api-tokens").items().front().string("last_used_at"); };
    REQUIRE(ada.get("/api/v1/me").status == 200);
    const auto first = to_rfc3339(world.test.clock.now());
    CHECK(shown() == first);
    world.test.clock.advance(std::chrono::minutes(2));
    CHECK(shown() == first);
    world.test.clock.advance(std::chrono::minutes(5));
    world.order(ada, {"app.example.com"});
    CHECK(shown() == to_rfc3339(world.test.clock.now()));
    CHECK(ApiClient(world.router, "chy_nonsense").get("/api/v1/me").status == 401);
}

TEST_CASE("credentials that are none are a 401 with WWW-Authenticate and change nothing", "[integration][api]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto revoked = world.somebody(Role::User, {"example.com"});
    const auto token = revoked.get("/api/v1/api-tokens").items().front().string("id");
    REQUIRE(revoked.remove("/api/v1/api-tokens/" + token, "\"1\"").status == 204);
    const auto before = world.test.row_counts();

    const auto foreign = ApiClient(world.router, std::string(world.test.made.admin_token.reveal()).replace(10, 1, "-"));
    const auto basic = ApiClient(world.router);
    for (const auto& answer :
         {ApiClient(world.router).get("/api/v1/me"), foreign.post("/api/v1/orders", order_body({"app.example.com"})),
          revoked.post("/api/v1/orders", order_body({"app.example.com"})),
          ApiClient(world.router, "chy_nonsense").get("/api/v1/me"),
          basic.get("/api/v1/me", {{"Authorization", "Basic YTpi"}})}) {
        CHECK(answer.status == 401);
        CHECK(answer.code() == "UNAUTHENTICATED");
        CHECK(answer.field("www-authenticate").starts_with("Bearer"));
        CHECK(answer.field("cache-control") == "no-store");
    }
    CHECK(world.test.row_counts() == before);
}

TEST_CASE("every route but the sign-in asks who calls", "[integration][api]")
{
    ApiWorld world(test_dialects().front());
    const ApiClient stranger(world.router);
    for (const auto& route : api::routes()) {
        INFO(route.method << ' ' << route.pattern);
        if (!route.right) {
            continue;
        }
        const auto answer = stranger.send(std::string(route.method), concrete(route.pattern),
                                          route.body == api::Body::None ? "" : "{}", {{"Accept", "*/*"}});
        CHECK(answer.status == 401);
    }
}

TEST_CASE("every route is closed to a token without the right, and the denial is on record", "[integration][api]")
{
    ApiWorld world(test_dialects().front());
    const std::pair<Role, ApiClient> people[] = {
        {Role::User, world.somebody(Role::User)},
        {Role::ReportOperator, world.somebody(Role::ReportOperator)},
        {Role::PolicyAdministrator, world.somebody(Role::PolicyAdministrator)},
        {Role::SuperAdministrator, world.somebody(Role::SuperAdministrator, {}, Scope::Read)}};
    for (const auto& [role, person] : people) {
        const issuance::Caller caller{.role = role,
                                      .scope = role == Role::SuperAdministrator ? Scope::Read : Scope::Admin};
        issuance::Caller known = caller;
        known.actor.type = ActorType::User;
        for (const auto& route : api::routes()) {
            if (!route.right || issuance::has_right(known, *route.right)) {
                continue;
            }
            INFO(name_of(role) << ' ' << route.method << ' ' << route.pattern);
            const auto before = world.recorded("access.denied");
            const auto answer = person.send(std::string(route.method), concrete(route.pattern),
                                            route.body == api::Body::None ? "" : "{}", {{"Accept", "*/*"}});
            CHECK(answer.status == 403);
            CHECK(answer.code() == "FORBIDDEN");
            CHECK(world.recorded("access.denied") == before + 1);
        }
    }
}

TEST_CASE("API tokens are shown once, work at once, and are revoked at once", "[integration][api]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto made = world.admin.post("/api/v1/api-tokens",
                                       R"({"name":"deploy","scope":"read","expires_at":"2026-11-24T12:00:00Z"})");
    REQUIRE(made.status == 201);
    CHECK(made.text("token").starts_with("chy_"));
    const ApiClient machine(world.router, made.text("token"));
    CHECK(machine.get("/api/v1/me").text("scope") == "read");
    CHECK(machine.post("/api/v1/domains", R"({"name":"example.org"})").code() == "FORBIDDEN");

    const auto shown = world.admin.get(made.field("location"));
    CHECK(shown.status == 200);
    CHECK_FALSE(shown.json().has("token"));
    const auto user = world.somebody(Role::User);
    CHECK(user.get(made.field("location")).code() == "NOT_FOUND");
    CHECK(user.remove(made.field("location"), "\"1\"").code() == "NOT_FOUND");
    CHECK(user.get("/api/v1/api-tokens?user_id=" + made.text("user_id")).code() == "FORBIDDEN");
    CHECK(user.post("/api/v1/api-tokens", R"({"name":"x","scope":"admin","user_id":")" + made.text("user_id") + "\"}")
              .code() == "FORBIDDEN");

    CHECK(world.admin.send("DELETE", made.field("location")).code() == "PRECONDITION_REQUIRED");
    CHECK(world.admin.remove(made.field("location"), shown.etag()).status == 204);
    CHECK(machine.get("/api/v1/me").status == 401);
    CHECK(world.admin.remove(made.field("location"), shown.etag()).code() == "PRECONDITION_FAILED");
    CHECK(world.admin.remove(made.field("location"), "*").code() == "CONFLICT");

    const auto brief = world.admin.post("/api/v1/api-tokens",
                                        R"({"name":"brief","scope":"read","expires_at":"2026-11-24T12:00:00Z"})");
    world.test.clock.advance(std::chrono::hours(25));
    CHECK(ApiClient(world.router, brief.text("token")).get("/api/v1/me").status == 401);
}

TEST_CASE("users are made, changed and disabled by those who may", "[integration][api]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const std::string body = R"({"email":"Ada@example.com","name":"Ada","password":"a long enough password"})";
    const auto made = world.admin.post("/api/v1/users", body);
    REQUIRE(made.status == 201);
    CHECK(made.text("email") == "ada@example.com");
    CHECK(made.text("role") == "user");
    CHECK_FALSE(made.body.contains("password"));
    CHECK(world.admin.post("/api/v1/users", body).code() == "ALREADY_EXISTS");
    CHECK(world.admin.post("/api/v1/users", R"({"email":"b@example.com","name":"B","password":"short"})").code() ==
          "VALIDATION_ERROR");

    const auto target = made.field("location");
    const ApiClient stranger(world.router);
    const auto login = login_body("ada@example.com", "a long enough password");
    CHECK(stranger.post("/api/v1/sessions", login).status == 201);
    auto changed =
        world.admin.patch(target, R"({"role":"pki_administrator","password":"another long password"})", made.etag());
    CHECK(changed.text("role") == "pki_administrator");
    CHECK(changed.etag() == world.etag(target));
    CHECK(stranger.post("/api/v1/sessions", login).status == 401);
    CHECK(stranger.post("/api/v1/sessions", login_body("ada@example.com", "another long password")).status == 201);
    changed = world.admin.patch(target, R"({"enabled":false})", changed.etag());
    CHECK_FALSE(changed.json().boolean("enabled"));
    CHECK(stranger.post("/api/v1/sessions", login_body("ada@example.com", "another long password")).status == 401);
    CHECK(world.admin.patch(target, R"({"email":"x@example.com"})", changed.etag()).code() == "VALIDATION_ERROR");
    CHECK(world.admin.walk("/api/v1/users", 1, "email").size() == 2);
    CHECK(world.admin.get("/api/v1/users?include_total=true").json().integer("total") == 2);
}

TEST_CASE("a subject of an identity provider is linked to one user, shown, and taken back", "[integration][api][oidc]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto& admin = world.admin;
    const auto make_user = [&](const std::string& email) {
        const auto body = R"({"email":")" + email + R"(","name":"x","password":"correct horse battery staple"})";
        return "/api/v1/users/" + admin.post("/api/v1/users", body).text("id");
    };
    const auto ada = make_user("ada@example.com");
    const auto grace = make_user("grace@example.com");
    const auto body = [](const std::string& subject, const std::string& issuer = "https://id.example.com/realm") {
        return R"({"issuer":")" + issuer + R"(","subject":")" + subject + "\"}";
    };
    const auto made = admin.post(ada + "/identity-links", body("Subject 1"), {{"Idempotency-Key", "one"}});
    REQUIRE(made.status == 201);
    CHECK(made.field("location") == "/api/v1/identity-links/" + made.text("id"));
    CHECK(made.text("subject") == "Subject 1");
    const auto again = admin.post(ada + "/identity-links", body("Subject 1"), {{"Idempotency-Key", "one"}});
    CHECK(again.field("idempotency-replayed") == "true");
    // To whomever it is linked, it is once; another's subject of the same text is another.
    CHECK(admin.post(ada + "/identity-links", body("Subject 1")).code() == "ALREADY_EXISTS");
    CHECK(admin.post(grace + "/identity-links", body("Subject 1")).code() == "ALREADY_EXISTS");
    CHECK(admin.post(grace + "/identity-links", body("subject 1")).status == 201);
    CHECK(admin.post(grace + "/identity-links", body("Subject 1", "https://other.example.com")).status == 201);
    CHECK(admin.walk(grace + "/identity-links", 1).size() == 2);
    const auto listed = admin.get(ada + "/identity-links?include_total=true");
    CHECK(listed.json().integer("total") == 1);
    CHECK(listed.items().at(0).string("id") == made.text("id"));
    CHECK(admin.get(ada + "/identity-links?sort=x").status == 422);

    const auto link = made.field("location");
    const auto shown = admin.get(link);
    CHECK(shown.body == made.body);
    CHECK(admin.get(link, {{"If-None-Match", shown.etag()}}).status == 304);
    CHECK(admin.send("DELETE", link).status == 428);
    CHECK(admin.remove(link, "\"7\"").status == 412);
    CHECK(admin.remove(link, shown.etag()).status == 204);
    CHECK(admin.remove(link, shown.etag()).code() == "NOT_FOUND");
    CHECK(admin.get(link).status == 404);
    CHECK(admin.post(grace + "/identity-links", body("Subject 1")).status == 201);
    CHECK(world.recorded("identity_link.create.success") == 4);
    CHECK(world.recorded("identity_link.delete.success") == 1);
}

TEST_CASE("a link is made for a user who is there, with an issuer and a subject that can be, by who manages users",
          "[integration][api][oidc]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto me = "/api/v1/users/" + world.admin.get("/api/v1/me").text("actor/id") + "/identity-links";
    const auto nobody = "/api/v1/users/01939f6a-7a3c-7d52-8d8f-1f6a7e2b9c10/identity-links";
    const std::string good = R"({"issuer":"https://id.example.com","subject":"s"})";
    CHECK(world.admin.post(nobody, good).status == 404);
    CHECK(world.admin.get(nobody).status == 404);
    for (const auto& body : std::vector<std::string>{
             "{}", R"({"issuer":"https://id.example.com"})", R"({"issuer":"https://id.example.com","subject":""})",
             R"({"issuer":"https://id.example.com","subject":"a\u0001b"})",
             R"({"issuer":"https://id.example.com","subject":")" + std::string(256, 's') + "\"}",
             R"({"subject":"s"})", // no provider is configured
             R"({"issuer":"http://id.example.com","subject":"s"})", R"({"issuer":"https://","subject":"s"})",
             R"({"issuer":"https://id.example.com/?a=b","subject":"s"})",
             R"({"issuer":"https://id.example.com/#a","subject":"s"})",
             R"({"issuer":"https://id.example.com/ ","subject":"s"})",
             R"({"issuer":"https://id.example.com","subject":"s","user_id":"x"})"}) {
        INFO(body);
        CHECK(world.admin.post(me, body).status == 422);
    }
    for (const auto role : {Role::User, Role::PkiAdministrator, Role::ReportOperator}) {
        CHECK(world.somebody(role).post(me, good).status == 403);
        CHECK(world.somebody(role).get(me).status == 403);
    }
    CHECK(world.somebody(Role::SuperAdministrator, {}, Scope::Write).post(me, good).status == 403);
    CHECK(world.recorded("identity_link.create.success") == 0);
}
