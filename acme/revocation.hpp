#pragma once

#include "acme/context.hpp"

namespace chancery::acme {

/// revokeCert (RFC 8555 section 7.6). Signed by the account that was issued it, by an account with valid authorizations
/// for every name of it, or by the certificate's own key, which needs no account and may be a blocked one.
/// A certificate that is revoked already is alreadyRevoked, except that its own key may still say keyCompromise.
http::Awaitable<Outcome<http::Response>> revoke_cert(Context& context, Call call);

struct WantedRevocation {
    std::string certificate{}; ///< DER
    RevocationReason reason = RevocationReason::Unspecified;
};

/// badRevocationReason, listing those that are allowed, for any other than 0, 1, 3, 4 and 5: the rest is the CA's to
/// say.
Outcome<WantedRevocation> read_revocation(std::string_view payload);

} // namespace chancery::acme
