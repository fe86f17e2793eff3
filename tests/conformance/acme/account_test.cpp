// Accounts and key change: RFC 8555 section 7.3.
#include "db/repositories/acme_repository.hpp"
#include "db/repositories/authority_repository.hpp"
#include "db/repositories/certificate_repository.hpp"
#include "pki/digest.hpp"
#include "tests/support/acme_world.hpp"
#include "tests/support/overlap.hpp"

#include <catch2/catch.hpp>

#include <thread>

using namespace chancery;
using namespace chancery::test;

namespace {

std::string inner_jws(const AcmeClient& client, const AcmeClient& fresh, const std::string& account,
                      const pki::Jwk& old_key, const std::string& url, const std::string& more = {})
{
    const auto header = R"({"alg":"ES256","jwk":)" + fresh.jwk().canonical + R"(,"url":")" + url + "\"" + more + "}";
    static_cast<void>(client);
    return fresh.sign(header, R"({"account":")" + account + R"(","oldKey":)" + old_key.canonical + "}");
}

Reply change_key(AcmeClient& client, const AcmeClient& fresh)
{
    const auto url = client.url("/key-change");
    return client.post(url, inner_jws(client, fresh, client.kid(), client.jwk(), url));
}

} // namespace

TEST_CASE("a new account is 201 with its Location, a known key 200 with the old body", "[acme-036][acme-046]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.client();
    const auto created = client.register_account(R"({"termsOfServiceAgreed":true,"contact":["mailto:a@example.org"]})");
    CHECK(created.status == 201);
    CHECK(created.text("status") == "valid");
    CHECK(created.header("Location").starts_with(client.url("/account/")));
    const auto again = client.register_account(R"({"contact":["mailto:other@example.org"]})");
    CHECK(again.status == 200);
    CHECK(again.header("Location") == created.header("Location"));
    CHECK(again.body == created.body);
    // Whatever else the request says is ignored, so that no client is kept from finding its account.
    for (const auto* ignored : {R"({"contact":["tel:+1"]})", R"({"contact":["mailto:a@example.org?subject=x"]})",
                                R"({"externalAccountBinding":{"protected":"x"}})"}) {
        CAPTURE(ignored);
        const auto known = client.register_account(ignored);
        CHECK(known.status == 200);
        CHECK(known.body == created.body);
    }
    CHECK(world.audited("acme_account.register.success") == 1);
}

TEST_CASE("onlyReturnExisting creates nothing", "[acme-047]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.client();
    const auto reply = client.register_account(R"({"onlyReturnExisting":true})");
    CHECK(reply.status == 400);
    CHECK(reply.problem() == "accountDoesNotExist");
    CHECK(client.register_account().status == 201);
    const auto found = client.register_account(R"({"onlyReturnExisting":true})");
    CHECK(found.status == 200);
    CHECK_FALSE(found.json().has("onlyReturnExisting"));
}

TEST_CASE("terms of service must be agreed to", "[acme-048]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    world.configure_server([](AcmeServer& server) { server.terms_of_service = "https://ca.example/terms"; });
    auto client = world.client();
    for (const auto* payload : {"{}", R"({"termsOfServiceAgreed":false})"}) {
        const auto reply = client.register_account(payload);
        CHECK(reply.status == 403);
        CHECK(reply.problem() == "userActionRequired");
        CHECK(reply.links("terms-of-service").size() == 1);
    }
    CHECK(client.register_account().status == 201);
}

TEST_CASE("contacts are mailto with one address", "[acme-049]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.client();
    const auto refused = [&](const std::string& contact) {
        return client.register_account(R"({"contact":[")" + contact + R"("]})").problem();
    };
    CHECK(refused("mailto:a@example.org?subject=x") == "invalidContact");
    CHECK(refused("mailto:a@example.org,b@example.org") == "invalidContact");
    CHECK(refused("mailto:nobody") == "invalidContact");
    CHECK(refused("mailto:") == "invalidContact");
    CHECK(refused("a@example.org") == "invalidContact");
    CHECK(refused("tel:+123456") == "unsupportedContact");
    CHECK(refused("https://example.org") == "unsupportedContact");
    CHECK(client.register_account(R"({"contact":[7]})").problem() == "malformed");
    CHECK(client.register_account(R"({"contact":["mailto:a@example.org"]})").status == 201);
}

TEST_CASE("the account lists its orders, page by page, without invalid ones", "[acme-050]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto list = client.post_as_get(client.kid()).text("orders");
    CHECK(client.post_as_get(list).json().strings("orders").empty());
    std::vector<std::string> made;
    for (int i = 0; i < 103; ++i) {
        made.push_back(client.order({"www.example.org"}).header("Location"));
    }
    const auto dead = client.post_as_get(made.front()).json().strings("authorizations").front();
    client.post(dead, R"({"status":"deactivated"})");
    const auto first = client.post_as_get(list);
    CHECK(first.json().strings("orders").size() == 100);
    REQUIRE(first.links("next").size() == 1);
    const auto second = client.post_as_get(first.links("next").front());
    CHECK(second.json().strings("orders") == std::vector{made[2], made[1]});
    CHECK(second.links("next").empty());
}

TEST_CASE("an update changes contacts and ignores everything else", "[acme-051]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto updated = client.post(
        client.kid(),
        R"({"contact":["mailto:new@example.org"],"orders":"x","termsOfServiceAgreed":false,"status":"revoked","y":1})");
    CHECK(updated.status == 200);
    CHECK(updated.text("status") == "valid");
    CHECK(updated.json().strings("contact") == std::vector<std::string>{"mailto:new@example.org"});
    CHECK(client.post_as_get(client.kid()).body == updated.body);
    CHECK(client.post(client.kid(), R"({"contact":["tel:1"]})").problem() == "unsupportedContact");
    CHECK(client.post(client.kid(), R"({"contact":[]})").json().has("contact") == false);
}

TEST_CASE("parallel newAccounts with one key make one account", "[acme-052]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.client();
    std::atomic<int> created{0};
    std::atomic<int> found{0};
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 8; ++i) {
            threads.emplace_back([&] {
                const auto status = client.post(client.url("/new-account"), "{}", {.with_jwk = true}).status;
                created += status == 201 ? 1 : 0;
                found += status == 200 ? 1 : 0;
            });
        }
    }
    CHECK(created == 1);
    CHECK(found == 7);
}

TEST_CASE("a deactivated account can do nothing, its pending orders die, its certificates stay", "[acme-053]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto der = world.issue(client, {"www.example.org"});
    const auto pending = client.order({"b.example.org"}).header("Location");
    const auto reply = client.post(client.kid(), R"({"status":"deactivated"})");
    CHECK(reply.status == 200);
    CHECK(reply.text("status") == "deactivated");
    for (const auto& refused : {client.order({"www.example.org"}), client.post_as_get(client.kid()),
                                client.post(client.kid(), R"({"status":"valid"})"), client.register_account(),
                                client.register_account(R"({"onlyReturnExisting":true})"), client.revoke(der)}) {
        CHECK(refused.status == 401);
        CHECK(refused.problem() == "unauthorized");
    }
    CHECK(world.audited("acme_account.deactivate.success") == 1);
    world.database.store().read_now([&](db::Session& session) {
        const auto order = db::AcmeOrderRepository(session).find(pending.substr(pending.rfind('/') + 1));
        REQUIRE(order);
        CHECK(order->status == AcmeOrderStatus::Invalid);
        CHECK(order->error.value_or("").find(":unauthorized") != std::string::npos);
        const auto certificate = db::CertificateRepository(session).find_by_fingerprint(pki::sha256_hex(der));
        REQUIRE(certificate);
        CHECK_FALSE(certificate->revoked_at);
        return true;
    });
}

TEST_CASE("deactivation holds for a door that has the account in its cache", "[acme-053]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    acme::Door other(world.core, world.settings, world.web, world.tls, world.dns);
    http::Router router;
    other.add_routes(router);
    AcmeClient elsewhere(router, AcmeWorld::kPublicUrl);
    elsewhere.set_key(client.key());
    elsewhere.set_kid(client.kid());
    CHECK(elsewhere.post_as_get(client.kid()).status == 200);
    client.post(client.kid(), R"({"status":"deactivated"})");
    CHECK(elsewhere.post_as_get(client.kid()).status == 401);
    CHECK(elsewhere.order({"www.example.org"}).status == 401);
}

TEST_CASE("a server that wants external accounts registers nobody without", "[acme-054]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    world.configure_server([](AcmeServer& server) { server.require_eab = true; });
    auto client = world.client();
    CHECK(client.register_account().problem() == "externalAccountRequired");
    const auto directory = client.send("GET", client.url("/directory"), {}, {});
    CHECK(directory.json().object("meta").boolean("externalAccountRequired"));
}

TEST_CASE("another account's URL tells nothing", "[acme-072]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    auto other = world.registered();
    for (const auto& url : {other.kid(), client.url("/account/0192f0c1-0000-7000-8000-000000000000")}) {
        const auto reply = client.post_as_get(url);
        CHECK(reply.status == 403);
        CHECK(reply.problem() == "unauthorized");
        CHECK(client.post(url, R"({"status":"deactivated"})").status == 403);
        CHECK(client.post_as_get(url + "/orders").status == 403);
    }
}

TEST_CASE("after a key change the new key signs and the old one is dead, pending orders live on", "[acme-057]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto order = world.ready_order(client, {"www.example.org"});
    auto fresh = world.client();
    fresh.set_kid(client.kid());
    CHECK(change_key(client, fresh).status == 200);
    const auto old = client.post_as_get(client.kid());
    CHECK(old.status == 400);
    CHECK(old.problem() == "malformed");
    CHECK(fresh.post_as_get(client.kid()).status == 200);
    CHECK(fresh.finalize(order, make_csr({"www.example.org"})).status == 200);
    CHECK(world.audited("acme_account.key_change.success") == 1);
    CHECK(client.register_account(R"({"onlyReturnExisting":true})").problem() == "accountDoesNotExist");
}

TEST_CASE("a key change reaches a door that has the old key in its cache", "[acme-057]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    acme::Door other(world.core, world.settings, world.web, world.tls, world.dns);
    http::Router router;
    other.add_routes(router);
    AcmeClient elsewhere(router, AcmeWorld::kPublicUrl);
    elsewhere.set_key(client.key());
    elsewhere.set_kid(client.kid());
    CHECK(elsewhere.post_as_get(client.kid()).status == 200);
    auto fresh = world.client();
    CHECK(change_key(client, fresh).status == 200);
    CHECK(elsewhere.post_as_get(client.kid()).status == 401);
    elsewhere.set_key(fresh.key());
    CHECK(elsewhere.post_as_get(client.kid()).status == 200);
}

TEST_CASE("a key change that is not in order is malformed", "[acme-057]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto fresh = world.client();
    const auto url = client.url("/key-change");
    const auto other = world.client();
    const auto send = [&](const std::string& inner) { return client.post(url, inner).problem(); };
    CHECK(send("{}") == "malformed");
    CHECK(send(inner_jws(client, fresh, client.kid() + "x", client.jwk(), url)) == "malformed");
    CHECK(send(inner_jws(client, fresh, client.kid(), other.jwk(), url)) == "malformed");
    CHECK(send(inner_jws(client, fresh, client.kid(), client.jwk(), client.url("/new-order"))) == "malformed");
    CHECK(send(inner_jws(client, fresh, client.kid(), client.jwk(), url, R"(,"nonce":"AAAA")")) == "malformed");
    CHECK(send(inner_jws(client, client, client.kid(), client.jwk(), url)) == "malformed");
    const auto by_kid = R"({"alg":"ES256","kid":")" + client.kid() + R"(","url":")" + url + R"("})";
    CHECK(send(fresh.sign(by_kid, R"({"account":")" + client.kid() + R"(","oldKey":)" + client.jwk().canonical +
                                      "}")) == "malformed");
    const auto header = R"({"alg":"ES256","jwk":)" + fresh.jwk().canonical + R"(,"url":")" + url + R"("})";
    CHECK(send(other.sign(header, R"({"account":")" + client.kid() + R"(","oldKey":)" + client.jwk().canonical +
                                      "}")) == "malformed");
    CHECK(client.post_as_get(client.kid()).status == 200);
}

TEST_CASE("a key that another account has is a conflict with that account's URL", "[acme-057]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    auto other = world.registered();
    const auto reply = change_key(client, other);
    CHECK(reply.status == 409);
    CHECK(reply.problem() == "malformed");
    CHECK(reply.header("Location") == other.kid());
}

TEST_CASE("of two accounts that change to one key at the same time, one is told who was quicker", "[acme-057]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    const auto quick = world.registered();
    auto slow = world.registered();
    const auto fresh = world.client();
    Reply reply;
    overlap(
        world.database.store(),
        [&](db::UnitOfWork& work) {
            const auto id = quick.kid().substr(quick.kid().rfind('/') + 1);
            return db::AcmeAccountRepository(work).change_key(id, fresh.jwk().canonical, fresh.jwk().thumbprint,
                                                              fresh.key().public_key().spki_sha256());
        },
        [&] { reply = change_key(slow, fresh); });
    CHECK(reply.status == 409);
    CHECK(reply.problem() == "malformed");
    CHECK(reply.header("Location") == quick.kid());
    CHECK(slow.post_as_get(slow.kid()).status == 200);
}

TEST_CASE("a key change leaves answered challenges as they are", "[acme-058][acme-087]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto order = client.order({"www.example.org"});
    const auto authorization = order.json().strings("authorizations").front();
    auto challenge = client.challenge(authorization, "http-01");
    const auto token = challenge.string("token");
    world.publish_http("www.example.org", token, client.key_authorization(token));
    CHECK(client.post(challenge.string("url"), "{}").text("status") == "processing");
    auto fresh = world.client();
    fresh.set_kid(client.kid());
    CHECK(change_key(client, fresh).status == 200);
    world.jobs.run_all();
    CHECK(fresh.post_as_get(authorization).text("status") == "valid");
}

TEST_CASE("a blocked key becomes nobody's account key", "[acme-110]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.client();
    world.database.store().write_now([&](db::UnitOfWork& work) {
        db::BlockedKeyRepository(work).insert(client.key().public_key().spki_sha256(), "keyCompromise",
                                              world.clock.now());
    });
    CHECK(client.register_account().problem() == "badPublicKey");
    auto honest = world.registered();
    CHECK(change_key(honest, client).problem() == "badPublicKey");
}
