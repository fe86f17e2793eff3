#include "core/encoding.hpp"
#include "issuance/identity/oidc/state.hpp"
#include "tests/support/api_world.hpp"
#include "tests/support/full_queue.hpp"
#include "tests/support/oidc_provider.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <thread>

using namespace chancery;
using namespace chancery::test;

namespace {

api::ApiSettings settings(bool provision, bool trust_emails)
{
    issuance::oidc::Settings wanted{.issuer = std::string(OidcProvider::kIssuer),
                                    .client_id = std::string(OidcProvider::kClientId),
                                    .client_secret = Secret(std::string(OidcProvider::kClientSecret)),
                                    .redirect_uri = std::string(OidcProvider::kRedirectUri)};
    wanted.roles = issuance::oidc::parse_role_rules({"pki-admins=pki_administrator", "staff=user"});
    wanted.provision = provision;
    wanted.trust_emails = trust_emails;
    return {.identity_provider = wanted};
}

/// A CA whose people sign in with a provider, and a browser.
struct Realm {
    explicit Realm(bool provision = true, bool trust_emails = false)
        : world(GENERATE(from_range(test_dialects())), settings(provision, trust_emails)), provider(world.test.clock),
          browser(world.router)
    {
        world.test.core.outbound = &provider;
    }

    ApiAnswer begin(const std::string& query = {})
    {
        auto answer = browser.get("/oidc/login" + query);
        const auto cookie = answer.field("set-cookie");
        login_cookie = cookie.substr(0, cookie.find(';'));
        return answer;
    }

    ApiAnswer come_back(const std::string& query, const std::string& accept = "*/*")
    {
        return browser.get("/oidc/callback?" + query, {{"Cookie", login_cookie}, {"Accept", accept}});
    }

    /// The whole way.
    ApiAnswer log_in()
    {
        const auto started = begin();
        REQUIRE(started.status == 302);
        return come_back(provider.authorize(started.field("location")));
    }

    ApiAnswer me(const ApiAnswer& done) const
    {
        const auto cookie = done.field("set-cookie");
        return browser.get("/api/v1/me", {{"Cookie", cookie.substr(0, cookie.find(';'))}});
    }

    std::string reason_of_last_failure()
    {
        return json::Reader(world.test.events("session.login.failure").back().details).string("reason");
    }

    ApiWorld world;
    OidcProvider provider;
    ApiClient browser;
    std::string login_cookie{};
};

} // namespace

// The administrator of the world was made before: one "user.create.success" is theirs.
TEST_CASE("a person signs in with an OpenID provider, which makes a user with the role of their group",
          "[integration][api][oidc]")
{
    Realm realm;
    realm.provider.algorithm = GENERATE(as<std::string>{}, "RS256", "ES256");
    const auto started = realm.begin("?return_to=/console/orders");
    CHECK(started.field("set-cookie").starts_with("__Host-chancery_oidc="));
    CHECK(started.field("set-cookie").contains("HttpOnly; SameSite=Lax"));
    const auto done = realm.come_back(realm.provider.authorize(started.field("location")));
    REQUIRE(done.status == 200);
    CHECK(done.body.contains("url=/console/orders\""));
    const auto me = realm.me(done);
    CHECK(me.text("actor/name") == "ada@example.com");
    CHECK(me.text("role") == "pki_administrator");
    CHECK_FALSE(me.text("csrf_token").empty());
    CHECK(realm.world.recorded("user.create.success") == 2);

    // The second time they are known, by their subject, with the role they have now.
    realm.provider.more_claims = R"(,"email":"else@example.com","groups":"staff")";
    const auto again = realm.log_in();
    CHECK(realm.me(again).text("actor/name") == "ada@example.com");
    CHECK(realm.me(again).text("role") == "user");
    CHECK(realm.world.recorded("user.create.success") == 2);
    CHECK(realm.world.recorded("session.login.success") == 2);
}

TEST_CASE("an ID token that is not the provider's, for us, of now and of this login is refused",
          "[integration][api][oidc]")
{
    Realm realm;
    auto& provider = realm.provider;
    std::string reason;
    SECTION("another issuer")
    {
        provider.issuer = "https://evil.example.com";
        reason = "iss";
    }
    SECTION("another audience")
    {
        provider.audience = R"("somebody else")";
        reason = "aud";
    }
    SECTION("several audiences without an authorized party")
    {
        provider.audience = R"(["chancery","other"])";
        reason = "azp";
    }
    SECTION("another authorized party")
    {
        provider.more_claims += R"(,"azp":"other")";
        reason = "azp";
    }
    SECTION("expired")
    {
        provider.age = std::chrono::minutes(8);
        reason = "expired";
    }
    SECTION("old")
    {
        provider.age = std::chrono::minutes(11);
        provider.lifetime = std::chrono::hours(1);
        reason = "made just now";
    }
    SECTION("from the future")
    {
        provider.age = std::chrono::minutes(-2);
        reason = "made just now";
    }
    SECTION("another login's")
    {
        provider.nonce = "another";
        reason = "nonce";
    }
    SECTION("signed by somebody else")
    {
        provider.foreign_key = true;
        reason = "signature";
    }
    SECTION("signed with an algorithm that is not taken")
    {
        provider.algorithm = GENERATE(as<std::string>{}, "none", "HS256", "ES384");
        reason = "RS256 or ES256";
    }
    SECTION("of nobody")
    {
        provider.subject = "";
        reason = "sub";
    }
    const auto refused = realm.log_in();
    CHECK(refused.status == 401);
    CHECK(refused.code() == "UNAUTHENTICATED");
    CHECK_FALSE(refused.field("set-cookie").contains("chancery_session"));
    CHECK(realm.reason_of_last_failure().contains(reason));
    CHECK(realm.world.recorded("user.create.success") == 1);
}

TEST_CASE("an answer that this browser has not asked for is refused", "[integration][api][oidc]")
{
    Realm realm;
    const auto query = realm.provider.authorize(realm.begin().field("location"));
    SECTION("no cookie")
    {
        realm.login_cookie.clear();
    }
    SECTION("the cookie of another login")
    {
        realm.begin();
    }
    SECTION("a cookie that was not made here")
    {
        realm.login_cookie = "__Host-chancery_oidc=" + to_base64url("nonsense");
    }
    SECTION("too late")
    {
        realm.world.test.clock.advance(std::chrono::minutes(10));
    }
    CHECK(realm.come_back(query).code() == "BAD_REQUEST");
    CHECK(realm.world.recorded("session.login.success") == 0);
}

TEST_CASE("a code is worth nothing twice, nor without the verifier of the browser that began",
          "[integration][api][oidc]")
{
    Realm realm;
    const auto query = realm.provider.authorize(realm.begin().field("location"));
    REQUIRE(realm.come_back(query).status == 200);
    CHECK(realm.come_back(query).status == 401);
    const auto stolen = realm.provider.authorize(realm.begin().field("location"));
    const auto own = realm.provider.authorize(realm.begin().field("location"));
    const auto mixed = stolen.substr(0, stolen.find('&')) + own.substr(own.find('&'));
    CHECK(realm.come_back(mixed).status == 401);
    CHECK(realm.come_back("error=access_denied" + own.substr(own.find('&'))).code() == "UNAUTHENTICATED");
}

TEST_CASE("an e-mail address makes a user when the token says that it is verified", "[integration][api][oidc]")
{
    struct Case {
        const char* name;
        const char* claim;
        bool trusted; ///< by the operator, without a word of the token
        bool taken;
    };

    const auto item = GENERATE(values<Case>({{"verified", R"(,"email_verified":true)", false, true},
                                             {"verified, as text", R"(,"email_verified":"true")", false, true},
                                             {"not verified", R"(,"email_verified":false)", true, false},
                                             {"not verified, as text", R"(,"email_verified":"false")", true, false},
                                             {"another text", R"(,"email_verified":"yes")", true, false},
                                             {"a number", R"(,"email_verified":1)", true, false},
                                             {"null", R"(,"email_verified":null)", true, false},
                                             {"not said", "", false, false},
                                             {"not said, and trusted", "", true, true}}));
    DYNAMIC_SECTION(item.name)
    {
        Realm realm(true, item.trusted);
        realm.provider.more_claims = R"(,"email":"ada@example.com","groups":["staff"])" + std::string(item.claim);
        CHECK(realm.log_in().status == (item.taken ? 200 : 403));
        CHECK(realm.world.recorded("user.create.success") == (item.taken ? 2 : 1));
    }
}

TEST_CASE("whoever an administrator has linked to a user signs in as that user", "[integration][api][oidc]")
{
    Realm realm(false);
    CHECK(realm.log_in().code() == "FORBIDDEN");
    // The record of the refusal has what the administrator needs.
    json::Reader refused(realm.world.test.events("session.login.failure").back().details);
    const auto subject = refused.string("subject");
    CHECK(subject == "subject-1");
    const auto body = R"({"email":"grace@example.com","name":"Grace","password":"correct horse battery staple"})";
    const auto user = realm.world.admin.post("/api/v1/users", body).text("id");
    const auto links = "/api/v1/users/" + user + "/identity-links";
    const auto linked = realm.world.admin.post(links, R"({"subject":")" + subject + "\"}");
    REQUIRE(linked.status == 201);
    CHECK(linked.text("issuer") == OidcProvider::kIssuer);
    const auto done = realm.log_in();
    REQUIRE(done.status == 200);
    CHECK(realm.me(done).text("actor/name") == "grace@example.com");
    CHECK(realm.me(done).text("role") == "pki_administrator");

    // Without the link the person is out.
    const auto link = "/api/v1/identity-links/" + linked.text("id");
    REQUIRE(realm.world.admin.remove(link, realm.world.etag(link)).status == 204);
    CHECK(realm.me(done).status == 401);
    CHECK(realm.log_in().code() == "FORBIDDEN");
    CHECK(realm.world.recorded("identity_link.create.success") == 1);
    CHECK(realm.world.recorded("identity_link.delete.success") == 1);
}

TEST_CASE("a user who was made at their first login has a link, too", "[integration][api][oidc]")
{
    Realm realm;
    const auto id = realm.me(realm.log_in()).text("actor/id");
    const auto links = realm.world.admin.get("/api/v1/users/" + id + "/identity-links").items();
    REQUIRE(links.size() == 1);
    CHECK(realm.world.recorded("identity_link.create.success") == 1);
}

TEST_CASE("who has no role here, or no user where none are made, is refused and told so", "[integration][api][oidc]")
{
    Realm realm(false);
    SECTION("not linked")
    {
        CHECK(realm.log_in().code() == "FORBIDDEN");
    }
    SECTION("no group with a role: a claim that is missing gives nothing")
    {
        realm.provider.more_claims =
            GENERATE(as<std::string>{}, "", R"(,"groups":[])", R"(,"groups":["other"])", R"(,"groups":{"x":1})");
        CHECK(realm.log_in().code() == "FORBIDDEN");
    }
    CHECK(realm.world.recorded("session.login.failure") == 1);
    CHECK(realm.world.recorded("user.create.success") == 1);
}

TEST_CASE("a browser whose login is refused shows a page that says why", "[integration][api][oidc]")
{
    const std::string html = "text/html,application/xhtml+xml,*/*;q=0.8";
    Realm realm;
    const auto query = realm.provider.authorize(realm.begin().field("location"));
    const auto state = query.substr(query.find('&'));
    ApiAnswer page;
    SECTION("the provider refuses")
    {
        page = realm.come_back("error=access_denied" + state, html);
        CHECK(page.status == 401);
        CHECK(page.body.contains("did not let the person in"));
    }
    SECTION("no role")
    {
        realm.provider.more_claims = R"(,"email":"ada@example.com","groups":["other"])";
        page = realm.come_back(query, html);
        CHECK(page.status == 403);
        CHECK(page.body.contains("None of the groups that the identity provider names has a role here."));
    }
    SECTION("the address is another user's")
    {
        realm.provider.more_claims = R"(,"email":"admin@localhost","email_verified":true,"groups":["staff"])";
        page = realm.come_back(query, html);
        CHECK(page.status == 409);
    }
    SECTION("nothing is under way")
    {
        page = realm.come_back("code=x&state=y", html);
        CHECK(page.status == 400);
    }
    SECTION("the provider cannot be asked")
    {
        realm.world.test.clock.advance(std::chrono::hours(2));
        realm.provider.reachable = false;
        page = realm.browser.get("/oidc/login", {{"Accept", html}});
        CHECK(page.status == 503);
        CHECK_FALSE(page.field("retry-after").empty());
    }
    CHECK(page.field("content-type") == "text/html; charset=utf-8");
    CHECK(page.field("content-security-policy").contains("default-src 'none'"));
    CHECK(page.field("cache-control") == "no-store");
    CHECK(page.body.contains("<h1>You are not signed in</h1>"));
    CHECK(page.body.contains("<a href=\"/\">"));
    CHECK_FALSE(page.field("set-cookie").contains("chancery_session"));
}

TEST_CASE("an e-mail address of the provider's takes nobody's user over", "[integration][api][oidc]")
{
    Realm realm;
    SECTION("one that a user has")
    {
        realm.provider.more_claims = R"(,"email":"admin@localhost","email_verified":true,"groups":["staff"])";
        CHECK(realm.log_in().code() == "ALREADY_EXISTS");
    }
    SECTION("one that is not verified")
    {
        realm.provider.more_claims = R"(,"email":"ada@example.com","email_verified":false,"groups":["staff"])";
        CHECK(realm.log_in().code() == "FORBIDDEN");
    }
    CHECK(realm.world.recorded("session.login.success") == 0);
}

TEST_CASE("a user who is disabled here is not let in by the provider", "[integration][api][oidc]")
{
    Realm realm;
    const auto id = realm.me(realm.log_in()).text("actor/id");
    const auto target = "/api/v1/users/" + id;
    REQUIRE(realm.world.admin.patch(target, R"({"enabled":false})", realm.world.etag(target)).status == 200);
    CHECK(realm.log_in().code() == "FORBIDDEN");
}

TEST_CASE("keys that the provider has changed are asked for again, but not all the time", "[integration][api][oidc]")
{
    Realm realm;
    REQUIRE(realm.log_in().status == 200);
    REQUIRE(realm.log_in().status == 200);
    CHECK(realm.provider.asked_for_keys == 1);
    realm.provider.rotate_key();
    CHECK(realm.log_in().status == 401); // asked seconds ago
    CHECK(realm.provider.asked_for_keys == 1);
    realm.world.test.clock.advance(std::chrono::minutes(1));
    CHECK(realm.log_in().status == 200);
    CHECK(realm.provider.asked_for_keys == 2);
}

TEST_CASE("a provider that cannot be asked, or is another, lets nobody in", "[integration][api][oidc]")
{
    Realm realm;
    SECTION("unreachable")
    {
        realm.provider.reachable = false;
    }
    SECTION("another issuer's document")
    {
        realm.provider.discovered_issuer = "https://evil.example.com";
    }
    const auto refused = realm.begin();
    CHECK(refused.status == 503);
    CHECK_FALSE(refused.field("retry-after").empty());
}

TEST_CASE("a provider that could not be asked is left alone for a while", "[integration][api][oidc]")
{
    Realm realm;
    realm.provider.reachable = false;
    for (int i = 0; i < 3; ++i) {
        CHECK(realm.begin().status == 503);
    }
    CHECK(realm.provider.asked_for_discovery == 1);
    realm.provider.reachable = true;
    realm.world.test.clock.advance(std::chrono::seconds(9));
    CHECK(realm.begin().status == 503);
    realm.world.test.clock.advance(std::chrono::seconds(1));
    CHECK(realm.begin().status == 302);
    CHECK(realm.begin().status == 302);
    CHECK(realm.provider.asked_for_discovery == 2);
}

TEST_CASE("of many logins that begin at once, one asks the provider for the others", "[integration][api][oidc]")
{
    Realm realm;
    const bool reachable = GENERATE(true, false);
    realm.provider.reachable = reachable;
    realm.provider.delay = std::chrono::milliseconds(300);
    std::atomic<int> answered = 0;
    {
        std::vector<std::jthread> browsers;
        for (int i = 0; i < 8; ++i) {
            browsers.emplace_back([&] {
                const ApiClient browser(realm.world.router);
                answered += browser.get("/oidc/login").status == (reachable ? 302 : 503) ? 1 : 0;
            });
        }
    }
    CHECK(answered == 8);
    CHECK(realm.provider.asked_for_discovery == 1);
}

TEST_CASE("after the login a browser goes on within this server", "[unit][oidc]")
{
    for (const auto* path : {"/", "/console?tab=1", "/a/b"}) {
        CHECK(issuance::oidc::local_path(path) == path);
    }
    for (const auto* path : {"", "//evil.example", "/\\evil.example", "https://evil.example", "/a\nb", "a"}) {
        CHECK(issuance::oidc::local_path(path) == "/");
    }
}

TEST_CASE("without a provider there is nothing to sign in with", "[integration][api][oidc]")
{
    ApiWorld world(test_dialects().front());
    const ApiClient browser(world.router);
    CHECK(browser.get("/oidc/login").status == 404);
    CHECK(browser.get("/oidc/login", {{"Accept", "text/html,*/*;q=0.8"}}).status == 404);
    CHECK(browser.get("/oidc/callback?code=x&state=y", {{"Accept", "text/html"}}).status == 404);
}

TEST_CASE("who comes back from the provider to a server that has too much to do is told so", "[integration][api][oidc]")
{
    Realm realm;
    const auto query = realm.provider.authorize(realm.begin().field("location"));
    const FullQueue full(realm.world.test.database, FullQueue::Of::Changes);
    const auto refused = realm.come_back(query);
    CHECK(refused.status == 503);
    CHECK_FALSE(refused.field("retry-after").empty());
    CHECK_FALSE(refused.field("set-cookie").contains("session"));
}
