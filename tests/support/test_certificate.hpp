#pragma once

#include "core/secret.hpp"

#include <string>

namespace chancery::test {

/// A self-signed P-256 certificate for `name`, valid for an hour around now, with its key; made without our own PKI so
/// that the network layer is tested alone.
struct TestCertificate {
    std::string pem;
    Secret key_pem;
};

TestCertificate make_certificate(const std::string& name);

} // namespace chancery::test
