#pragma once

#include "api/route.hpp"

/// /certificate-authorities: roots and intermediates of the local PKI.
namespace chancery::api::certificate_authorities {

Result<Answer> list(const Call& call, db::Session& session);
/// Makes the key first, off the network thread where it is slow.
http::Awaitable<http::Response> create(Services& services, const Route& route, const http::Request& request);
http::Awaitable<http::Response> import(Services& services, const Route& route, const http::Request& request);
Result<Answer> show(const Call& call, db::Session& session);
Result<Answer> change(const Call& call, db::UnitOfWork& work);
Result<Answer> pem(const Call& call, db::Session& session);
http::Awaitable<http::Response> crl(Services& services, const Route& route, const http::Request& request);

} // namespace chancery::api::certificate_authorities
