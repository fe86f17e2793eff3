#include "core/id.hpp"
#include "db/repositories/certificate_repository.hpp"
#include "db/repositories/identity_repository.hpp"
#include "issuance/revocation/batches.hpp"
#include "issuance/revocation/revocation.hpp"
#include "tests/support/api_world.hpp"
#include "tests/support/run.hpp"

#include <catch2/catch.hpp>

using namespace chancery;
using namespace chancery::test;

namespace {

constexpr const char* kBatches = "/api/v1/revocation-batches";
constexpr const char* kByDomain = R"({"filter":{"field":"name","operator":"under","value":"example.com"}})";

std::string by_ids(const std::vector<std::string>& ids)
{
    return json::Writer().begin_object().member("certificate_ids", ids).end_object().take();
}

std::string confirmation(const ApiAnswer& preview, const std::string& more = {})
{
    return R"({"code":")" + preview.text("code") + R"(","expected_count":)" +
           std::to_string(preview.json().integer("count")) + more + "}";
}

struct BatchWorld : ApiWorld {
    explicit BatchWorld(db::Dialect dialect) : ApiWorld(dialect)
    {
        for (const auto* name : {"a.example.com", "b.example.com", "c.example.com"}) {
            ids.push_back(certificate_of(order(admin, {name})));
        }
    }

    static std::string path(const ApiAnswer& preview) { return kBatches + ("/" + preview.text("id")); }

    ApiAnswer confirm(const ApiAnswer& preview, const std::string& more = {}) const
    {
        return admin.post(path(preview) + "/revocation", confirmation(preview, more));
    }

    long long result(const ApiAnswer& preview, std::string_view name) const
    {
        return admin.get(path(preview)).json().object("results").integer(name);
    }

    long long revoked() { return recorded("certificate.revoke.success"); }

    Certificate stored(const std::string& id)
    {
        return test.read([&](db::Session& session) { return db::CertificateRepository(session).find(id).value(); });
    }

    void revoke_alone(const std::string& id)
    {
        REQUIRE(test.write([&](db::UnitOfWork& work) {
            return issuance::revoke(test.core, work, issuance::system_caller(), stored_in(work, id),
                                    RevocationReason::Superseded);
        }));
    }

    static Certificate stored_in(db::UnitOfWork& work, const std::string& id)
    {
        return db::CertificateRepository(work).find(id).value();
    }

    std::vector<std::string> ids;
};

std::string other_than(const std::string& code)
{
    return code == "000000" ? "111111" : "000000";
}

} // namespace

TEST_CASE("what a preview hits is revoked with its code, each with a result", "[integration][api][batches]")
{
    BatchWorld world(GENERATE(from_range(test_dialects())));
    const auto preview = world.admin.post(kBatches, kByDomain);
    REQUIRE(preview.status == 201);
    CHECK(preview.text("status") == "previewed");
    CHECK(preview.json().integer("count") == 3);
    CHECK(preview.json().objects("sample").size() == 3);
    CHECK(preview.text("code").size() == 6);
    CHECK(world.revoked() == 0);

    const auto confirmed = world.confirm(preview, R"(,"reason":"superseded")");
    REQUIRE(confirmed.status == 202);
    CHECK(confirmed.text("status") == "running");
    world.test.jobs.run_all(world.test.store());
    const auto done = world.admin.get(BatchWorld::path(preview));
    CHECK(done.text("status") == "complete");
    CHECK(done.text("reason") == "superseded");
    CHECK(world.result(preview, "revoked") == 3);
    CHECK(world.revoked() == 3);
    for (const auto& id : world.ids) {
        CHECK(world.stored(id).revocation_reason == RevocationReason::Superseded);
    }
    const auto items = world.admin.walk(BatchWorld::path(preview) + "/items", 2, "certificate_id");
    CHECK(items.size() == 3);
    CHECK(world.admin.get(BatchWorld::path(preview) + "/items?result=revoked").items().size() == 3);
    CHECK(world.admin.get(BatchWorld::path(preview) + "/items?result=failed").items().empty());
    CHECK(world.admin.get(kBatches).items().size() == 1);
    CHECK(world.recorded("revocation_batch.create.success") == 1);
    CHECK(world.recorded("revocation_batch.confirm.success") == 1);
    CHECK(world.recorded("revocation_batch.complete.success") == 1);
    CHECK(world.test.audit_chain_holds());
}

TEST_CASE("a certificate that somebody else revokes meanwhile counts as revoked already", "[integration][api][batches]")
{
    BatchWorld world(GENERATE(from_range(test_dialects())));
    const auto preview = world.admin.post(kBatches, by_ids(world.ids));
    REQUIRE(preview.status == 201);
    world.revoke_alone(world.ids[1]);
    REQUIRE(world.confirm(preview, R"(,"reason":"cessationOfOperation")").status == 202);
    world.test.jobs.run_all(world.test.store());
    CHECK(world.result(preview, "revoked") == 2);
    CHECK(world.result(preview, "already_revoked") == 1);
    CHECK(world.stored(world.ids[1]).revocation_reason == RevocationReason::Superseded);
    // What is revoked before the preview is counted and not in the set.
    const auto again = world.admin.post(kBatches, by_ids(world.ids));
    CHECK(again.status == 422);
    CHECK(again.json().objects("errors").front().string("code") == "empty");
}

TEST_CASE("a code is for one batch, one caller and two minutes, and confirms once", "[integration][api][batches]")
{
    BatchWorld world(GENERATE(from_range(test_dialects())));
    const auto preview = world.admin.post(kBatches, kByDomain);
    SECTION("another batch's")
    {
        const auto second = world.admin.post(kBatches, kByDomain);
        if (second.text("code") != preview.text("code")) {
            const auto answer = world.admin.post(BatchWorld::path(second) + "/revocation", confirmation(preview));
            CHECK(answer.status == 422);
            CHECK(answer.code() == "CHALLENGE_MISMATCH");
        }
    }
    SECTION("another caller's")
    {
        const auto other = world.somebody(Role::PkiAdministrator);
        const auto answer = other.post(BatchWorld::path(preview) + "/revocation", confirmation(preview));
        CHECK(answer.status == 410);
        CHECK(answer.code() == "CHALLENGE_GONE");
        const auto stranger = world.somebody(Role::User, {"example.com"});
        CHECK(stranger.post(BatchWorld::path(preview) + "/revocation", confirmation(preview)).status == 404);
        CHECK(stranger.get(BatchWorld::path(preview)).status == 404);
        CHECK(stranger.get(BatchWorld::path(preview) + "/items").status == 404);
        CHECK(stranger.get(kBatches).items().empty());
    }
    SECTION("expired")
    {
        world.test.clock.advance(std::chrono::seconds(120));
        CHECK(world.confirm(preview).code() == "CHALLENGE_GONE");
        CHECK(world.admin.get(BatchWorld::path(preview)).text("status") == "expired");
    }
    SECTION("guessed")
    {
        for (int i = 0; i < 3; ++i) {
            const auto body = R"({"expected_count":3,"code":")" + other_than(preview.text("code")) + R"("})";
            CHECK(world.admin.post(BatchWorld::path(preview) + "/revocation", body).code() == "CHALLENGE_MISMATCH");
        }
        CHECK(world.confirm(preview).code() == "CHALLENGE_GONE");
    }
    SECTION("another count than was previewed")
    {
        const auto body = R"({"expected_count":2,"code":")" + preview.text("code") + R"("})";
        const auto answer = world.admin.post(BatchWorld::path(preview) + "/revocation", body);
        CHECK(answer.status == 422);
        CHECK(answer.json().objects("errors").front().string("pointer") == "/expected_count");
    }
    world.test.jobs.run_all(world.test.store());
    CHECK(world.revoked() == 0);
    SECTION("confirmed twice")
    {
        CHECK(world.confirm(preview).status == 202);
        const auto second = world.confirm(preview);
        CHECK(second.status == 409);
        CHECK(second.code() == "CONFLICT");
        world.test.jobs.run_all(world.test.store());
        CHECK(world.confirm(preview).code() == "CONFLICT");
        CHECK(world.revoked() == 3);
    }
}

TEST_CASE("a replayed preview shows no code, and a replayed confirmation starts nothing", "[integration][api][batches]")
{
    BatchWorld world(GENERATE(from_range(test_dialects())));
    const ApiClient::Headers key = {{"Idempotency-Key", "k"}};
    const auto preview = world.admin.post(kBatches, kByDomain, key);
    const auto again = world.admin.post(kBatches, kByDomain, key);
    CHECK(again.text("id") == preview.text("id"));
    CHECK(again.json().is_null("code"));
    const auto target = BatchWorld::path(preview) + "/revocation";
    const auto first = world.admin.post(target, confirmation(preview), key);
    CHECK(first.code() == "IDEMPOTENCY_MISMATCH"); // a key is for one request
    const ApiClient::Headers other = {{"Idempotency-Key", "l"}};
    CHECK(world.admin.post(target, confirmation(preview), other).status == 202);
    CHECK(world.admin.post(target, confirmation(preview), other).field("idempotency-replayed") == "true");
    CHECK(world.recorded("revocation_batch.confirm.success") == 1);
}

TEST_CASE("nobody revokes by a batch what they may not revoke alone", "[integration][api][batches]")
{
    BatchWorld world(GENERATE(from_range(test_dialects())));
    const auto user = world.somebody(Role::User, {"example.com"});
    const auto own = ApiWorld::certificate_of(world.order(user, {"own.example.com"}));
    const auto before = world.test.row_counts();

    const auto unseen = user.post(kBatches, by_ids({own, world.ids[0]}));
    CHECK(unseen.status == 422);
    CHECK(unseen.json().objects("errors").front().string("pointer") == "/certificate_ids/1");
    CHECK(unseen.json().objects("errors").front().string("code") == "not_found");
    // A Deployment Administrator sees it, and may not revoke it.
    const auto deployer = world.somebody(Role::DeploymentAdministrator, {"example.com"});
    const auto foreign = deployer.post(kBatches, by_ids({world.ids[0]}));
    CHECK(foreign.json().objects("errors").front().string("code") == "forbidden");
    CHECK(deployer.post(kBatches, kByDomain).json().objects("errors").front().string("code") == "empty");
    CHECK(world.somebody(Role::ReportOperator).post(kBatches, kByDomain).status == 403);
    CHECK(world.test.row_counts().at("revocation_batches") == before.at("revocation_batches"));

    const auto preview = user.post(kBatches, kByDomain); // narrowed to what is their own
    REQUIRE(preview.status == 201);
    CHECK(preview.json().integer("count") == 1);
    CHECK(preview.json().objects("sample").front().string("id") == own);
    // Asking for somebody else's by name hits nothing.
    CHECK(user.post(kBatches, R"({"filter":{"field":"requester_id","operator":"eq","value":"somebody"}})").status ==
          422);
}

TEST_CASE("what makes no sense is refused at its place", "[integration][api][batches]")
{
    BatchWorld world(GENERATE(from_range(test_dialects())));
    const auto pointer = [&](const std::string& body) {
        const auto answer = world.admin.post(kBatches, body);
        CHECK(answer.status == 422);
        return answer.json().objects("errors").front().string("pointer");
    };
    CHECK(pointer("{}").empty());
    CHECK(pointer(R"({"filter":{"field":"name","operator":"under","value":"x"},"certificate_ids":[]})").empty());
    CHECK(pointer(R"({"filter":{}})").starts_with("/filter"));
    CHECK(pointer(R"({"filter":7})") == "/filter");
    CHECK(pointer(R"({"filter":null})") == "/filter");
    CHECK(pointer(R"({"filter":{"field":"colour","operator":"eq","value":"red"}})") == "/filter/field");
    CHECK(pointer(R"({"filter":{"field":"status","operator":"eq","value":"sleeping"}})") == "/filter/value");
    CHECK(pointer(R"({"filter":{"field":"name","operator":"under","value":"nowhere.example"}})") == "/filter");
    CHECK(pointer(by_ids({})) == "/certificate_ids");
    CHECK(pointer(by_ids({world.ids[0], world.ids[0]})) == "/certificate_ids");
    CHECK(pointer(by_ids({"nonsense"})) == "/certificate_ids/0");
    CHECK(world.admin.post(kBatches, "[").status == 400);
    CHECK(world.admin
              .post(kBatches + ("/" + new_id(world.test.clock.now())) + "/revocation",
                    R"({"code":"123456","expected_count":1})")
              .status == 404);
}

TEST_CASE("a batch goes on where it was when the server died", "[integration][api][batches][faults]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    for (int i = 0; i < 60; ++i) { // more than one unit's worth
        world.order(world.admin, {"n" + std::to_string(i) + ".example.com"});
    }
    const auto preview = world.admin.post(kBatches, kByDomain);
    REQUIRE(preview.json().integer("count") == 60);
    const auto target = kBatches + ("/" + preview.text("id"));
    REQUIRE(world.admin.post(target + "/revocation", confirmation(preview)).status == 202);
    // Dies at many places, and is taken over.
    for (int n = 1; n < 200; n += 13) {
        world.test.clock.fail_at(n);
        try {
            run(issuance::revoke_batch(world.test.core, preview.text("id")));
        } catch (const ManualClock::Failure&) {
        }
        world.test.clock.fail_at(0);
        CHECK(world.test.audit_chain_holds());
    }
    world.test.jobs.run_all(world.test.store());
    CHECK(world.admin.get(target).json().object("results").integer("revoked") == 60);
    CHECK(world.admin.get(target).text("status") == "complete");
    CHECK(world.recorded("certificate.revoke.success") == 60);
    CHECK(world.recorded("revocation_batch.complete.success") == 1);
}

TEST_CASE("a batch stops when whoever confirmed it may revoke no more", "[integration][api][batches]")
{
    BatchWorld world(GENERATE(from_range(test_dialects())));
    const auto person = world.test.user(Role::PkiAdministrator, {"example.com"});
    const ApiClient client(world.router, world.token_for(person, Scope::Write));
    const auto preview = client.post(kBatches, kByDomain);
    REQUIRE(client.post(BatchWorld::path(preview) + "/revocation", confirmation(preview)).status == 202);
    const auto become = [&](Role role, bool enabled) {
        world.test.write([&](db::UnitOfWork& work) {
            auto user = db::UserRepository(work).find(person.actor.id).value();
            user.role = role;
            user.enabled = enabled;
            REQUIRE(db::UserRepository(work).update(user));
        });
    };
    SECTION("another role")
    {
        become(Role::ReportOperator, true);
    }
    SECTION("a role that revokes only its own")
    {
        become(Role::DeploymentAdministrator, true);
    }
    SECTION("disabled")
    {
        become(Role::PkiAdministrator, false);
    }
    world.test.jobs.run_all(world.test.store());
    CHECK(world.result(preview, "failed") == 3);
    CHECK(world.revoked() == 0);
    CHECK(world.admin.get(BatchWorld::path(preview)).text("status") == "complete");
}

TEST_CASE("keyCompromise blocks each key and revokes what else carries it", "[integration][api][batches]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto key = pki::PrivateKey::generate(KeyAlgorithm::Ec256);
    const auto admin = world.test.administrator();
    const auto one = world.test.certificate(admin, with_csr({"a.example.com"}, key));
    const auto twin = world.test.certificate(admin, with_csr({"twin.example.com"}, key));
    const auto preview = world.admin.post(kBatches, by_ids({one.id}));
    REQUIRE(preview.status == 201);
    CHECK(preview.json().object("blast_radius").integer("sharing_keys") == 1);
    const auto target = kBatches + ("/" + preview.text("id")) + "/revocation";
    REQUIRE(world.admin.post(target, confirmation(preview, R"(,"reason":"keyCompromise")")).status == 202);
    world.test.jobs.run_all(world.test.store());
    CHECK(world.admin.get("/api/v1/certificates/" + twin.id).text("status") == "revoked");
    const auto blocked = world.admin.get("/api/v1/blocked-keys/" + one.spki_sha256);
    CHECK(blocked.text("reason") == "keyCompromise");
    CHECK(blocked.json().integer("active_certificates") == 0);
}
