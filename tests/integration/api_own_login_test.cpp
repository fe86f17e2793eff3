#include "core/encoding.hpp"
#include "db/repositories/identity_repository.hpp"
#include "db/repositories/totp_repository.hpp"
#include "pki/totp.hpp"
#include "tests/support/api_world.hpp"

#include <catch2/catch.hpp>

#include <cctype>

using namespace chancery;
using namespace chancery::test;

namespace {

constexpr std::string_view kPassword = "a long enough password";
constexpr std::string_view kOther = "another long password";

/// Somebody who signs in with a password, and what a browser of theirs sends.
class Person {
public:
    explicit Person(ApiWorld& world) : world_(world), client_(world.router)
    {
        const auto made = world.admin.post(
            "/api/v1/users", R"({"email":"ada@example.com","name":"Ada","password":"a long enough password"})");
        REQUIRE(made.status == 201);
        place = made.field("location");
        id = made.text("id");
    }

    ApiAnswer log_in(std::string_view password = kPassword, const std::string& more = {}, std::string cookie = {}) const
    {
        const auto body = R"({"email":"ada@example.com","password":")" + std::string(password) + '"' + more + '}';
        return client_.post("/api/v1/sessions", body,
                            cookie.empty() ? ApiClient::Headers{} : ApiClient::Headers{{"Cookie", std::move(cookie)}});
    }

    /// Header fields of a browser with the session of an answer.
    static ApiClient::Headers browser(const ApiAnswer& answer)
    {
        const auto cookie = answer.field("set-cookie");
        return {{"Cookie", cookie.substr(0, cookie.find(';'))}, {"X-CSRF-Token", answer.text("csrf_token")}};
    }

    ApiAnswer post(const std::string& target, const std::string& body, const ApiClient::Headers& as) const
    {
        return client_.post(target, body, as);
    }

    ApiAnswer get(const std::string& target, const ApiClient::Headers& as) const { return client_.get(target, as); }

    ApiAnswer remove(const std::string& target, ApiClient::Headers as, const std::string& etag) const
    {
        as.emplace_back("If-Match", etag);
        return client_.send("DELETE", target, {}, as);
    }

    /// What their app shows at the moment, `later` steps on.
    std::string code(int later = 0) const
    {
        return pki::totp_code(secret, pki::totp_step(world_.test.clock.now()) + later);
    }

    /// A second factor in force; the recovery codes.
    std::vector<std::string> enrol(const ApiClient::Headers& as)
    {
        const auto started = post("/api/v1/me/totp", "{}", as);
        REQUIRE(started.status == 201);
        secret = opened_secret();
        CHECK(started.text("secret") == pki::to_base32(secret.reveal()));
        CHECK(started.text("otpauth_uri").contains("secret=" + started.text("secret")));
        const auto confirmed = post("/api/v1/me/totp/confirmation", R"({"code":")" + code() + "\"}", as);
        REQUIRE(confirmed.status == 200);
        return confirmed.json().strings("recovery_codes");
    }

    std::string place;
    std::string id;
    Secret secret;

private:
    Secret opened_secret() const
    {
        const auto row =
            world_.test.read([&](db::Session& session) { return db::TotpRepository(session).find(id).value(); });
        const auto sealed = from_base64(row.sealed_secret).value();
        return world_.test.keys.open(sealed, "totp " + id).value();
    }

    ApiWorld& world_;
    ApiClient client_;
};

std::string with_code(const std::string& code)
{
    return R"(,"totp_code":")" + code + '"';
}

std::string with_recovery(const std::string& code)
{
    return R"(,"recovery_code":")" + code + '"';
}

} // namespace

TEST_CASE("a person with a second factor signs in with a code, each good once", "[integration][api][totp]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    Person ada(world);
    const auto browser = Person::browser(ada.log_in());
    ada.enrol(browser);
    CHECK(ada.get("/api/v1/me/totp", browser).json().boolean("enabled"));
    CHECK(ada.post("/api/v1/me/totp", "{}", browser).code() == "CONFLICT");

    const auto asked = ada.log_in();
    CHECK(asked.status == 422);
    CHECK(asked.json().objects("errors").at(0).string("pointer") == "/totp_code");
    CHECK(ada.log_in(kOther, with_code(ada.code(1))).status == 401);
    CHECK(ada.log_in(kPassword, with_code("000000")).status == 401);
    CHECK(ada.log_in(kPassword, with_code(ada.code())).status == 401); // used for the confirmation
    world.test.clock.advance(std::chrono::seconds(60));
    const auto code = ada.code();
    CHECK(ada.log_in(kPassword, with_code(code)).status == 201);
    CHECK(ada.log_in(kPassword, with_code(code)).status == 401); // a replay
    CHECK(ada.log_in(kPassword, with_code(ada.code(-1))).status == 401);
    CHECK(world.recorded("totp.enable.success") == 1);
    CHECK(world.recorded("session.login.success") == 2);
}

TEST_CASE("codes cannot be guessed: they are throttled with the password, and when a second factor is removed",
          "[integration][api][totp]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    Person ada(world);
    const auto browser = Person::browser(ada.log_in());
    ada.enrol(browser);
    world.test.clock.advance(std::chrono::minutes(1));
    for (int i = 0; i < 5; ++i) {
        CHECK(ada.log_in(kPassword, with_code("000000")).status == 401);
        CHECK(ada.post("/api/v1/me/totp/removal", R"({"totp_code":"000000"})", browser).status == 422);
    }
    CHECK(ada.log_in(kPassword, with_code(ada.code())).status == 429);
    const auto removal = ada.post("/api/v1/me/totp/removal", R"({"totp_code":")" + ada.code() + "\"}", browser);
    CHECK(removal.code() == "RATE_LIMITED");
    CHECK_FALSE(removal.field("retry-after").empty());
    CHECK(world.recorded("totp.verify.failure") == 5);
    world.test.clock.advance(std::chrono::minutes(1));
    CHECK(ada.post("/api/v1/me/totp/removal", R"({"totp_code":")" + ada.code() + "\"}", browser).status == 204);
    CHECK(ada.log_in().status == 201);
    CHECK(world.recorded("totp.disable.success") == 1);
}

TEST_CASE("a recovery code stands for the app, once, and however it is typed", "[integration][api][totp]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    Person ada(world);
    const auto browser = Person::browser(ada.log_in());
    const auto codes = ada.enrol(browser);
    REQUIRE(codes.size() == 10);
    CHECK(ada.log_in(kPassword, with_recovery(codes.front())).status == 201);
    CHECK(ada.log_in(kPassword, with_recovery(codes.front())).status == 401);
    CHECK(ada.log_in(kPassword, with_recovery("AAAA-AAAA-AAAA-AAAA")).status == 401);
    std::string typed;
    for (const char c : codes.back()) {
        typed += c == '-' ? ' ' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
    CHECK(ada.log_in(kPassword, with_recovery(typed)).status == 201);
    CHECK(ada.get("/api/v1/me/totp", browser).json().integer("recovery_codes_left") == 8);
    for (const auto& event : world.test.events("session.login.failure")) {
        CHECK_FALSE(event.details.contains(codes.front()));
    }
    const auto stored = world.test.read(
        [&](db::Session& session) { return db::TotpRepository(session).find(ada.id).value().sealed_secret; });
    CHECK_FALSE(stored.contains(pki::to_base32(ada.secret.reveal())));
    CHECK(ada.post("/api/v1/me/totp/removal", R"({"recovery_code":")" + codes.at(4) + "\"}", browser).status == 204);
    CHECK(ada.log_in().status == 201);
    CHECK(ada.post("/api/v1/me/totp/removal", "{}", browser).code() == "VALIDATION_ERROR");
    CHECK(ada.post("/api/v1/me/totp/removal", R"({"totp_code":"1"})", browser).code() == "CONFLICT");
}

TEST_CASE("a second factor that no code has confirmed asks for nothing", "[integration][api][totp]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    Person ada(world);
    const auto browser = Person::browser(ada.log_in());
    CHECK(ada.post("/api/v1/me/totp/confirmation", R"({"code":"000000"})", browser).code() == "CONFLICT");
    CHECK(ada.post("/api/v1/me/totp", "{}", browser).status == 201);
    CHECK(ada.post("/api/v1/me/totp/confirmation", R"({"code":"000000"})", browser).code() == "VALIDATION_ERROR");
    CHECK(ada.log_in().status == 201);
    CHECK_FALSE(ada.get("/api/v1/me/totp", browser).json().boolean("enabled"));
}

TEST_CASE("an administrator removes the second factor of who has lost it", "[integration][api][totp]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    Person ada(world);
    const auto browser = Person::browser(ada.log_in());
    const auto before = world.etag(ada.place);
    CHECK(world.admin.remove(ada.place + "/totp", before).code() == "NOT_FOUND");
    ada.enrol(browser);
    CHECK(ada.remove(ada.place + "/totp", browser, "*").code() == "FORBIDDEN");
    CHECK(world.admin.remove(ada.place + "/totp", before).code() == "PRECONDITION_FAILED");
    CHECK(world.admin.remove(ada.place + "/totp", world.etag(ada.place)).status == 204);
    CHECK(ada.log_in().status == 201);
}

TEST_CASE("sessions are listed, shown and ended by whose they are, and by administrators",
          "[integration][api][sessions]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    Person ada(world);
    const auto first = Person::browser(ada.log_in());
    const auto second = Person::browser(ada.log_in());
    const auto listed = ada.get("/api/v1/sessions", second);
    REQUIRE(listed.items().size() == 2);
    CHECK_FALSE(listed.items().at(0).boolean("current"));
    CHECK(listed.items().at(1).boolean("current"));
    CHECK_FALSE(listed.body.contains("hash"));
    CHECK_FALSE(listed.body.contains("csrf"));
    const auto place = [](const std::string& id) { return "/api/v1/sessions/" + id; };
    const auto first_id = listed.items().at(0).string("id");
    const auto second_id = listed.items().at(1).string("id");

    const auto other = world.somebody(Role::PkiAdministrator);
    CHECK(other.get(place(first_id)).code() == "NOT_FOUND");
    CHECK(other.remove(place(first_id), "*").code() == "NOT_FOUND");
    CHECK(other.get("/api/v1/sessions?user_id=" + ada.id).code() == "FORBIDDEN");
    CHECK(world.admin.get("/api/v1/sessions?user_id=" + ada.id).items().size() == 2);

    const auto shown = ada.get(place(first_id), second);
    CHECK(shown.status == 200);
    CHECK(ada.remove(place(first_id), second, "\"9\"").code() == "PRECONDITION_FAILED");
    CHECK(ada.remove(place(first_id), {second.front()}, shown.etag()).code() == "FORBIDDEN"); // no CSRF token
    CHECK(ada.remove(place(first_id), second, shown.etag()).status == 204);
    CHECK(ada.get("/api/v1/me", first).status == 401);
    CHECK(ada.get(place(first_id), second).code() == "NOT_FOUND");
    CHECK(world.admin.remove(place(second_id), "*").status == 204);
    CHECK(ada.get("/api/v1/me", second).status == 401);
    CHECK(world.recorded("session.revoke.success") == 2);
}

TEST_CASE("a browser that signs in again gets a session of its own, and the one it came with ends",
          "[integration][api][sessions]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    Person ada(world);
    const auto first = Person::browser(ada.log_in());
    const auto again = ada.log_in(kPassword, {}, first.front().second);
    const auto second = Person::browser(again);
    CHECK(second.front().second != first.front().second);
    CHECK(second.back().second != first.back().second);
    CHECK(ada.get("/api/v1/me", first).status == 401);
    CHECK(ada.get("/api/v1/me", second).status == 200);
    // A cookie that an attacker chose is never the one of the session.
    const auto fixed = ada.log_in(kPassword, {}, "__Host-chancery_session=chosen");
    CHECK_FALSE(fixed.field("set-cookie").contains("chosen"));
    CHECK(ada.get("/api/v1/me", {{"Cookie", "__Host-chancery_session=chosen"}}).status == 401);
    // A failed login ends nothing.
    CHECK(ada.log_in(kOther, {}, second.front().second).status == 401);
    CHECK(ada.get("/api/v1/me", second).status == 200);
}

TEST_CASE("a person changes their own password, which ends every other session and renews this one",
          "[integration][api][sessions]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    Person ada(world);
    const auto other = Person::browser(ada.log_in());
    const auto mine = Person::browser(ada.log_in());
    const auto change = [&](std::string_view current, std::string_view fresh, const ApiClient::Headers& as) {
        return ada.post("/api/v1/me/password",
                        json::Writer()
                            .begin_object()
                            .member("current_password", current)
                            .member("new_password", fresh)
                            .end_object()
                            .take(),
                        as);
    };
    CHECK(change(kOther, kOther, mine).json().objects("errors").at(0).string("pointer") == "/current_password");
    CHECK(change(kPassword, "short", mine).json().objects("errors").at(0).string("pointer") == "/new_password");
    CHECK(change(kPassword, kOther, {mine.front()}).code() == "FORBIDDEN"); // no CSRF token
    CHECK(change(kPassword, kOther, {}).status == 401);
    CHECK(ada.post("/api/v1/me/password", "{}", mine).code() == "VALIDATION_ERROR");
    CHECK(ada.get("/api/v1/me", mine).status == 200);

    const auto changed = change(kPassword, kOther, mine);
    REQUIRE(changed.status == 200);
    const auto renewed = Person::browser(changed);
    CHECK(ada.get("/api/v1/me", mine).status == 401);
    CHECK(ada.get("/api/v1/me", other).status == 401);
    CHECK(ada.get("/api/v1/me", renewed).text("csrf_token") == changed.text("csrf_token"));
    CHECK(ada.log_in(kPassword).status == 401);
    CHECK(ada.log_in(kOther).status == 201);
    CHECK(world.recorded("password.change.success") == 1);
    CHECK(world.recorded("password.change.failure") == 1);

    world.test.clock.advance(std::chrono::minutes(5));
    for (int i = 0; i < 5; ++i) {
        CHECK(change(kPassword, kOther, renewed).status == 422);
    }
    CHECK(change(kOther, kPassword, renewed).code() == "RATE_LIMITED");
}
