#pragma once

#include "acme/context.hpp"

namespace chancery::acme {

/// The directory (RFC 8555 section 7.1.1), of an active server only; always as configured now.
http::Awaitable<Outcome<http::Response>> read_directory(Context& context, std::string slug);

/// The same and newNonce by POST-as-GET (section 6.3).
http::Awaitable<Outcome<http::Response>> directory(Context& context, Call call);
http::Awaitable<Outcome<http::Response>> new_nonce(Context& context, Call call);

} // namespace chancery::acme
