// The JWK half of pki/jws.hpp.
#include "core/encoding.hpp"
#include "pki/digest.hpp"
#include "pki/jws.hpp"
#include "pki/openssl_ptr.hpp"
#include "pki/spki.hpp"

namespace chancery::pki {

namespace {

/// RSA keys beyond this are not even imported: verifying with them would be paid by us.
constexpr std::size_t kMaxModulusSize = 1024;

std::unexpected<Problem> bad_key(std::string detail)
{
    return refuse(Code::BadKey, "the JWK " + std::move(detail));
}

/// A member that must be strict base64url of something; the mistake names it.
Result<std::string> octets(json::Reader& object, std::string_view name)
{
    if (!object.is_string(name)) {
        return bad_key("has no text member '" + std::string(name) + "'");
    }
    auto bytes = from_base64url(object.string(name));
    if (!bytes || bytes->empty()) {
        return bad_key("has a member '" + std::string(name) + "' that is not base64url");
    }
    return std::move(*bytes);
}

std::string canonical_ec(std::string_view curve, std::string_view x, std::string_view y)
{
    json::Writer out;
    out.begin_object().member("crv", curve).member("kty", "EC");
    out.member("x", to_base64url(x)).member("y", to_base64url(y)).end_object();
    return out.take();
}

std::string canonical_rsa(std::string_view modulus, std::string_view exponent)
{
    json::Writer out;
    out.begin_object().member("e", to_base64url(exponent)).member("kty", "RSA");
    out.member("n", to_base64url(modulus)).end_object();
    return out.take();
}

std::string canonical_ed25519(std::string_view x)
{
    json::Writer out;
    out.begin_object().member("crv", "Ed25519").member("kty", "OKP").member("x", to_base64url(x)).end_object();
    return out.take();
}

Jwk finish(PublicKey key, std::string canonical)
{
    auto thumbprint = to_base64url(sha256(canonical));
    return Jwk{.key = std::move(key), .canonical = std::move(canonical), .thumbprint = std::move(thumbprint)};
}

Result<Jwk> import(const std::string& spki, std::string canonical)
{
    auto key = PublicKey::from_spki(spki);
    if (!key) {
        return bad_key("is not a valid public key");
    }
    return finish(std::move(*key), std::move(canonical));
}

std::string curve_name(int bits)
{
    return "P-" + std::to_string(bits);
}

Result<Jwk> parse_ec(json::Reader& object)
{
    const auto curve = object.is_string("crv") ? object.string("crv") : std::string();
    int bits = 0;
    for (const int known : {256, 384, 521}) {
        bits = curve == curve_name(known) ? known : bits;
    }
    if (bits == 0) {
        return bad_key("has a curve other than P-256, P-384 and P-521");
    }
    CHANCERY_TRY(x, octets(object, "x"));
    CHANCERY_TRY(y, octets(object, "y"));
    if (x.size() != coordinate_size(bits) || y.size() != coordinate_size(bits)) {
        return bad_key("has a coordinate of the wrong length");
    }
    return import(ec_spki(bits, "\x04" + x + y), canonical_ec(curve, x, y));
}

Result<Jwk> parse_rsa(json::Reader& object)
{
    CHANCERY_TRY(modulus, octets(object, "n"));
    CHANCERY_TRY(exponent, octets(object, "e"));
    if (modulus.front() == '\0' || exponent.front() == '\0') {
        return bad_key("has a number with leading zero octets");
    }
    if (modulus.size() > kMaxModulusSize || exponent.size() > modulus.size()) {
        return bad_key("has an RSA key that is too large");
    }
    return import(rsa_spki(modulus, exponent), canonical_rsa(modulus, exponent));
}

Result<Jwk> parse_okp(json::Reader& object)
{
    if (!object.is_string("crv") || object.string("crv") != "Ed25519") {
        return bad_key("has a curve other than Ed25519");
    }
    CHANCERY_TRY(x, octets(object, "x"));
    if (x.size() != 32) {
        return bad_key("has a coordinate of the wrong length");
    }
    return import(ed25519_spki(x), canonical_ed25519(x));
}

Result<Jwk> parse_by_type(json::Reader& object)
{
    const auto type = object.is_string("kty") ? object.string("kty") : std::string();
    if (type == "EC") {
        return parse_ec(object);
    }
    if (type == "RSA") {
        return parse_rsa(object);
    }
    if (type == "OKP") {
        return parse_okp(object);
    }
    return bad_key("has a key type other than EC, RSA and OKP");
}

} // namespace

Result<Jwk> parse_jwk(json::Reader& object)
{
    // RFC 7517 section 4: members that are not understood are ignored.
    for (const auto& name : object.member_names()) {
        object.ignore(name);
    }
    if (object.has("d")) {
        return bad_key("holds a private key");
    }
    auto jwk = parse_by_type(object);
    if (jwk && object.is_string("alg")) {
        jwk->algorithm = object.string("alg");
    }
    return jwk;
}

Result<Jwk> parse_jwk_text(std::string_view json)
{
    json::Reader object(json);
    if (!object.parsed()) {
        return bad_key("is not one JSON object");
    }
    return parse_jwk(object);
}

Jwk jwk_of(const PublicKey& key)
{
    const auto spki = key.spki();
    const auto parts = split_spki(spki);
    const auto type = key.type();
    if (!parts) {
        throw OpensslError("no key to make a JWK of");
    }
    if (type.family == KeyFamily::Ed25519) {
        return finish(key, canonical_ed25519(parts->key_bits));
    }
    if (type.family == KeyFamily::Rsa) {
        const auto numbers = split_rsa(parts->key_bits).value_or(RsaNumbers{});
        return finish(key, canonical_rsa(numbers.modulus, numbers.exponent));
    }
    if (!nist_curve_of(key.handle())) {
        throw OpensslError("a key on this curve has no JWK");
    }
    const auto half = coordinate_size(type.bits);
    return finish(
        key, canonical_ec(curve_name(type.bits), parts->key_bits.substr(1, half), parts->key_bits.substr(1 + half)));
}

} // namespace chancery::pki
