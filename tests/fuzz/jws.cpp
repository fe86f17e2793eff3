#include "pki/jws.hpp"

#include "core/encoding.hpp"
#include "pki/jws_mac.hpp"
#include "pki/key_checks.hpp"
#include "tests/fuzz/targets.hpp"

namespace chancery::fuzz {
namespace {

/// With every algorithm, also those that do not go with the key.
void verify_all(const pki::Jws& jws, const pki::PublicKey& key)
{
    for (const auto& name : pki::jws_algorithm_names()) {
        const auto algorithm = pki::jws_algorithm(name);
        require(algorithm.has_value(), "every listed algorithm is known");
        pki::verify_jws(jws, *algorithm, key);
    }
}

void use_key(const pki::Jws& jws, const pki::Jwk& jwk)
{
    const auto again = pki::parse_jwk_text(jwk.canonical);
    require(again.has_value(), "a canonical JWK can be read");
    require(again->thumbprint == jwk.thumbprint, "a canonical JWK has the thumbprint of the key it is of");
    require(pki::jwk_of(jwk.key).canonical == jwk.canonical, "a key has one canonical JWK");
    require(pki::PublicKey::from_spki(jwk.key.spki()).has_value(), "an imported key can be written and read");
    if (pki::check_public_key(jwk.key)) {
        verify_all(jws, jwk.key);
    }
}

} // namespace

void jws(std::string_view input)
{
    const auto parsed = pki::parse_jws(input);
    if (!parsed) {
        return;
    }
    require(to_base64url(parsed->protected_header) == parsed->protected_text, "base64url has one form only");
    require(to_base64url(parsed->payload) == parsed->payload_text, "base64url has one form only");
    json::Reader header(parsed->protected_header);
    const auto algorithm = header.optional_string("alg").value_or("");
    header.optional_string("url");
    header.optional_string("nonce");
    header.optional_string("kid");
    if (const auto mac = pki::mac_algorithm(algorithm)) {
        require(!pki::jws_algorithm(algorithm), "an algorithm is either symmetric or not");
        pki::verify_mac(*parsed, *mac, Secret(std::string(32, 'k')));
    }
    if (auto object = header.optional_object("jwk")) {
        if (const auto key = pki::parse_jwk(*object)) {
            use_key(*parsed, *key);
        }
    }
    if (!header.finish(json::Unknown::Ignore)) {
        return;
    }
    json::Reader payload(parsed->payload);
    (void)payload.finish(json::Unknown::Ignore);
}

void jwk(std::string_view input)
{
    const auto key = pki::parse_jwk_text(input);
    if (!key) {
        return;
    }
    use_key(pki::Jws{.protected_text = "e30", .payload_text = "e30", .signature = std::string(64, 's')}, *key);
}

} // namespace chancery::fuzz
