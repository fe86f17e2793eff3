#include "core/encoding.hpp"
#include "core/json.hpp"
#include "pki/jws.hpp"
#include "pki/spki.hpp"

#include <catch2/catch.hpp>

#include <map>

using namespace chancery;
using pki::JwsAlgorithm;

namespace {

const std::map<JwsAlgorithm, pki::PrivateKey>& keys()
{
    static const std::map<JwsAlgorithm, pki::PrivateKey> all{
        {JwsAlgorithm::Rs256, pki::PrivateKey::generate(KeyAlgorithm::Rsa2048)},
        {JwsAlgorithm::Es256, pki::PrivateKey::generate(KeyAlgorithm::Ec256)},
        {JwsAlgorithm::Es384, pki::PrivateKey::generate(KeyAlgorithm::Ec384)},
        {JwsAlgorithm::Es512, pki::PrivateKey::generate(KeyAlgorithm::Ec521)},
        {JwsAlgorithm::EdDsa, pki::PrivateKey::generate(KeyAlgorithm::Ed25519)}};
    return all;
}

// RFC 7515 appendix A.3: an ES256 signature and its key.
constexpr auto kRfc7515Jws =
    R"({"payload":"eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ",
    "protected":"eyJhbGciOiJFUzI1NiJ9",
    "signature":"DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"})";
constexpr auto kRfc7515Key = R"({"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})";

// RFC 7638 section 3.1.
constexpr auto kRfc7638Key =
    R"({"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
    "e":"AQAB","alg":"RS256","kid":"2011-04-29"})";

// RFC 8037 appendix A.2.
constexpr auto kRfc8037Key = R"({"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})";

pki::Jws parsed(const std::string& body)
{
    auto jws = pki::parse_jws(body);
    REQUIRE(jws);
    return *jws;
}

} // namespace

TEST_CASE("a body that is not exactly a flattened JWS is refused", "[unit][pki]")
{
    struct Case {
        const char* name;
        const char* body;
    };

    const auto item = GENERATE(
        values<Case>({{"empty", ""},
                      {"text", "hello"},
                      {"array", R"(["protected"])"},
                      {"compact form", "e30.e30.AA"},
                      {"no payload", R"({"protected":"e30","signature":"AA"})"},
                      {"no signature", R"({"protected":"e30","payload":""})"},
                      {"no protected header", R"({"payload":"","signature":"AA"})"},
                      {"unprotected header", R"({"protected":"e30","payload":"","signature":"AA","header":{}})"},
                      {"general form", R"({"payload":"","signatures":[{"protected":"e30","signature":"AA"}]})"},
                      {"both forms", R"({"protected":"e30","payload":"","signature":"AA","signatures":[]})"},
                      {"unknown member", R"({"protected":"e30","payload":"","signature":"AA","extra":1})"},
                      {"duplicate member", R"({"protected":"e30","payload":"","signature":"AA","payload":"e30"})"},
                      {"payload is an object", R"({"protected":"e30","payload":{},"signature":"AA"})"},
                      {"signature is null", R"({"protected":"e30","payload":"","signature":null})"},
                      {"padded", R"({"protected":"e30=","payload":"","signature":"AA"})"},
                      {"standard alphabet", R"({"protected":"e30","payload":"+/+/","signature":"AA"})"},
                      {"white space", R"({"protected":"e30","payload":"e3 0","signature":"AA"})"},
                      {"left-over bits", R"({"protected":"e30","payload":"","signature":"AB"})"},
                      {"impossible length", R"({"protected":"e30","payload":"A","signature":"AA"})"},
                      {"text after the object", R"({"protected":"e30","payload":"","signature":"AA"} x)"}}));
    DYNAMIC_SECTION(item.name)
    {
        const auto jws = pki::parse_jws(item.body);
        REQUIRE_FALSE(jws);
        CHECK(jws.error().code == Code::BadRequest);
        CHECK_FALSE(jws.error().detail.empty());
    }
}

TEST_CASE("an empty payload, as in POST-as-GET, is read", "[unit][pki]")
{
    const auto jws = parsed(R"({"signature":"AA","payload":"","protected":"e30"})");
    CHECK(jws.payload.empty());
    CHECK(jws.protected_header == "{}");
    CHECK(jws.protected_text == "e30");
    CHECK(jws.signature == std::string(1, '\0'));
}

TEST_CASE("the example of RFC 7515 appendix A.3 verifies, and nothing near it", "[unit][pki]")
{
    const auto jws = parsed(kRfc7515Jws);
    const auto key = pki::parse_jwk_text(kRfc7515Key)->key;
    CHECK(pki::verify_jws(jws, JwsAlgorithm::Es256, key));
    CHECK_FALSE(pki::verify_jws(jws, JwsAlgorithm::Es384, key));
    CHECK_FALSE(pki::verify_jws(jws, JwsAlgorithm::Rs256, key));
    for (const auto member : {&pki::Jws::protected_text, &pki::Jws::payload_text, &pki::Jws::signature}) {
        auto changed = jws;
        (changed.*member)[0] = static_cast<char>((changed.*member)[0] ^ 1);
        CHECK_FALSE(pki::verify_jws(changed, JwsAlgorithm::Es256, key));
    }
}

TEST_CASE("ECDSA signatures of another form than R and S at full length are refused", "[unit][pki]")
{
    const auto& key = keys().at(JwsAlgorithm::Es256);
    auto jws = parsed(pki::sign_jws("{}", "payload", JwsAlgorithm::Es256, key));
    REQUIRE(jws.signature.size() == 64);
    const auto raw = jws.signature;
    const auto refused = [&](const std::string& signature) {
        jws.signature = signature;
        CHECK_FALSE(pki::verify_jws(jws, JwsAlgorithm::Es256, key.public_key()));
    };
    refused("");
    refused(raw.substr(0, 63));
    refused(raw + '\0');
    refused(std::string(1, '\0') + raw);
    refused(std::string(64, '\0'));
    refused(std::string(64, '\xff'));
    refused(key.sign(jws.protected_text + "." + jws.payload_text, Digest::Sha256));
    jws.signature = raw;
    CHECK(pki::verify_jws(jws, JwsAlgorithm::Es256, key.public_key()));
}

TEST_CASE("each algorithm signs and verifies with its own kind of key only", "[unit][pki]")
{
    for (const auto& [algorithm, key] : keys()) {
        for (const auto& [other, other_key] : keys()) {
            CHECK(pki::algorithm_fits(algorithm, other_key.type()) == (algorithm == other));
        }
        const auto jws = parsed(pki::sign_jws(R"({"alg":"x"})", "payload", algorithm, key));
        CHECK(jws.protected_header == R"({"alg":"x"})");
        CHECK(jws.payload == "payload");
        for (const auto& [other, other_key] : keys()) {
            CHECK(pki::verify_jws(jws, algorithm, other_key.public_key()) == (algorithm == other));
            CHECK(pki::verify_jws(jws, other, key.public_key()) == (algorithm == other));
        }
        CHECK_FALSE(pki::verify_jws(jws, algorithm, pki::PublicKey()));
        CHECK_FALSE(pki::verify_jws(jws, algorithm, pki::PrivateKey::generate(KeyAlgorithm::Ec256).public_key()));
    }
    CHECK_THROWS(pki::sign_jws("{}", "", JwsAlgorithm::Es384, keys().at(JwsAlgorithm::Es256)));
}

TEST_CASE("only the algorithms of accounts have a name", "[unit][pki]")
{
    for (const auto* name : {"none", "HS256", "HS512", "PS256", "RS384", "ES256K", "es256", ""}) {
        CHECK_FALSE(pki::jws_algorithm(name));
    }
    CHECK(pki::jws_algorithm_names() == std::vector<std::string>{"RS256", "ES256", "ES384", "ES512", "EdDSA"});
    for (const auto& name : pki::jws_algorithm_names()) {
        CHECK(pki::jws_algorithm_name(*pki::jws_algorithm(name)) == name);
    }
}

TEST_CASE("keys that are malformed, private or of unknown types are refused", "[unit][pki]")
{
    const std::string x = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU";
    const std::string y = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0";
    const auto ec = [](const std::string& curve, const std::string& px, const std::string& py) {
        return R"({"kty":"EC","crv":")" + curve + R"(","x":")" + px + R"(","y":")" + py + R"("})";
    };
    const auto rsa = [](const std::string& n, const std::string& e) {
        return R"({"kty":"RSA","n":")" + n + R"(","e":")" + e + R"("})";
    };
    const auto modulus = std::string(256, '\xff');
    const std::map<std::string, std::string> cases{
        {"not JSON", "hello"},
        {"not an object", "[]"},
        {"no type", R"({"crv":"P-256"})"},
        {"symmetric", R"({"kty":"oct","k":"AAAA"})"},
        {"type in lower case", R"({"kty":"ec"})"},
        {"unknown curve", ec("secp256k1", x, y)},
        {"no y", R"({"kty":"EC","crv":"P-256","x":")" + x + R"("})"},
        {"x is a number", R"({"kty":"EC","crv":"P-256","x":1,"y":")" + y + R"("})"},
        {"short x", ec("P-256", to_base64url(from_base64url(x)->substr(1)), y)},
        {"x with a leading zero octet", ec("P-256", to_base64url('\0' + *from_base64url(x)), y)},
        // The same point, but another thumbprint.
        {"an octet of x moved to y", ec("P-256", to_base64url(from_base64url(x)->substr(0, 31)),
                                        to_base64url(from_base64url(x)->substr(31) + *from_base64url(y)))},
        {"padded x", ec("P-256", x + "=", y)},
        {"point not on the curve", ec("P-256", y, x)},
        {"coordinates of another curve", ec("P-384", x, y)},
        {"private EC key", R"({"kty":"EC","crv":"P-256","d":"AA","x":")" + x + R"(","y":")" + y + R"("})"},
        {"duplicate member", R"({"kty":"EC","crv":"P-256","crv":"P-256","x":")" + x + R"(","y":")" + y + R"("})"},
        {"RSA without e", R"({"kty":"RSA","n":")" + to_base64url(modulus) + R"("})"},
        {"n with a leading zero octet", rsa(to_base64url('\0' + modulus), "AQAB")},
        {"e with a leading zero octet", rsa(to_base64url(modulus), "AAEAAQ")},
        {"n in the standard alphabet", rsa(to_base64(modulus), "AQAB")},
        {"empty n", rsa("", "AQAB")},
        {"RSA of 8200 bits", rsa(to_base64url(std::string(1025, '\xff')), "AQAB")},
        {"X25519", R"({"kty":"OKP","crv":"X25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})"},
        {"Ed25519 of 31 octets",
         R"({"kty":"OKP","crv":"Ed25519","x":")" + to_base64url(std::string(31, 'x')) + R"("})"}};
    for (const auto& [name, json] : cases) {
        DYNAMIC_SECTION(name)
        {
            const auto jwk = pki::parse_jwk_text(json);
            REQUIRE_FALSE(jwk);
            CHECK(jwk.error().code == Code::BadKey);
        }
    }
}

TEST_CASE("thumbprints are those of RFC 7638 and RFC 8037", "[unit][pki]")
{
    const auto rsa = pki::parse_jwk_text(kRfc7638Key);
    REQUIRE(rsa);
    CHECK(rsa->thumbprint == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    CHECK(rsa->algorithm == "RS256");
    const auto ed25519 = pki::parse_jwk_text(kRfc8037Key);
    REQUIRE(ed25519);
    CHECK(ed25519->thumbprint == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    CHECK_FALSE(ed25519->algorithm);
    CHECK(ed25519->canonical == R"({"crv":"Ed25519","kty":"OKP","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})");
}

TEST_CASE("the Ed25519 example of RFC 8037 appendix A.4 verifies", "[unit][pki]")
{
    const auto jws = parsed(R"({"protected":"eyJhbGciOiJFZERTQSJ9","payload":"RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc",
        "signature":"hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"})");
    CHECK(pki::verify_jws(jws, JwsAlgorithm::EdDsa, pki::parse_jwk_text(kRfc8037Key)->key));
}

TEST_CASE("a key's JWK comes back as the same key, whatever else its JSON has", "[unit][pki]")
{
    for (const auto& [algorithm, key] : keys()) {
        const auto jwk = pki::jwk_of(key.public_key());
        const auto again = pki::parse_jwk_text(jwk.canonical);
        REQUIRE(again);
        CHECK(again->canonical == jwk.canonical);
        CHECK(again->thumbprint == jwk.thumbprint);
        CHECK(again->key.spki() == key.public_key().spki());
        json::Reader outer(R"({"jwk":)" + jwk.canonical.substr(0, jwk.canonical.size() - 1) +
                           R"(,"use":"sig","kid":"1","x5c":[]}})");
        auto inner = outer.object("jwk");
        CHECK(pki::parse_jwk(inner)->thumbprint == jwk.thumbprint);
        CHECK(outer.finish());
    }
}
