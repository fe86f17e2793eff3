#pragma once

#include "acme/context.hpp"

namespace chancery::acme {

/// keyChange (RFC 8555 section 7.3.5): 200 with the account. 409 with Location when another account has the key. Orders
/// and challenges that were answered go on as they are; the old key is dead at once.
http::Awaitable<Outcome<http::Response>> key_change(Context& context, Call call);

/// Opens the inner JWS: "jwk" with its signature, the outer "url", no "nonce", and a payload that names this account
/// and its present key. Gives the new key.
Outcome<pki::Jwk> open_key_change(const Call& call);

} // namespace chancery::acme
