#pragma once

#include "issuance/core.hpp"
#include "server/http/router.hpp"

namespace chancery::app {

/// What relying parties fetch without credentials (RFC 5280 sections 4.2.1.13 and 4.2.2.1): /crl/{id}.crl,
/// /crl/{id}/{shard}.crl and /ca/{id}.crt, DER, with cache headers (RFC 9111); over plain HTTP too.
void add_publication_routes(http::Router& router, issuance::Core& core);

/// POST /ocsp/{id} and GET /ocsp/{id}/{request}: OCSP over HTTP (RFC 6960 appendix A) with the cache headers of RFC
/// 5019 section 6; over plain HTTP too.
void add_ocsp_routes(http::Router& router, issuance::Core& core);

/// /healthz (the process answers), /readyz (it can issue: database, schema, an active CA), /metrics (Prometheus text),
/// /version.
void add_health_routes(http::Router& router, issuance::Core& core);

} // namespace chancery::app
