#pragma once

#include "acme/context.hpp"

namespace chancery::acme {

/// userActionRequired (RFC 8555 section 7.3.3) when the account has not agreed to the terms of service that the server
/// has now. `instance` is a page where a person reads and agrees to them; it works for this account and these terms
/// only, and needs no login. Asked where something new begins: newOrder and newAuthz.
Outcome<void> check_terms(const Context& context, const Urls& urls, const AcmeServer& server,
                          const AcmeAccount& account);

/// That page: GET shows it, POST agrees.
http::Awaitable<http::Response> terms_page(Context& context, const http::Request& request);

} // namespace chancery::acme
