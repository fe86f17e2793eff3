#pragma once

#include "pki/key.hpp"

#include <string>
#include <string_view>

namespace chancery::pki {

/// SEQUENCE { body, AlgorithmIdentifier of key and digest, BIT STRING signature over body }: the frame of certificates
/// (RFC 5280 section 4.1), CRLs (section 5.1) and requests (RFC 2986 section 4.2). Throws OpensslError.
std::string sign_der(std::string_view body, const PrivateKey& key, Digest digest);

} // namespace chancery::pki
