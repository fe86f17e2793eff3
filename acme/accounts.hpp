#pragma once

#include "acme/context.hpp"

namespace chancery::acme {

/// newAccount (RFC 8555 section 7.3): 201 with a new account, 200 with the one that has the key already, unchanged.
http::Awaitable<Outcome<http::Response>> new_account(Context& context, Call call);

/// The account resource: reading it, changing contacts (section 7.3.2), deactivation (section 7.3.6).
http::Awaitable<Outcome<http::Response>> account(Context& context, Call call);

/// The account's orders (section 7.1.2.1), newest first, with Link rel="next" when there are more; invalid ones are
/// left out.
http::Awaitable<Outcome<http::Response>> account_orders(Context& context, Call call);

/// Contacts as RFC 8555 section 7.3 allows them: "mailto:" with one address and no header fields. invalidContact,
/// or unsupportedContact for other schemes.
Outcome<void> check_contacts(const std::vector<std::string>& contacts, std::size_t max);

/// Whether a key may become an account's: strong enough, not blocked and no CA's; badPublicKey with the reason
/// otherwise.
Outcome<void> check_account_key(const Context& context, db::Session& session, const pki::Jwk& jwk);

/// 403 for an account URL that is not the signer's own, whether it exists or not.
Outcome<void> check_own_account(const Call& call);

} // namespace chancery::acme
