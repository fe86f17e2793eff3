#pragma once

#include "acme/context.hpp"

namespace chancery::acme {

/// Whose signature a resource takes (RFC 8555 section 6.2).
enum class Signer {
    Account, ///< "kid"
    NewKey,  ///< "jwk": newAccount
    Either,  ///< revokeCert
};

/// The JWS's protected header, read and checked without any key.
struct Header {
    pki::JwsAlgorithm algorithm{};
    std::string url{};
    std::optional<std::string> nonce{};
    std::optional<std::string> kid{};
    std::optional<pki::Jwk> jwk{};
};

/// Reads a protected header: malformed for anything but one JSON object without duplicate members, with "alg", "url"
/// and exactly one of "jwk" and "kid", without "crit" and "b64"; badSignatureAlgorithm with the list of those that
/// would do; badPublicKey for a key that cannot be imported or does not go with the algorithm.
Outcome<Header> read_header(const std::string& text);

/// Opens a POST: the checks of RFC 8555 section 6, from cheap to dear, in this order.
///
///  1. media type application/jose+json (415), body no longer than the limit (413)
///  2. a flattened JWS of exactly three members, each strict base64url
///  3. the protected header (`read_header`), then whether the resource takes "jwk" or "kid"
///  4. "url" is the configured public URL with the request's target: unauthorized otherwise (section 6.4)
///  5. "nonce" is there, is base64url and one of ours that is not expired; nothing is spent yet
///  6. "kid" is, as a whole URL, an account of this server, and that account is known
///  7. the signature: malformed when it is wrong
///  8. the nonce is spent: a request that fails before could be forged by anyone, so it must not cost the owner a
///     nonce; one that fails later has used it up
///  9. the account is valid: unauthorized (401)
///
/// What the account is *now* is checked again in the unit of work that acts for it.
http::Awaitable<Outcome<Call>> open_envelope(Context& context, const http::Request& request, std::string slug,
                                             std::string server_id, Signer signer);

} // namespace chancery::acme
