#pragma once

#include "acme/context.hpp"

namespace chancery::acme {

/// newAuthz (RFC 8555 section 7.4.1): 201 with an authorization that no order asked for yet. Later orders of the
/// account use it once it is valid; one that is valid already is given back (200). Wildcards are refused: they are no
/// identifiers (section 7.1.4).
http::Awaitable<Outcome<http::Response>> new_authorization(Context& context, Call call);

} // namespace chancery::acme
