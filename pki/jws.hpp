#pragma once

#include "core/json.hpp"
#include "core/result.hpp"
#include "pki/key.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace chancery::pki {

/// RFC 7518 section 3.1 and RFC 8037, those that ACME accounts may use.
enum class JwsAlgorithm { Rs256, Es256, Es384, Es512, EdDsa };

/// The "alg" text; nothing for any other, "none" and the HMAC family among them.
std::optional<JwsAlgorithm> jws_algorithm(std::string_view text);
std::string_view jws_algorithm_name(JwsAlgorithm algorithm);
/// "RS256", "ES256", …: what `badSignatureAlgorithm` lists (RFC 8555 section 6.2).
const std::vector<std::string>& jws_algorithm_names();

/// A public JWK (RFC 7517).
struct Jwk {
    PublicKey key{};
    std::string canonical{};                ///< JSON of the required members only, in RFC 7638 order
    std::string thumbprint{};               ///< base64url SHA-256 of `canonical`
    std::optional<std::string> algorithm{}; ///< its own "alg" member
};

/// BadKey with the reason when members are missing or malformed, the point is not on the curve, the type unknown.
/// Only importing; strength is `check_public_key`'s matter.
Result<Jwk> parse_jwk(json::Reader& object);
/// From canonical JSON as stored.
Result<Jwk> parse_jwk_text(std::string_view json);
/// The public JWK of a key.
Jwk jwk_of(const PublicKey& key);

/// A flattened JWS (RFC 7515 section 7.2.2), taken apart but not yet verified.
struct Jws {
    std::string protected_text{}; ///< base64url as received: what is signed
    std::string payload_text{};
    std::string protected_header{}; ///< decoded JSON
    std::string payload{};          ///< decoded
    std::string signature{};        ///< decoded
};

/// BadRequest with the reason for anything else than exactly the three members protected, payload and signature, each
/// strict base64url.
Result<Jws> parse_jws(std::string_view body);

/// Whether the signature over "protected.payload" is the key's. ES* signatures are raw R||S of fixed length (RFC 7518
/// section 3.4). False, too, when the algorithm does not go with the key.
bool verify_jws(const Jws& jws, JwsAlgorithm algorithm, const PublicKey& key);
/// Whether key and algorithm go together (ES256 with P-256 …).
bool algorithm_fits(JwsAlgorithm algorithm, const KeyType& key);

/// Makes a flattened JWS: for tests, the load generator and upstream ACME.
std::string sign_jws(std::string_view protected_header, std::string_view payload, JwsAlgorithm algorithm,
                     const PrivateKey& key);

} // namespace chancery::pki
