#include "pki/jws.hpp"

#include "core/encoding.hpp"
#include "pki/openssl_ptr.hpp"
#include "pki/spki.hpp"

#include <openssl/ec.h>
#include <openssl/err.h>

#include <algorithm>
#include <array>

namespace chancery::pki {

namespace {

using EcdsaSigPtr = std::unique_ptr<ECDSA_SIG, Freer<&ECDSA_SIG_free>>;

struct AlgorithmRow {
    JwsAlgorithm algorithm;
    std::string_view name;
    KeyFamily family;
    int curve_bits; ///< 0 unless ECDSA
    Digest digest;
};

constexpr std::array kAlgorithms{AlgorithmRow{JwsAlgorithm::Rs256, "RS256", KeyFamily::Rsa, 0, Digest::Sha256},
                                 AlgorithmRow{JwsAlgorithm::Es256, "ES256", KeyFamily::Ecdsa, 256, Digest::Sha256},
                                 AlgorithmRow{JwsAlgorithm::Es384, "ES384", KeyFamily::Ecdsa, 384, Digest::Sha384},
                                 AlgorithmRow{JwsAlgorithm::Es512, "ES512", KeyFamily::Ecdsa, 521, Digest::Sha512},
                                 AlgorithmRow{JwsAlgorithm::EdDsa, "EdDSA", KeyFamily::Ed25519, 0, Digest::None}};

const AlgorithmRow& row_of(JwsAlgorithm algorithm)
{
    return *std::ranges::find(kAlgorithms, algorithm, &AlgorithmRow::algorithm);
}

/// Raw R||S as the DER that OpenSSL reads; empty when the length is wrong.
std::string ecdsa_der(std::string_view raw, int bits)
{
    const auto half = coordinate_size(bits);
    if (raw.size() != 2 * half) {
        return {};
    }
    const auto number = [&](std::string_view bytes) {
        return BN_bin2bn(bytes_of(bytes), static_cast<int>(half), nullptr);
    };
    BignumPtr r(check(number(raw.substr(0, half)), "read a number"));
    BignumPtr s(check(number(raw.substr(half)), "read a number"));
    const EcdsaSigPtr signature(check(ECDSA_SIG_new(), "make a signature"));
    check_one(ECDSA_SIG_set0(signature.get(), r.release(), s.release()), "make a signature");
    unsigned char* bytes = nullptr;
    const int size = i2d_ECDSA_SIG(signature.get(), &bytes);
    if (size <= 0) {
        fail("encode a signature");
    }
    std::string der(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
    OPENSSL_free(bytes);
    return der;
}

std::string ecdsa_raw(const std::string& der, int bits)
{
    const auto* at = bytes_of(der);
    const EcdsaSigPtr signature(check(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())), "read a signature"));
    const auto half = static_cast<int>(coordinate_size(bits));
    std::string raw(2 * coordinate_size(bits), '\0');
    auto* out = reinterpret_cast<unsigned char*>(raw.data());
    if (BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), out, half) != half ||
        BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), out + half, half) != half) {
        fail("encode a signature");
    }
    return raw;
}

Result<void> check_members(const json::Reader& in)
{
    auto names = in.member_names();
    std::ranges::sort(names);
    const std::vector<std::string> expected{"payload", "protected", "signature"};
    if (names != expected) {
        return refuse(Code::BadRequest, "a JWS must have exactly the members protected, payload and signature");
    }
    for (const auto& name : expected) {
        if (!in.is_string(name)) {
            return refuse(Code::BadRequest, "the JWS member '" + name + "' must be text");
        }
    }
    return {};
}

Result<std::string> decode(const std::string& text, std::string_view name)
{
    auto bytes = from_base64url(text);
    if (!bytes) {
        return refuse(Code::BadRequest, "the JWS member '" + std::string(name) + "' is not base64url without padding");
    }
    return std::move(*bytes);
}

} // namespace

std::optional<JwsAlgorithm> jws_algorithm(std::string_view text)
{
    const auto* row = std::ranges::find(kAlgorithms, text, &AlgorithmRow::name);
    return row == kAlgorithms.end() ? std::nullopt : std::optional(row->algorithm);
}

std::string_view jws_algorithm_name(JwsAlgorithm algorithm)
{
    return row_of(algorithm).name;
}

const std::vector<std::string>& jws_algorithm_names()
{
    static const std::vector<std::string> names = [] {
        std::vector<std::string> all;
        for (const auto& row : kAlgorithms) {
            all.emplace_back(row.name);
        }
        return all;
    }();
    return names;
}

Result<Jws> parse_jws(std::string_view body)
{
    json::Reader in(body);
    if (!in.parsed()) {
        return refuse(Code::BadRequest, "the JWS is not one JSON object without duplicate members");
    }
    CHANCERY_CHECK(check_members(in));
    Jws jws{.protected_text = in.string("protected"), .payload_text = in.string("payload")};
    CHANCERY_TRY(header, decode(jws.protected_text, "protected"));
    CHANCERY_TRY(payload, decode(jws.payload_text, "payload"));
    CHANCERY_TRY(signature, decode(in.string("signature"), "signature"));
    jws.protected_header = std::move(header);
    jws.payload = std::move(payload);
    jws.signature = std::move(signature);
    return jws;
}

bool verify_jws(const Jws& jws, JwsAlgorithm algorithm, const PublicKey& key)
{
    if (!key || !algorithm_fits(algorithm, key.type())) {
        return false;
    }
    const auto& row = row_of(algorithm);
    std::string input;
    input.reserve(jws.protected_text.size() + 1 + jws.payload_text.size());
    input.append(jws.protected_text).append(1, '.').append(jws.payload_text);
    if (row.family != KeyFamily::Ecdsa) {
        return key.verify(input, jws.signature, row.digest);
    }
    const auto signature = ecdsa_der(jws.signature, row.curve_bits);
    return !signature.empty() && key.verify(input, signature, row.digest);
}

bool algorithm_fits(JwsAlgorithm algorithm, const KeyType& key)
{
    const auto& row = row_of(algorithm);
    return row.family == key.family && (row.family != KeyFamily::Ecdsa || row.curve_bits == key.bits);
}

std::string sign_jws(std::string_view protected_header, std::string_view payload, JwsAlgorithm algorithm,
                     const PrivateKey& key)
{
    const auto& row = row_of(algorithm);
    if (!algorithm_fits(algorithm, key.type())) {
        throw OpensslError("the JWS algorithm does not go with the key");
    }
    const auto header_text = to_base64url(protected_header);
    const auto payload_text = to_base64url(payload);
    auto signature = key.sign(header_text + "." + payload_text, row.digest);
    if (row.family == KeyFamily::Ecdsa) {
        signature = ecdsa_raw(signature, row.curve_bits);
    }
    json::Writer out;
    out.begin_object().member("protected", header_text).member("payload", payload_text);
    out.member("signature", to_base64url(signature)).end_object();
    return out.take();
}

} // namespace chancery::pki
