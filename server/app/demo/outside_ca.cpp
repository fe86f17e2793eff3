#include "server/app/demo/outside_ca.hpp"

#include "pki/csr.hpp"
#include "pki/pem.hpp"

namespace chancery::app::demo {
namespace {

using std::chrono::days;
using std::chrono::seconds;

pki::CertificatePlan ca_plan(const std::string& name, const pki::PrivateKey& key, Time now)
{
    return {.subject = {.common_name = name},
            .key = key.public_key(),
            .serial_number = pki::new_serial_number(),
            .valid_from = std::chrono::floor<seconds>(now - days(400)),
            .valid_to = std::chrono::floor<seconds>(now + days(3650)),
            .digest = Digest::Sha256,
            .key_usage = {KeyUsage::KeyCertSign, KeyUsage::CrlSign},
            .is_ca = true};
}

} // namespace

OutsideCa::OutsideCa(const std::string& name, Time now)
{
    const auto root_key = pki::PrivateKey::generate(KeyAlgorithm::Ec256);
    const auto root_name = name + " Root";
    const auto self = pki::Issuer::self_signed({.common_name = root_name}, root_key);
    root_ = pki::sign_tbs(pki::build_tbs(ca_plan(root_name, root_key, now), self), root_key, Digest::Sha256);
    const pki::Issuer root(root_, root_key);
    const auto key = pki::PrivateKey::generate(KeyAlgorithm::Ec256);
    intermediate_.emplace(
        pki::sign_tbs(pki::build_tbs(ca_plan(name + " TLS CA", key, now), root), root_key, Digest::Sha256), key);
}

std::string OutsideCa::issue(const std::string& csr, Time now, days length) const
{
    const auto read = pki::parse_csr(csr).value();
    const auto from = std::chrono::floor<seconds>(now);
    const pki::CertificatePlan plan{.subject = {.common_name = read.subject.common_name},
                                    .names = read.names,
                                    .key = read.key,
                                    .serial_number = pki::new_serial_number(),
                                    .valid_from = from,
                                    .valid_to = from + length - seconds(1),
                                    .digest = Digest::Sha256,
                                    .key_usage = {KeyUsage::DigitalSignature},
                                    .extended_key_usage = {ExtendedKeyUsage::ServerAuth}};
    const auto der = pki::sign_tbs(pki::build_tbs(plan, *intermediate_), intermediate_->key(), Digest::Sha256);
    return pki::to_pem(der, "CERTIFICATE") + pki::to_pem(intermediate_->certificate_der(), "CERTIFICATE");
}

std::string OutsideCa::anchor() const
{
    return pki::to_pem(root_, "CERTIFICATE");
}

} // namespace chancery::app::demo
