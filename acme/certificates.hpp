#pragma once

#include "acme/context.hpp"

namespace chancery::acme {

/// The certificate resource (RFC 8555 section 7.4.2): the leaf and its issuers without the root, PEM. To the account it
/// was issued to only, for others there is none; also after its revocation.
http::Awaitable<Outcome<http::Response>> certificate(Context& context, Call call);

} // namespace chancery::acme
