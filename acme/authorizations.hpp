#pragma once

#include "acme/context.hpp"

namespace chancery::acme {

/// The authorization resource: reading it, or deactivating it with {"status":"deactivated"} (RFC 8555 section 7.5.2),
/// which makes the orders that wait on it invalid.
http::Awaitable<Outcome<http::Response>> authorization(Context& context, Call call);

/// An authorization of this account, or 404 without saying whether it exists (section 10.5).
Outcome<AcmeAuthorization> find_own_authorization(db::Session& session, const Call& call, const std::string& id);

} // namespace chancery::acme
