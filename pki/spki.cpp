#include "pki/spki.hpp"

#include "pki/der.hpp"
#include "pki/oids.hpp"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/param_build.h>

#include <algorithm>

namespace chancery::pki {

namespace {

using ParamBuilderPtr = std::unique_ptr<OSSL_PARAM_BLD, Freer<&OSSL_PARAM_BLD_free>>;
using ParamsPtr = std::unique_ptr<OSSL_PARAM, Freer<&OSSL_PARAM_free>>;

/// OpenSSL verifies no more than that either; without a bound a request could buy seconds of our time.
constexpr std::size_t kMaxModulusSize = 2048;
/// Below 512 bits a modulus is not a weak key but nonsense.
constexpr std::size_t kMinModulusSize = 64;

struct Curve {
    int bits;
    std::string_view oid;
    const char* name;
};

constexpr Curve kCurves[] = {{256, oids::kP256, "P-256"}, {384, oids::kP384, "P-384"}, {521, oids::kP521, "P-521"}};

const Curve& curve_of(int bits)
{
    for (const auto& curve : kCurves) {
        if (curve.bits == bits) {
            return curve;
        }
    }
    throw OpensslError("no such curve");
}

/// A key of the curve to copy the domain from: that and setting the point takes a thirtieth of what OpenSSL's own
/// decoder takes.
EVP_PKEY* template_key(int bits)
{
    static EVP_PKEY* const p256 = check(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"), "make a P-256 key");
    static EVP_PKEY* const p384 = check(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-384"), "make a P-384 key");
    static EVP_PKEY* const p521 = check(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-521"), "make a P-521 key");
    return bits == 256 ? p256 : bits == 384 ? p384 : p521;
}

std::string algorithm(std::string_view oid, std::string_view parameters)
{
    return der::wrap(der::kSequence, {der::oid(oid), parameters});
}

std::string spki(std::string_view algorithm_der, std::string_view key_bits)
{
    return der::wrap(der::kSequence, {algorithm_der, der::bit_string(key_bits)});
}

PkeyPtr import_ec(int bits, std::string_view point)
{
    // Only one encoding of each key: others would pass the block list under another hash.
    if (point.size() != 1 + 2 * coordinate_size(bits) || point.front() != '\x04') {
        return nullptr;
    }
    PkeyPtr key(check(EVP_PKEY_new(), "make a key"));
    check_one(EVP_PKEY_copy_parameters(key.get(), template_key(bits)), "copy a curve");
    // Refuses points that are not on the curve; with cofactor 1 such a point has the right order, too.
    if (EVP_PKEY_set1_encoded_public_key(key.get(), bytes_of(point), point.size()) != 1) {
        ERR_clear_error();
        return nullptr;
    }
    return key;
}

PkeyPtr import_rsa(const RsaNumbers& numbers)
{
    if (numbers.modulus.size() < kMinModulusSize || numbers.modulus.size() > kMaxModulusSize ||
        numbers.exponent.size() > kMaxModulusSize) {
        return nullptr;
    }
    const auto number = [](std::string_view bytes) {
        return BignumPtr(check(BN_bin2bn(bytes_of(bytes), static_cast<int>(bytes.size()), nullptr), "read a number"));
    };
    const auto n = number(numbers.modulus);
    const auto e = number(numbers.exponent);
    const ParamBuilderPtr builder(check(OSSL_PARAM_BLD_new(), "build parameters"));
    check_one(OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()), "set the modulus");
    check_one(OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()), "set the exponent");
    const ParamsPtr parameters(check(OSSL_PARAM_BLD_to_param(builder.get()), "build parameters"));
    const PkeyCtxPtr ctx(check(EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr), "make an RSA context"));
    check_one(EVP_PKEY_fromdata_init(ctx.get()), "start an RSA import");
    EVP_PKEY* key = nullptr;
    if (EVP_PKEY_fromdata(ctx.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1) {
        ERR_clear_error();
        return nullptr;
    }
    return PkeyPtr(key);
}

/// Other curves and encodings, as they occur in other CAs' certificates.
PkeyPtr import_foreign(std::string_view der)
{
    const auto* at = bytes_of(der);
    PkeyPtr key(d2i_PUBKEY(nullptr, &at, static_cast<long>(der.size())));
    ERR_clear_error();
    return key && at == bytes_of(der) + der.size() && EVP_PKEY_is_a(key.get(), "EC") == 1 ? std::move(key) : nullptr;
}

std::string number_of(EVP_PKEY* key, const char* name)
{
    BIGNUM* raw = nullptr;
    check_one(EVP_PKEY_get_bn_param(key, name, &raw), "read a number of a key");
    const BignumPtr number(raw);
    std::string bytes(static_cast<std::size_t>(BN_num_bytes(raw)), '\0');
    BN_bn2bin(raw, reinterpret_cast<unsigned char*>(bytes.data()));
    return bytes;
}

std::string octets_of(EVP_PKEY* key, const char* name)
{
    unsigned char bytes[256];
    std::size_t size = 0;
    check_one(EVP_PKEY_get_octet_string_param(key, name, bytes, sizeof bytes, &size), "read the point of a key");
    return std::string(reinterpret_cast<const char*>(bytes), size);
}

std::string encode_foreign(EVP_PKEY* key)
{
    unsigned char* bytes = nullptr;
    const int size = i2d_PUBKEY(key, &bytes);
    if (size <= 0) {
        fail("encode a public key");
    }
    std::string der(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
    OPENSSL_free(bytes);
    return der;
}

} // namespace

std::optional<SpkiParts> split_spki(std::string_view der)
{
    const auto outer = der::only(der, der::kSequence);
    if (!outer) {
        return std::nullopt;
    }
    der::Reader in(outer->content);
    const auto algorithm_element = in.next(der::kSequence);
    const auto bits = in.next(der::kBitString);
    if (!algorithm_element || !bits || !in.done()) {
        return std::nullopt;
    }
    der::Reader inner(algorithm_element->content);
    const auto oid = inner.next(der::kOid);
    const auto parameters = inner.next();
    const auto octets = der::octets_of_bits(*bits);
    if (!oid || !octets || !inner.done()) {
        return std::nullopt;
    }
    return SpkiParts{.algorithm = oid->content,
                     .parameters = parameters ? parameters->whole : std::string_view(),
                     .key_bits = *octets};
}

std::optional<RsaNumbers> split_rsa(std::string_view key_bits)
{
    const auto outer = der::only(key_bits, der::kSequence);
    if (!outer) {
        return std::nullopt;
    }
    der::Reader in(outer->content);
    const auto n = in.next(der::kInteger);
    const auto e = in.next(der::kInteger);
    if (!n || !e || !in.done()) {
        return std::nullopt;
    }
    const auto modulus = der::unsigned_integer(*n);
    const auto exponent = der::unsigned_integer(*e);
    if (!modulus || !exponent) {
        return std::nullopt;
    }
    return RsaNumbers{.modulus = *modulus, .exponent = *exponent};
}

std::string rsa_spki(std::string_view modulus, std::string_view exponent)
{
    static constexpr std::string_view kNullElement("\x05\x00", 2);
    return spki(algorithm(oids::kRsaEncryption, kNullElement),
                der::wrap(der::kSequence, {der::integer(modulus), der::integer(exponent)}));
}

std::string ec_spki(int bits, std::string_view point)
{
    return spki(algorithm(oids::kEcPublicKey, der::oid(curve_of(bits).oid)), point);
}

std::string ed25519_spki(std::string_view point)
{
    return spki(algorithm(oids::kEd25519, {}), point);
}

PkeyPtr import_spki(std::string_view der)
{
    const auto parts = split_spki(der);
    if (!parts) {
        return nullptr;
    }
    if (parts->algorithm == oids::kEcPublicKey) {
        const auto name = der::only(parts->parameters, der::kOid);
        for (const auto& curve : kCurves) {
            if (name && name->content == curve.oid) {
                return import_ec(curve.bits, parts->key_bits);
            }
        }
        return import_foreign(der);
    }
    if (parts->algorithm == oids::kRsaEncryption) {
        const auto numbers = split_rsa(parts->key_bits);
        const bool null_parameters = parts->parameters == std::string_view("\x05\x00", 2);
        return numbers && null_parameters ? import_rsa(*numbers) : nullptr;
    }
    if (parts->algorithm == oids::kEd25519 && parts->parameters.empty() && parts->key_bits.size() == 32) {
        return PkeyPtr(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes_of(parts->key_bits), 32));
    }
    return nullptr;
}

std::string export_spki(EVP_PKEY* key)
{
    const auto type = key_type_of(key);
    if (!type) {
        throw OpensslError("a key of an unsupported family");
    }
    if (type->family == KeyFamily::Rsa) {
        return rsa_spki(number_of(key, OSSL_PKEY_PARAM_RSA_N), number_of(key, OSSL_PKEY_PARAM_RSA_E));
    }
    if (type->family == KeyFamily::Ed25519) {
        return ed25519_spki(octets_of(key, OSSL_PKEY_PARAM_PUB_KEY));
    }
    if (const auto bits = nist_curve_of(key)) {
        const auto point = octets_of(key, OSSL_PKEY_PARAM_PUB_KEY);
        if (point.size() == 1 + 2 * coordinate_size(*bits)) {
            return ec_spki(*bits, point);
        }
    }
    return encode_foreign(key);
}

std::optional<KeyType> key_type_of(EVP_PKEY* key)
{
    switch (EVP_PKEY_get_base_id(key)) {
        case EVP_PKEY_RSA:
            return KeyType{KeyFamily::Rsa, EVP_PKEY_get_bits(key)};
        case EVP_PKEY_EC:
            return KeyType{KeyFamily::Ecdsa, EVP_PKEY_get_bits(key)};
        case EVP_PKEY_ED25519:
            return KeyType{KeyFamily::Ed25519, 256};
        default:
            return std::nullopt;
    }
}

std::optional<int> nist_curve_of(EVP_PKEY* key)
{
    char name[64];
    std::size_t size = 0;
    if (EVP_PKEY_get_base_id(key) != EVP_PKEY_EC || EVP_PKEY_get_group_name(key, name, sizeof name, &size) != 1) {
        ERR_clear_error();
        return std::nullopt;
    }
    const std::string_view group(name, size);
    if (group == "prime256v1") {
        return 256;
    }
    return group == "secp384r1" ? std::optional(384) : group == "secp521r1" ? std::optional(521) : std::nullopt;
}

} // namespace chancery::pki
