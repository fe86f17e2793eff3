#pragma once

#include "core/json.hpp"
#include "core/model/certificate.hpp"
#include "server/http/message.hpp"

#include <string>

/// How a certificate is shown.
namespace chancery::api::certificates {

void write_certificate(json::Writer& out, const Certificate& certificate, Time now);
/// The revocation's own members, or null.
void write_revocation(json::Writer& out, const Certificate& certificate);
std::string etag_of(const Certificate& certificate, Time now);
http::Response certificate_response(const Certificate& certificate, Time now, int status = 200);

} // namespace chancery::api::certificates
