#pragma once

#include "acme/context.hpp"
#include "core/model/acme_client.hpp"
#include "pki/jws_mac.hpp"

namespace chancery::acme {

/// An externalAccountBinding (RFC 8555 section 7.3.4) whose form is right; its MAC is checked in the unit of work.
struct ExternalBinding {
    pki::Jws jws{};
    pki::MacAlgorithm algorithm{};
    std::string key_id{};
    std::string text{}; ///< the JWS as JSON, reflected in the account object
};

/// Malformed unless it is a flattened JWS with a MAC algorithm, "kid", no "nonce" and the outer JWS's "url", whose
/// payload is the account's key: equal as a key, whatever the order of its members. Other algorithms are
/// badSignatureAlgorithm with those that would do.
Outcome<ExternalBinding> read_external_binding(const std::string& text, const Call& call);

/// The account that was made in advance under these credentials, which are spent by this: they serve one account.
/// Unauthorized, in the same words, when nobody knows the key id here, the MAC is wrong, or the credentials are
/// expired, used or revoked; which it was is in the audit record.
Outcome<AcmeExternalAccount> take_external_account(Context& context, db::UnitOfWork& work, const Call& call,
                                                   const ExternalBinding& binding);

} // namespace chancery::acme
