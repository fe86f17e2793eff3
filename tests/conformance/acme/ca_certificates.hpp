#pragma once

#include "pki/certificate_builder.hpp"
#include "pki/key.hpp"

#include <chrono>
#include <string>

/// Certificates of CAs that were made elsewhere.
namespace chancery::test {

/// DER for a CA's key and subject, signed by the issuer, for five years.
inline std::string ca_certificate(const Subject& subject, const pki::PublicKey& key, const pki::Issuer& issuer,
                                  Time now)
{
    const pki::CertificatePlan plan{.subject = subject,
                                    .key = key,
                                    .serial_number = pki::new_serial_number(),
                                    .valid_from = now,
                                    .valid_to = now + std::chrono::years(5),
                                    .digest = Digest::Sha256,
                                    .key_usage = {KeyUsage::KeyCertSign, KeyUsage::CrlSign},
                                    .is_ca = true};
    return pki::sign_tbs(pki::build_tbs(plan, issuer), issuer.key(), plan.digest);
}

/// DER of a root with this name and key.
inline std::string root_certificate(const std::string& name, const pki::PrivateKey& key, Time now)
{
    const Subject subject{.common_name = name};
    return ca_certificate(subject, key.public_key(), pki::Issuer::self_signed(subject, key), now);
}

} // namespace chancery::test
