// Transport, JWS and nonces: RFC 8555 sections 6.1 to 6.5.
#include "core/encoding.hpp"
#include "tests/support/acme_world.hpp"
#include "tests/support/run.hpp"

#include <catch2/catch.hpp>

#include <thread>

using namespace chancery;
using namespace chancery::test;

namespace {

constexpr const char* kOrder = R"({"identifiers":[{"type":"dns","value":"www.example.org"}]})";

/// A JWS whose parts a test puts together by hand.
std::string flat(const std::string& protected_text, const std::string& payload_text, const std::string& signature)
{
    return R"({"protected":")" + protected_text + R"(","payload":")" + payload_text + R"(","signature":")" + signature +
           R"("})";
}

struct Parts {
    std::string protected_text;
    std::string payload;
    std::string signature;
};

Parts parts_of(const std::string& jws)
{
    json::Reader in(jws);
    return {in.string("protected"), in.string("payload"), in.string("signature")};
}

} // namespace

TEST_CASE("a POST needs the media type application/jose+json", "[acme-001][acme-002]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto url = client.url("/new-order");
    const auto body = [&] { return client.sign(client.header(url), kOrder); };
    for (const auto* type : {"", "application/json", "text/plain", "application/jose", "application/jose+jsonx"}) {
        CAPTURE(type);
        const auto reply = client.send("POST", url, body(), type);
        CHECK(reply.status == 415);
        CHECK(reply.problem() == "malformed");
    }
    for (const auto* type :
         {"Application/JOSE+JSON", "application/jose+json; charset=utf-8", "application/jose+json ;x=y"}) {
        CAPTURE(type);
        CHECK(client.send("POST", url, body(), type).status == 201);
    }
}

TEST_CASE("a body beyond the limit is refused", "[acme-002]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto reply = client.send("POST", client.url("/new-order"), std::string(3'000'000, 'a'));
    CHECK(reply.status == 413);
    CHECK(reply.problem() == "malformed");
}

TEST_CASE("GET on what is read by POST-as-GET is 405 with Allow", "[acme-003]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto order = client.order({"www.example.org"});
    const auto authorization = order.json().strings("authorizations").front();
    for (const auto& url : {client.kid(), order.header("Location"), authorization,
                            client.challenge(authorization, "http-01").string("url"), client.url("/new-order"),
                            client.url("/certificate/0192f0c1-0000-7000-8000-000000000000")}) {
        CAPTURE(url);
        const auto reply = client.send("GET", url, {}, {});
        CHECK(reply.status == 405);
        CHECK(reply.problem() == "malformed");
        CHECK(reply.header("Allow") == "OPTIONS, POST");
        CHECK(reply.links("index").size() == 1);
    }
}

TEST_CASE("directory and newNonce also answer POST-as-GET", "[acme-004]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto directory = client.post_as_get(client.url("/directory"));
    CHECK(directory.status == 200);
    CHECK(directory.text("newOrder") == client.url("/new-order"));
    CHECK_FALSE(directory.header("Replay-Nonce").empty());
    CHECK(client.post_as_get(client.url("/new-nonce")).status == 204);
    CHECK(client.post(client.url("/directory"), "{}").problem() == "malformed");
}

TEST_CASE("the payload of a POST-as-GET is the empty string", "[acme-005]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto der = world.issue(client, {"www.example.org"});
    const auto order = world.ready_order(client, {"www.example.org"});
    const auto valid = client.finalize(order, make_csr({"www.example.org"}));
    for (const auto& url : {order.header("Location"), valid.text("certificate")}) {
        CHECK(client.post(url, "{}").problem() == "malformed");
        auto parts = parts_of(client.sign(client.header(url), ""));
        const auto detached =
            R"({"protected":")" + parts.protected_text + R"(","signature":")" + parts.signature + R"("})";
        CHECK(client.send("POST", url, detached).problem() == "malformed");
        CHECK(client.post_as_get(url).status == 200);
    }
}

TEST_CASE("only flattened JWS serialization is taken", "[acme-008][acme-009]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto url = client.url("/new-order");
    const auto good = parts_of(client.sign(client.header(url), kOrder));
    const auto general = R"({"payload":")" + good.payload + R"(","signatures":[{"protected":")" + good.protected_text +
                         R"(","signature":")" + good.signature + R"("}]})";
    auto unprotected = flat(good.protected_text, good.payload, good.signature);
    unprotected.insert(unprotected.size() - 1, R"(,"header":{})");
    const auto compact = good.protected_text + '.' + good.payload + '.' + good.signature;
    for (const auto& body : {general, unprotected, compact, std::string("[]"), std::string("{}"), std::string("null"),
                             std::string(), std::string(R"({"protected":1,"payload":"","signature":""})"),
                             R"({"payload":"","payload":"","protected":"e30","signature":""})" + std::string()}) {
        CAPTURE(body);
        const auto reply = client.send("POST", url, body);
        CHECK(reply.status == 400);
        CHECK(reply.problem() == "malformed");
        CHECK_FALSE(reply.header("Replay-Nonce").empty());
    }
    // None of that has spent the nonce.
    CHECK(client.send("POST", url, flat(good.protected_text, good.payload, good.signature)).status == 201);
}

TEST_CASE("crit and b64 are refused", "[acme-010]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    for (const auto* extra : {R"(,"b64":false)", R"(,"crit":["b64"],"b64":false)", R"(,"crit":["exp"])"}) {
        const auto reply = client.post(client.url("/new-order"), kOrder, {.extra = extra});
        CHECK(reply.status == 400);
        CHECK(reply.problem() == "malformed");
    }
}

TEST_CASE("an algorithm that is not supported is refused with those that are", "[acme-011]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    for (const auto* algorithm : {"none", "None", "HS256", "HS384", "HS512", "PS256", "ES256K", ""}) {
        CAPTURE(algorithm);
        const auto reply = client.post(client.url("/new-order"), kOrder, {.algorithm_text = algorithm});
        CHECK(reply.status == 400);
        CHECK(reply.problem() == "badSignatureAlgorithm");
        CHECK(reply.json().strings("algorithms") ==
              std::vector<std::string>{"RS256", "ES256", "ES384", "ES512", "EdDSA"});
    }
}

TEST_CASE("accounts sign with RS256, ES256, ES384, ES512 and EdDSA", "[acme-012]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    for (const auto algorithm : {KeyAlgorithm::Ec256, KeyAlgorithm::Ec384, KeyAlgorithm::Ec521, KeyAlgorithm::Ed25519,
                                 KeyAlgorithm::Rsa2048}) {
        auto client = world.client(algorithm);
        CHECK(client.register_account().status == 201);
        CHECK(client.order({"www.example.org"}).status == 201);
    }
}

TEST_CASE("an algorithm that does not go with the key is refused", "[acme-013]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.client();
    for (const auto* algorithm : {"ES384", "ES512", "RS256", "EdDSA"}) {
        const auto reply =
            client.post(client.url("/new-account"), "{}", {.with_jwk = true, .algorithm_text = algorithm});
        CHECK(reply.status == 400);
        CHECK(reply.problem() == "badPublicKey");
    }
    auto known = world.registered();
    const auto reply = known.post(known.url("/new-order"), kOrder, {.algorithm_text = "RS256"});
    CHECK(reply.status == 400);
    CHECK(reply.problem() == "malformed");
}

TEST_CASE("a JWK whose own alg is another one is refused", "[acme-013]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.client();
    const auto url = client.url("/new-account");
    auto jwk = client.jwk().canonical;
    const auto send = [&](const std::string& more) {
        auto key = jwk;
        key.insert(key.size() - 1, more);
        const auto header =
            R"({"alg":"ES256","nonce":")" + client.fresh_nonce() + R"(","url":")" + url + R"(","jwk":)" + key + "}";
        return client.send("POST", url, client.sign(header, "{}"));
    };
    CHECK(send(R"(,"alg":"ES384")").problem() == "badPublicKey");
    CHECK(send(R"(,"alg":"ES256","use":"sig","kid":"x")").status == 201);
}

TEST_CASE("a bad key is badPublicKey with the reason", "[acme-014]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.client();
    const auto url = client.url("/new-account");
    const auto x = to_base64url(std::string(32, '\x05'));
    const auto ed448 = to_base64url(std::string(57, '\x05'));
    const auto modulus = to_base64url(std::string("\xc1", 1) + std::string(127, '\x3b'));
    for (const auto& [alg, jwk] : std::vector<std::pair<std::string, std::string>>{
             {"ES256", R"({"kty":"EC","crv":"P-256","x":")" + x + R"(","y":")" + x + R"("})"},
             {"RS256", R"({"kty":"RSA","n":")" + modulus + R"(","e":"AQAB"})"},
             {"EdDSA", R"({"kty":"OKP","crv":"Ed448","x":")" + ed448 + R"("})"},
             {"ES256", R"({"kty":"oct","k":"AAAA"})"},
             {"ES256", R"({"kty":"EC","crv":"P-256","x":")" + x + R"("})"},
             {"ES256", "{}"}}) {
        CAPTURE(jwk);
        const auto header = R"({"alg":")" + alg + R"(","nonce":")" + client.fresh_nonce() + R"(","url":")" + url +
                            R"(","jwk":)" + jwk + "}";
        const auto reply = client.send("POST", url, client.sign(header, "{}"));
        CHECK(reply.status == 400);
        CHECK(reply.problem() == "badPublicKey");
        CHECK_FALSE(reply.text("detail").empty());
    }
}

TEST_CASE("an ECDSA signature is R and S of fixed length, not DER", "[acme-015]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto url = client.url("/new-order");
    const auto good = parts_of(client.sign(client.header(url), kOrder));
    const auto der = client.key().sign(good.protected_text + '.' + good.payload, Digest::Sha256);
    const auto raw = from_base64url(good.signature).value();
    for (const auto& signature : {der, raw.substr(1), raw + '\0', std::string(64, '\0'), std::string()}) {
        const auto reply = client.send("POST", url, flat(good.protected_text, good.payload, to_base64url(signature)));
        CHECK(reply.status == 400);
        CHECK(reply.problem() == "malformed");
    }
}

TEST_CASE("exactly one of jwk and kid is there, the one that the resource takes", "[acme-016][acme-017]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto order_url = client.url("/new-order");
    const auto account_url = client.url("/new-account");
    const auto both = R"(,"jwk":)" + client.jwk().canonical;
    CHECK(client.post(order_url, kOrder, {.extra = both}).problem() == "malformed");
    const auto neither = R"({"alg":"ES256","nonce":")" + client.fresh_nonce() + R"(","url":")" + order_url + R"("})";
    CHECK(client.send("POST", order_url, client.sign(neither, kOrder)).problem() == "malformed");
    CHECK(client.post(account_url, "{}").problem() == "malformed");
    CHECK(client.post(order_url, kOrder, {.with_jwk = true}).problem() == "malformed");
    CHECK(client.post(client.kid(), "", {.with_jwk = true}).problem() == "malformed");
    CHECK(client.post(client.url("/key-change"), "{}", {.with_jwk = true}).problem() == "malformed");
}

TEST_CASE("kid is compared as a whole URL", "[acme-018][acme-019]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto id = client.kid().substr(client.kid().rfind('/') + 1);
    for (const auto& kid :
         {"https://evil.example/acme/default/account/" + id, "https://ca.example:8443/acme/other/account/" + id,
          "https://ca.example/acme/default/account/" + id, "http://ca.example:8443/acme/default/account/" + id,
          "/acme/default/account/" + id, id, client.kid() + "/", client.kid() + "?x", client.kid() + "#x",
          client.url("/account/0192f0c1-0000-7000-8000-000000000000"), std::string()}) {
        CAPTURE(kid);
        const auto reply = client.post(client.url("/new-order"), kOrder, {.kid = kid});
        CHECK(reply.status == 400);
        CHECK(reply.problem() == "accountDoesNotExist");
    }
}

TEST_CASE("an account of one ACME server is none of another", "[acme-018]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    world.add_server("second");
    AcmeClient stranger(world.router, AcmeWorld::kPublicUrl, "second");
    stranger.set_key(client.key());
    const auto id = client.kid().substr(client.kid().rfind('/') + 1);
    stranger.set_kid(stranger.url("/account/" + id));
    CHECK(stranger.post(stranger.url("/new-order"), kOrder).problem() == "accountDoesNotExist");
    CHECK(stranger.register_account().status == 201);
}

TEST_CASE("url must be there and be the request's own", "[acme-020][acme-021]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto url = client.url("/new-order");
    CHECK(client.post(url, kOrder, {.url = ""}).problem() == "malformed");
    CHECK(client.post(url, kOrder, {.url = "", .extra = R"(,"url":7)"}).problem() == "malformed");
    for (const auto& other :
         {client.url("/new-account"), std::string("https://evil.example:8443/acme/default/new-order"),
          std::string("https://ca.example/acme/default/new-order"), url + "?a=b", url + "/"}) {
        CAPTURE(other);
        const auto reply = client.post(url, kOrder, {.url = other});
        CHECK(reply.status == 403);
        CHECK(reply.problem() == "unauthorized");
    }
    CHECK(
        client.send("POST", url, client.sign(client.header(url), kOrder), "application/jose+json", "proxy.internal:80")
            .status == 201);
}

TEST_CASE("the query string belongs to the url", "[acme-021]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto url = client.kid() + "/orders?cursor=0192f0c1-0000-7000-8000-000000000000";
    CHECK(client.post_as_get(url).status == 200);
    CHECK(client.post(url, "", {.url = client.kid() + "/orders"}).problem() == "unauthorized");
}

TEST_CASE("base64url with padding, other alphabets or white space is malformed", "[acme-022]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto url = client.url("/new-order");
    const auto good = parts_of(client.sign(client.header(url), kOrder));
    for (const auto* bad : {"=", "==", "+", "/", " ", "\\n", "A"}) {
        CAPTURE(bad);
        CHECK(client.send("POST", url, flat(good.protected_text + bad, good.payload, good.signature)).status == 400);
        CHECK(client.send("POST", url, flat(good.protected_text, good.payload + bad, good.signature)).problem() ==
              "malformed");
        CHECK(client.send("POST", url, flat(good.protected_text, good.payload, good.signature + bad)).problem() ==
              "malformed");
    }
    const auto order = world.ready_order(client, {"www.example.org"});
    const auto csr = to_base64url(make_csr({"www.example.org"}));
    for (const auto& text : {csr + "=", "+" + csr, csr + " "}) {
        CHECK(client.post(order.text("finalize"), R"({"csr":")" + text + R"("})").problem() == "malformed");
        CHECK(client.post(client.url("/revoke-cert"), R"({"certificate":")" + text + R"("})").problem() == "malformed");
    }
}

TEST_CASE("duplicate members of header and payload are refused", "[acme-023]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto url = client.url("/new-order");
    CHECK(client.post(url, kOrder, {.extra = R"(,"alg":"none")"}).problem() == "malformed");
    CHECK(client.post(url, kOrder, {.extra = R"(,"url":")" + url + R"(")"}).problem() == "malformed");
    CHECK(
        client.post(url, R"({"identifiers":[],"identifiers":[{"type":"dns","value":"www.example.org"}]})").problem() ==
        "malformed");
}

TEST_CASE("a signature that is wrong costs nobody a nonce", "[acme-024]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto url = client.url("/new-order");
    const auto nonce = client.fresh_nonce();
    const auto other = world.client();
    CHECK(client.send("POST", url, other.sign(client.header(url, {.nonce = nonce}), kOrder)).problem() == "malformed");
    CHECK(client.post(url, kOrder, {.nonce = nonce}).status == 201);
}

TEST_CASE("a Replay-Nonce field in a request is ignored", "[acme-025]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    http::Request request;
    request.method = "POST";
    request.target = request.path = "/acme/default/new-order";
    request.fields.set("Content-Type", "application/jose+json");
    request.fields.set("Replay-Nonce", "something");
    request.body = client.sign(client.header(client.url("/new-order")), kOrder);
    CHECK(run(world.router.route(request)).status == 201);
}

TEST_CASE("every answer to a POST has a nonce, and that of a refusal works", "[acme-026][acme-027]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto url = client.url("/new-order");
    const auto good = client.post(url, kOrder);
    CHECK(good.status == 201);
    const auto bad = client.post(url, kOrder, {.nonce = "AAAA"});
    CHECK(bad.status == 400);
    CHECK(bad.problem() == "badNonce");
    CHECK(bad.text("detail").find("JWS has an invalid anti-replay nonce") == 0);
    CHECK(client.post(url, kOrder, {.nonce = bad.header("Replay-Nonce")}).status == 201);
    CHECK(client.post(url, kOrder, {.nonce = good.header("Replay-Nonce")}).status == 201);
    const auto unknown = client.post(client.url("/no-such-thing"), "");
    CHECK(unknown.status == 404);
    CHECK(client.post(url, kOrder, {.nonce = unknown.header("Replay-Nonce")}).status == 201);
}

TEST_CASE("a missing nonce is badNonce, one that is not base64url malformed", "[acme-028]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto url = client.url("/new-order");
    CHECK(client.post(url, kOrder, {.nonce = ""}).problem() == "badNonce");
    CHECK(client.post(url, kOrder, {.nonce = "a+b/"}).problem() == "malformed");
    CHECK(client.post(url, kOrder, {.nonce = "", .extra = R"(,"nonce":5)"}).problem() == "malformed");
}

TEST_CASE("a nonce is used up even when the request then fails", "[acme-029]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto nonce = client.fresh_nonce();
    CHECK(client.post(client.url("/new-order"), R"({"identifiers":[]})", {.nonce = nonce}).problem() == "malformed");
    CHECK(client.post(client.url("/new-order"), kOrder, {.nonce = nonce}).problem() == "badNonce");
}

TEST_CASE("of a hundred parallel replays exactly one wins", "[acme-029]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto url = client.url("/new-order");
    const auto body = client.sign(client.header(url), kOrder);
    std::atomic<int> created{0};
    std::atomic<int> refused{0};
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 10; ++i) {
            threads.emplace_back([&] {
                for (int j = 0; j < 10; ++j) {
                    const auto reply = client.send("POST", url, body);
                    created += reply.status == 201 ? 1 : 0;
                    refused += reply.status == 400 && reply.problem() == "badNonce" ? 1 : 0;
                }
            });
        }
    }
    CHECK(created == 1);
    CHECK(refused == 99);
}

TEST_CASE("newNonce answers HEAD with 200 and GET with 204, with nonce, index and no-store", "[acme-030][acme-031]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.client();
    for (const auto& [method, status] : std::vector<std::pair<std::string, int>>{{"HEAD", 200}, {"GET", 204}}) {
        const auto reply = client.send(method, client.url("/new-nonce"), {}, {});
        CHECK(reply.status == status);
        CHECK(reply.body.empty());
        CHECK(reply.header("Replay-Nonce").size() >= 22);
        CHECK(reply.header("Cache-Control") == "no-store");
        CHECK(reply.links("index") == std::vector{client.url("/directory")});
    }
}

TEST_CASE("after a restart an old nonce is badNonce and the client's retry works", "[acme-033]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto nonce = client.fresh_nonce();
    world.clock.advance(std::chrono::seconds(1));
    world.restart_door();
    const auto refused = client.post(client.url("/new-order"), kOrder, {.nonce = nonce});
    CHECK(refused.problem() == "badNonce");
    CHECK(client.post(client.url("/new-order"), kOrder, {.nonce = refused.header("Replay-Nonce")}).status == 201);
}
