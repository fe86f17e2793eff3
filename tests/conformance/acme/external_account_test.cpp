// External account binding: RFC 8555 section 7.3.4.
#include "db/repositories/acme_client_repository.hpp"
#include "tests/conformance/acme/administration.hpp"

#include <catch2/catch.hpp>

using namespace chancery;
using namespace chancery::test;
using namespace std::chrono_literals;

namespace {

/// What goes into a binding; empty members get the right values.
struct BindingOptions {
    std::string algorithm = "HS256";
    pki::MacAlgorithm mac = pki::MacAlgorithm::Hs256;
    std::string url{};
    std::string payload{};
    std::string extra{}; ///< more header members, as JSON text
};

std::string binding(const AcmeClient& client, const std::string& key_id, const Secret& mac_key,
                    const BindingOptions& options = {})
{
    const auto url = options.url.empty() ? client.url("/new-account") : options.url;
    const auto header =
        R"({"alg":")" + options.algorithm + R"(","kid":")" + key_id + R"(","url":")" + url + "\"" + options.extra + "}";
    const Secret raw(from_base64url(mac_key.reveal()).value());
    return pki::sign_jws_mac(header, options.payload.empty() ? client.jwk().canonical : options.payload, options.mac,
                             raw);
}

Reply register_with(AcmeClient& client, const std::string& external)
{
    return client.register_account(R"({"termsOfServiceAgreed":true,"externalAccountBinding":)" + external + "}");
}

Reply register_with(AcmeClient& client, const issuance::NewAcmeCredentials& made, const BindingOptions& options = {})
{
    return register_with(client, binding(client, made.account.key_id, made.mac_key, options));
}

} // namespace

TEST_CASE("a client registers with the credentials of an account made in advance", "[acme-055]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    const bool required = GENERATE(true, false);
    world.configure_server([&](AcmeServer& server) { server.require_eab = required; });
    const std::pair<std::string, pki::MacAlgorithm> algorithms[] = {
        {"HS256", pki::MacAlgorithm::Hs256}, {"HS384", pki::MacAlgorithm::Hs384}, {"HS512", pki::MacAlgorithm::Hs512}};
    for (const auto& [name, mac] : algorithms) {
        CAPTURE(name);
        const auto made = new_credentials(world);
        auto client = world.client();
        const auto reply = register_with(client, made, {.algorithm = name, .mac = mac});
        CHECK(reply.status == 201);
        CHECK(reply.json().object("externalAccountBinding").has("signature"));
        CHECK(id_of(client) == made.account.id);
        CHECK(client.post_as_get(client.kid()).json().has("externalAccountBinding"));
        CHECK(client.order({"www.example.org"}).status == 201);
    }
    auto plain = world.client();
    const auto reply = plain.register_account();
    CHECK(reply.status == (required ? 403 : 201));
    CHECK_FALSE(reply.json().has("externalAccountBinding"));
}

TEST_CASE("the payload is compared as a key, not as text", "[acme-055]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    const auto made = new_credentials(world);
    auto client = world.client();
    auto key = json::Reader(client.jwk().canonical);
    const auto turned = "{ \"y\" : \"" + key.string("y") + "\",\n \"x\": \"" + key.string("x") +
                        "\", \"use\":\"sig\", \"kty\" : \"EC\", \"crv\":\"P-256\" }";
    CHECK(register_with(client, made, {.payload = turned}).status == 201);
}

TEST_CASE("a binding of the wrong form is malformed, and spends nothing", "[acme-055]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    const auto made = new_credentials(world);
    auto client = world.client();
    const auto other = world.client();
    CHECK(register_with(client, made, {.url = client.url("/new-order")}).problem() == "malformed");
    CHECK(register_with(client, made, {.url = "https://elsewhere.example/acme/default/new-account"}).problem() ==
          "malformed");
    CHECK(register_with(client, made, {.extra = R"(,"nonce":"abc")"}).problem() == "malformed");
    CHECK(register_with(client, made, {.extra = R"(,"crit":["b64"],"b64":false)"}).problem() == "malformed");
    CHECK(register_with(client, made, {.payload = other.jwk().canonical}).problem() == "malformed");
    CHECK(register_with(client, made, {.payload = "{}"}).problem() == "malformed");
    CHECK(register_with(client, made, {.payload = "key"}).problem() == "malformed");
    CHECK(register_with(client, R"("text")").problem() == "malformed");
    CHECK(register_with(client, R"({"protected":"","payload":""})").problem() == "malformed");
    for (const auto* algorithm : {"ES256", "none", "RS256", "HS1"}) {
        const auto reply = register_with(client, made, {.algorithm = algorithm});
        CHECK(reply.status == 400);
        CHECK(reply.problem() == "badSignatureAlgorithm");
        CHECK(reply.json().strings("algorithms") == std::vector<std::string>{"HS256", "HS384", "HS512"});
    }
    CHECK(register_with(client, made).status == 201);
}

TEST_CASE("credentials that are unknown, wrong, expired, used or of another directory are unauthorized", "[acme-056]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    const auto refused = [&](AcmeClient& client, const std::string& external) {
        const auto reply = register_with(client, external);
        CHECK(reply.status == 403);
        CHECK(reply.problem() == "unauthorized");
        CHECK(reply.text("detail") == "the credentials of externalAccountBinding are not valid here");
    };
    const auto made = new_credentials(world, world.clock.now() + 1h);
    auto client = world.client();
    refused(client, binding(client, "unknown", made.mac_key));
    refused(client, binding(client, made.account.key_id, Secret(to_base64url(std::string(64, 'x')))));
    // Right algorithm name, other digest.
    refused(client, binding(client, made.account.key_id, made.mac_key, {.mac = pki::MacAlgorithm::Hs512}));
    world.add_server("second");
    AcmeClient elsewhere(world.router, AcmeWorld::kPublicUrl, "second");
    refused(elsewhere, binding(elsewhere, made.account.key_id, made.mac_key));
    world.clock.advance(1h);
    refused(client, binding(client, made.account.key_id, made.mac_key));
    CHECK(world.audited("acme_account.register.failure") == 5);

    const auto fresh = new_credentials(world);
    CHECK(register_with(client, fresh).status == 201);
    auto late = world.client();
    refused(late, binding(late, fresh.account.key_id, fresh.mac_key));
    // The account that exists is given back whatever comes with the request.
    CHECK(register_with(client, fresh).status == 200);
}

TEST_CASE("replaced and revoked credentials are worth nothing", "[acme-056]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    const auto first = new_credentials(world);
    auto& store = world.database.store();
    const auto second = store
                            .write_now([&](db::UnitOfWork& work) {
                                return issuance::replace_acme_credentials(world.core, work, issuance::system_caller(),
                                                                          first.account.id, std::nullopt);
                            })
                            .value();
    auto client = world.client();
    CHECK(register_with(client, first).problem() == "unauthorized");
    CHECK(register_with(client, second).status == 201);
    CHECK(id_of(client) == first.account.id);
    const auto replaced_late = store.write_now([&](db::UnitOfWork& work) {
        return issuance::replace_acme_credentials(world.core, work, issuance::system_caller(), first.account.id,
                                                  std::nullopt);
    });
    CHECK(replaced_late.error().code == Code::Conflict);

    const auto third = new_credentials(world);
    const auto revoke = [&](const std::string& id) {
        return store.write_now([&](db::UnitOfWork& work) {
            return issuance::revoke_acme_account(world.core, work, issuance::system_caller(), id);
        });
    };
    CHECK(revoke(third.account.id)->status == AcmeClientStatus::Revoked);
    auto other = world.client();
    CHECK(register_with(other, third).problem() == "unauthorized");

    // A registered account that is revoked answers like a deactivated one, and its orders die.
    const auto order = client.order({"www.example.org"});
    CHECK(revoke(first.account.id)->status == AcmeClientStatus::Revoked);
    CHECK(client.post_as_get(order.header("Location")).status == 401);
    CHECK(client.register_account().status == 401);
    CHECK(revoke(first.account.id).error().code == Code::Conflict);
}

TEST_CASE("the secret of credentials is sealed, and in no audit record")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    const auto made = new_credentials(world);
    const auto stored = world.database.store().read_now(
        [&](db::Session& session) { return db::AcmeClientRepository(session).find(made.account.id).value(); });
    CHECK(stored.sealed_secret.find(made.mac_key.reveal()) == std::string::npos);
    CHECK(issuance::acme_mac_key(world.core, stored)->reveal() == from_base64url(made.mac_key.reveal()).value());
    auto client = world.client();
    CHECK(register_with(client, made).status == 201);
    const auto used = world.database.store().read_now(
        [&](db::Session& session) { return db::AcmeClientRepository(session).find(made.account.id).value(); });
    CHECK(used.sealed_secret.empty());
    CHECK(used.registered_at.has_value());
    CHECK(world.audited("acme_account.create.success") == 1);
    CHECK(world.audited("acme_account.register.success") == 1);
}
