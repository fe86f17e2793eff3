// Revocation: RFC 8555 section 7.6.
#include "core/encoding.hpp"
#include "db/repositories/authority_repository.hpp"
#include "db/repositories/certificate_repository.hpp"
#include "pki/digest.hpp"
#include "tests/support/acme_world.hpp"

#include <catch2/catch.hpp>

using namespace chancery;
using namespace chancery::test;

namespace {

Certificate stored(AcmeWorld& world, const std::string& der)
{
    return world.database.store().read_now([&](db::Session& session) {
        return db::CertificateRepository(session).find_by_fingerprint(pki::sha256_hex(der)).value();
    });
}

} // namespace

TEST_CASE("the account that was issued a certificate revokes it", "[acme-103]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto der = world.issue(client, {"www.example.org"});
    const auto reply = client.revoke(der, 4);
    CHECK(reply.status == 200);
    CHECK(reply.body.empty());
    const auto certificate = stored(world, der);
    CHECK(certificate.revoked_at.has_value());
    CHECK(certificate.revocation_reason == RevocationReason::Superseded);
    CHECK(world.audited("certificate.revoke.success") == 1);
}

TEST_CASE("the certificate's own key revokes it without an account", "[acme-103][acme-109]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto key = pki::PrivateKey::generate(KeyAlgorithm::Ec256);
    const auto der = world.issue(client, {"www.example.org"}, key);
    client.post(client.kid(), R"({"status":"deactivated"})");
    world.database.store().write_now([&](db::UnitOfWork& work) {
        db::BlockedKeyRepository(work).insert(key.public_key().spki_sha256(), "keyCompromise", world.clock.now());
    });
    auto holder = world.client();
    holder.set_key(key);
    CHECK(holder.revoke(der, 1, {.with_jwk = true}).status == 200);
    CHECK(stored(world, der).revocation_reason == RevocationReason::KeyCompromise);
}

TEST_CASE("an account with valid authorizations for every name revokes", "[acme-103]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    auto other = world.registered();
    const auto der = world.issue(client, {"www.example.org", "b.example.org"});
    world.ready_order(other, {"www.example.org"});
    CHECK(other.revoke(der).status == 403);
    world.ready_order(other, {"b.example.org"});
    CHECK(other.revoke(der).status == 200);
}

TEST_CASE("unrelated keys and accounts may not revoke", "[acme-104]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto der = world.issue(client, {"www.example.org"});
    auto stranger = world.client();
    auto other = world.registered();
    for (const auto& reply : {stranger.revoke(der, {}, {.with_jwk = true}), other.revoke(der),
                              client.revoke(der, {}, {.with_jwk = true})}) {
        CHECK(reply.status == 403);
        CHECK(reply.problem() == "unauthorized");
    }
    CHECK_FALSE(stored(world, der).revoked_at);
}

TEST_CASE("revocations that are refused are recorded", "[acme-104][acme-105]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto der = world.issue(client, {"www.example.org"});
    auto stranger = world.client();
    auto other = world.registered();
    CHECK(stranger.revoke(der, {}, {.with_jwk = true}).status == 403);
    CHECK(world.audited("certificate.revoke.failure") == 1);
    CHECK(other.revoke(der).status == 403);
    CHECK(world.audited("certificate.revoke.failure") == 2);
    CHECK(client.revoke(der).status == 200);
    CHECK(world.audited("certificate.revoke.failure") == 2);
    CHECK(client.revoke(der).status == 400);
    CHECK(world.audited("certificate.revoke.failure") == 3);
    CHECK(world.audited("certificate.revoke.success") == 1);
}

TEST_CASE("a second revocation is alreadyRevoked", "[acme-105]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto der = world.issue(client, {"www.example.org"});
    CHECK(client.revoke(der, 1).status == 200);
    const auto again = client.revoke(der, 4);
    CHECK(again.status == 400);
    CHECK(again.problem() == "alreadyRevoked");
    CHECK(stored(world, der).revocation_reason == RevocationReason::KeyCompromise);
}

TEST_CASE("reasons that a client may not give are badRevocationReason, naming those it may", "[acme-106]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto der = world.issue(client, {"www.example.org"});
    for (const int reason : {-1, 2, 6, 7, 8, 9, 10, 11, 99}) {
        const auto reply = client.revoke(der, reason);
        CHECK(reply.status == 400);
        CHECK(reply.problem() == "badRevocationReason");
        CHECK(reply.text("detail").find("keyCompromise") != std::string::npos);
    }
    CHECK(client
              .post(client.url("/revoke-cert"),
                    R"({"certificate":")" + to_base64url(der) + R"(","reason":"keyCompromise"})")
              .problem() == "malformed");
    CHECK_FALSE(stored(world, der).revoked_at);
}

TEST_CASE("a revocation without a reason is unspecified", "[acme-107]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto der = world.issue(client, {"www.example.org"});
    CHECK(client.revoke(der).status == 200);
    CHECK(stored(world, der).revocation_reason == RevocationReason::Unspecified);
}

TEST_CASE("a certificate that is not one of ours is 404 malformed", "[acme-108]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto der = world.issue(client, {"www.example.org"});
    for (const auto& bytes : {der + "x", der.substr(1), std::string("nonsense")}) {
        const auto reply = client.revoke(bytes);
        CHECK(reply.status == 404);
        CHECK(reply.problem() == "malformed");
    }
    CHECK(client.post(client.url("/revoke-cert"), R"({"certificate":""})").problem() == "malformed");
    CHECK(client.post(client.url("/revoke-cert"), "{}").problem() == "malformed");
    CHECK(client.post_as_get(client.url("/revoke-cert")).problem() == "malformed");
}

TEST_CASE("a key revoked for compromise is certified no more", "[acme-110]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto key = pki::PrivateKey::generate(KeyAlgorithm::Ec256);
    const auto der = world.issue(client, {"www.example.org"}, key);
    CHECK(client.revoke(der, 1).status == 200);
    const auto order = world.ready_order(client, {"www.example.org"});
    CHECK(client.finalize(order, make_csr({"www.example.org"}, {}, key)).problem() == "badCSR");
    auto holder = world.client();
    holder.set_key(key);
    CHECK(holder.register_account().problem() == "badPublicKey");
}

TEST_CASE("the certificate's own key turns an earlier revocation into one for compromise", "[acme-105]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto key = pki::PrivateKey::generate(KeyAlgorithm::Ec256);
    const auto der = world.issue(client, {"www.example.org"}, key);
    CHECK(client.revoke(der, 4).status == 200);
    const auto revoked_at = stored(world, der).revoked_at;
    world.clock.advance(std::chrono::hours(1));
    CHECK(client.revoke(der, 1).problem() == "alreadyRevoked");
    auto holder = world.client();
    holder.set_key(key);
    CHECK(holder.revoke(der, 5, {.with_jwk = true}).problem() == "alreadyRevoked");
    CHECK(holder.revoke(der, 1, {.with_jwk = true}).status == 200);
    CHECK(stored(world, der).revocation_reason == RevocationReason::KeyCompromise);
    CHECK(stored(world, der).revoked_at == revoked_at);
    CHECK(holder.revoke(der, 1, {.with_jwk = true}).problem() == "alreadyRevoked");
    CHECK(holder.register_account().problem() == "badPublicKey");
}

TEST_CASE("who controls the names but has not the certificate cannot call its key compromised", "[acme-103][acme-110]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto holder = world.registered();
    auto controller = world.registered();
    const auto key = pki::PrivateKey::generate(KeyAlgorithm::Ec256);
    const auto shared = world.issue(holder, {"www.example.org"}, key);
    const auto sibling = world.issue(holder, {"other.example.org"}, key);
    world.ready_order(controller, {"www.example.org"});
    const auto refused = controller.revoke(shared, 1);
    CHECK(refused.problem() == "badRevocationReason");
    CHECK_FALSE(stored(world, shared).revoked_at);
    CHECK(controller.revoke(shared, 4).status == 200);
    CHECK(stored(world, shared).revocation_reason == RevocationReason::Superseded);
    CHECK_FALSE(stored(world, sibling).revoked_at);
    CHECK(holder.revoke(sibling, 1).status == 200);
}

TEST_CASE("a compromised key takes every certificate with it along", "[acme-110]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    auto other = world.registered();
    const auto key = pki::PrivateKey::generate(KeyAlgorithm::Ec256);
    const auto first = world.issue(client, {"a.example.org"}, key);
    const auto second = world.issue(other, {"b.example.org"}, key);
    const auto unrelated = world.issue(other, {"b.example.org"});
    CHECK(client.revoke(first, 1).status == 200);
    CHECK(stored(world, second).revocation_reason == RevocationReason::KeyCompromise);
    CHECK_FALSE(stored(world, unrelated).revoked_at);
    CHECK(world.audited("certificate.revoke.success") == 2);
    CHECK(other.revoke(second, 1).problem() == "alreadyRevoked");
}
