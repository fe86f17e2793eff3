#include "tests/support/api_world.hpp"

#include <catch2/catch.hpp>

using namespace chancery;
using namespace chancery::test;

namespace {

struct RevocationWorld : ApiWorld {
    explicit RevocationWorld(db::Dialect dialect)
        : ApiWorld(dialect), certificate("/api/v1/certificates/" + certificate_of(order(admin, {"app.example.com"})))
    {
    }

    std::string certificate;

    std::string fresh_code() const
    {
        const auto answer = admin.post(certificate + "/revocation-challenges", "");
        REQUIRE(answer.status == 201);
        return answer.text("code");
    }

    ApiAnswer confirm(const std::string& code, const std::string& more = {}) const
    {
        return admin.post(certificate + "/revocation", R"({"code":")" + code + "\"" + more + "}");
    }
};

std::string other_than(const std::string& code)
{
    return code == "000000" ? "111111" : "000000";
}

} // namespace

TEST_CASE("a certificate is revoked with the code that was shown, once", "[integration][api]")
{
    RevocationWorld world(GENERATE(from_range(test_dialects())));
    const auto challenge = world.admin.post(world.certificate + "/revocation-challenges", "");
    CHECK(challenge.text("certificate/common_name") == "app.example.com");
    CHECK(challenge.text("expires_at") == "2026-11-23T12:02:00Z");
    CHECK(world.admin.get(world.certificate + "/revocation").code() == "NOT_FOUND");

    const auto revoked = world.confirm(challenge.text("code"), R"(,"reason":"superseded")");
    REQUIRE(revoked.status == 201);
    CHECK(revoked.text("status") == "revoked");
    CHECK(revoked.text("revocation/reason") == "superseded");
    const auto shown = world.admin.get(world.certificate + "/revocation");
    CHECK(shown.text("reason") == "superseded");
    CHECK(shown.text("revoked_at") == "2026-11-23T12:00:00Z");
    CHECK(world.admin.get("/api/v1/certificates?status=revoked").items().size() == 1);
    CHECK(world.recorded("certificate.revoke.requested") == 1);
    CHECK(world.recorded("certificate.revoke.success") == 1);

    const auto before = world.test.row_counts();
    const auto etag = world.etag(world.certificate);
    const auto second = world.confirm(challenge.text("code"));
    CHECK(second.status == 409);
    CHECK(second.code() == "ALREADY_REVOKED");
    CHECK(world.admin.post(world.certificate + "/revocation-challenges", "").code() == "ALREADY_REVOKED");
    CHECK(world.test.row_counts() == before);
    CHECK(world.etag(world.certificate) == etag);
    CHECK(world.test.audit_chain_holds());
}

TEST_CASE("a wrong code is refused, revokes nothing, and three of them spend it", "[integration][api]")
{
    RevocationWorld world(GENERATE(from_range(test_dialects())));
    const auto code = world.fresh_code();
    const auto before = world.test.row_counts();
    for (int i = 0; i < 3; ++i) {
        const auto answer = world.confirm(other_than(code));
        CHECK(answer.status == 422);
        CHECK(answer.code() == "CHALLENGE_MISMATCH");
    }
    const auto spent = world.confirm(code);
    CHECK(spent.status == 410);
    CHECK(spent.code() == "CHALLENGE_GONE");
    CHECK(world.admin.get(world.certificate).text("status") == "active");
    CHECK(world.test.row_counts() == before);
    CHECK(world.recorded("certificate.revoke.failure") == 4);
}

TEST_CASE("a wrong code under an idempotency key is counted each time", "[integration][api]")
{
    RevocationWorld world(GENERATE(from_range(test_dialects())));
    const auto code = world.fresh_code();
    const auto body = R"({"code":")" + other_than(code) + R"("})";
    const ApiClient::Headers key = {{"Idempotency-Key", "k"}};
    for (int i = 0; i < 3; ++i) {
        CHECK(world.admin.post(world.certificate + "/revocation", body, key).code() == "CHALLENGE_MISMATCH");
    }
    CHECK(world.admin.post(world.certificate + "/revocation", body, key).code() == "CHALLENGE_GONE");
}

TEST_CASE("a code is for one caller, one certificate, and two minutes", "[integration][api]")
{
    RevocationWorld world(GENERATE(from_range(test_dialects())));
    CHECK(world.confirm("123456").code() == "CHALLENGE_GONE"); // none was asked for

    const auto code = world.fresh_code();
    const auto other = world.somebody(Role::PkiAdministrator);
    CHECK(other.post(world.certificate + "/revocation", R"({"code":")" + code + R"("})").code() == "CHALLENGE_GONE");
    const auto second = "/api/v1/certificates/" + ApiWorld::certificate_of(world.order(world.admin, {"b.example.com"}));
    CHECK(world.admin.post(second + "/revocation", R"({"code":")" + code + R"("})").code() == "CHALLENGE_GONE");

    world.test.clock.advance(std::chrono::seconds(121));
    CHECK(world.confirm(code).code() == "CHALLENGE_GONE");
    CHECK(world.admin.get(world.certificate).text("status") == "active");
}

TEST_CASE("a newer code voids the older one", "[integration][api]")
{
    RevocationWorld world(GENERATE(from_range(test_dialects())));
    const auto first = world.fresh_code();
    const auto second = world.fresh_code();
    if (first != second) {
        CHECK(world.confirm(first).code() == "CHALLENGE_MISMATCH");
    }
    CHECK(world.confirm(second).status == 201);
}

TEST_CASE("a revocation repeated under its key is the same revocation", "[integration][api]")
{
    RevocationWorld world(GENERATE(from_range(test_dialects())));
    const auto body = R"({"code":")" + world.fresh_code() + R"("})";
    const ApiClient::Headers key = {{"Idempotency-Key", "k"}};
    const auto first = world.admin.post(world.certificate + "/revocation", body, key);
    const auto again = world.admin.post(world.certificate + "/revocation", body, key);
    CHECK(first.status == 201);
    CHECK(again.status == 201);
    CHECK(again.body == first.body);
    CHECK(again.field("idempotency-replayed") == "true");
    CHECK(world.recorded("certificate.revoke.success") == 1);
}

TEST_CASE("a key compromise keeps the key from being certified again", "[integration][api]")
{
    RevocationWorld world(GENERATE(from_range(test_dialects())));
    const auto body = json::Writer().begin_object().member("csr", csr_pem({"csr.example.com"})).end_object().take();
    const auto issued = world.admin.post("/api/v1/orders", body);
    REQUIRE(issued.status == 201);
    world.certificate = "/api/v1/certificates/" + ApiWorld::certificate_of(issued);
    CHECK(world.confirm(world.fresh_code(), R"(,"reason":"keyCompromise")").status == 201);
    const auto again = world.admin.post("/api/v1/orders", body);
    CHECK(again.status == 422);
    CHECK(again.code() == "BAD_KEY");
}

TEST_CASE("a reason that is none is refused at its member, and the code is still good", "[integration][api]")
{
    RevocationWorld world(GENERATE(from_range(test_dialects())));
    const auto code = world.fresh_code();
    const auto answer = world.confirm(code, R"(,"reason":"boredom")");
    CHECK(answer.code() == "VALIDATION_ERROR");
    CHECK(answer.json().objects("errors").front().string("pointer") == "/reason");
    CHECK(world.confirm(code).status == 201);
}

TEST_CASE("a challenge tells what the revocation would hit", "[integration][api]")
{
    RevocationWorld world(GENERATE(from_range(test_dialects())));
    const auto radius = [&] {
        auto answer = world.admin.post(world.certificate + "/revocation-challenges", "");
        REQUIRE(answer.status == 201);
        return answer.json().object("blast_radius");
    };
    SECTION("nothing else")
    {
        auto alone = radius();
        CHECK(alone.is_null("successor"));
        CHECK(alone.object("same_key").integer("found") == 0);
        CHECK(alone.object("same_names").integer("found") == 0);
        CHECK(alone.objects("under_way").empty());
        CHECK(alone.is_null("acme_account"));
        CHECK(alone.is_null("last_seen_at"));
    }
    SECTION("a live successor")
    {
        const auto renewed = world.admin.post(world.certificate + "/renewals");
        REQUIRE(renewed.status == 201);
        auto with_successor = radius();
        CHECK(with_successor.object("successor").string("id") == ApiWorld::certificate_of(renewed));
        CHECK(with_successor.object("successor").string("status") == "active");
        CHECK(with_successor.object("same_names").integer("found") == 1);
    }
    SECTION("a renewal under way")
    {
        const auto pending =
            world.admin.post(world.certificate + "/renewals", R"({"changes":{"key_algorithm":"rsa-2048"}})");
        REQUIRE(pending.status == 202);
        auto under_way = radius().objects("under_way");
        REQUIRE(under_way.size() == 1);
        CHECK(under_way.front().string("id") == pending.text("id"));
    }
    SECTION("twins by key, of which strangers are counted and not shown")
    {
        const auto key = pki::PrivateKey::generate(KeyAlgorithm::Ec256);
        const auto owner = world.test.user(Role::User, {"example.com"});
        const auto own = world.test.certificate(owner, with_csr({"a.example.com"}, key));
        const auto other = world.test.certificate(world.test.administrator(), with_csr({"b.example.com"}, key));
        const ApiClient client(world.router, world.token_for(owner, Scope::Write));
        const auto target = "/api/v1/certificates/" + own.id + "/revocation-challenges";
        auto theirs = client.post(target).json().object("blast_radius").object("same_key");
        CHECK(theirs.integer("found") == 1);
        CHECK(theirs.objects("items").empty());
        auto all = world.admin.post(target).json().object("blast_radius").object("same_key");
        CHECK(all.objects("items").front().string("id") == other.id);
    }
    SECTION("many of the same names")
    {
        for (int i = 0; i < 25; ++i) {
            world.order(world.admin, {"app.example.com"});
        }
        auto many = radius().object("same_names");
        CHECK(many.integer("found") == 20);
        CHECK(many.boolean("more"));
    }
    SECTION("a replay tells the same without the code")
    {
        const ApiClient::Headers key = {{"Idempotency-Key", "k"}};
        world.admin.post(world.certificate + "/revocation-challenges", "", key);
        const auto again = world.admin.post(world.certificate + "/revocation-challenges", "", key);
        CHECK(again.json().is_null("code"));
        CHECK(again.json().is_object("blast_radius"));
    }
}
