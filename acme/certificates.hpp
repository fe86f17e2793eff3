#pragma once

#include "acme/context.hpp"

namespace chancery::acme {

/// The certificate resource (RFC 8555 section 7.4.2): the leaf and its issuers without the root. To the account it was
/// issued to only, for others there is none; also after its revocation. As application/pem-certificate-chain, or as
/// Accept wants it: the leaf as application/pkix-cert, leaf and issuers as application/pkcs7-mime; 406 for other types.
///
/// Where the CA's certificate, or one above it, has a cross certificate in the inventory, there are several chains.
/// Each has a URL of its own and names all the others as Link rel="alternate".
http::Awaitable<Outcome<http::Response>> certificate(Context& context, Call call);

} // namespace chancery::acme
