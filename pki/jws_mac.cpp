#include "pki/jws_mac.hpp"

#include "core/encoding.hpp"
#include "core/json.hpp"
#include "pki/digest.hpp"

namespace chancery::pki {
namespace {

struct Row {
    std::string_view name;
    MacAlgorithm algorithm;
    Digest digest;
};

constexpr Row kRows[] = {{"HS256", MacAlgorithm::Hs256, Digest::Sha256},
                         {"HS384", MacAlgorithm::Hs384, Digest::Sha384},
                         {"HS512", MacAlgorithm::Hs512, Digest::Sha512}};

Digest digest_of(MacAlgorithm algorithm)
{
    for (const auto& row : kRows) {
        if (row.algorithm == algorithm) {
            return row.digest;
        }
    }
    return Digest::Sha256;
}

std::string mac_of(std::string_view signed_text, MacAlgorithm algorithm, const Secret& key)
{
    return hmac(digest_of(algorithm), key.reveal(), signed_text);
}

} // namespace

std::optional<MacAlgorithm> mac_algorithm(std::string_view text)
{
    for (const auto& row : kRows) {
        if (row.name == text) {
            return row.algorithm;
        }
    }
    return std::nullopt;
}

const std::vector<std::string>& mac_algorithm_names()
{
    static const std::vector<std::string> kNames = {"HS256", "HS384", "HS512"};
    return kNames;
}

bool verify_mac(const Jws& jws, MacAlgorithm algorithm, const Secret& key)
{
    return equal_constant_time(mac_of(jws.protected_text + '.' + jws.payload_text, algorithm, key), jws.signature);
}

std::string sign_jws_mac(std::string_view protected_header, std::string_view payload, MacAlgorithm algorithm,
                         const Secret& key)
{
    const auto header_text = to_base64url(protected_header);
    const auto payload_text = to_base64url(payload);
    json::Writer out;
    out.begin_object()
        .member("protected", header_text)
        .member("payload", payload_text)
        .member("signature", to_base64url(mac_of(header_text + '.' + payload_text, algorithm, key)))
        .end_object();
    return out.take();
}

} // namespace chancery::pki
