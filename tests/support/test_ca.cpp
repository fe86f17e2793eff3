#include "tests/support/test_ca.hpp"

#include "pki/pem.hpp"

#include <algorithm>

namespace chancery::test {
namespace {

constexpr auto kYear = std::chrono::hours(24 * 365);

pki::CertificatePlan ca_plan(const std::string& name, const pki::PrivateKey& key, Time now)
{
    return {.subject = {.common_name = name},
            .key = key.public_key(),
            .serial_number = pki::new_serial_number(),
            .valid_from = std::chrono::floor<std::chrono::seconds>(now - std::chrono::hours(1)),
            .valid_to = std::chrono::floor<std::chrono::seconds>(now + 10 * kYear),
            .digest = Digest::Sha256,
            .key_usage = {KeyUsage::KeyCertSign, KeyUsage::CrlSign},
            .is_ca = true};
}

} // namespace

Subject subject_of(const std::string& dn)
{
    Subject subject;
    for (std::size_t at = 0; at < dn.size();) {
        const auto end = std::min(dn.find(',', at), dn.size());
        const auto part = dn.substr(at, end - at);
        (part.starts_with("CN=") ? subject.common_name : subject.organization) = part.substr(part.find('=') + 1);
        at = end + 1;
    }
    return subject;
}

TestCa::TestCa(const Clock& clock, const std::string& name) : clock_(clock)
{
    const auto root_key = pki::PrivateKey::generate(KeyAlgorithm::Ec256);
    const Subject root_name{.common_name = name + " Root"};
    const auto self = pki::Issuer::self_signed(root_name, root_key);
    root_ = pki::sign_tbs(pki::build_tbs(ca_plan(root_name.common_name, root_key, clock.now()), self), root_key,
                          Digest::Sha256);
    const pki::Issuer root(root_, root_key);
    const auto key = pki::PrivateKey::generate(KeyAlgorithm::Ec256);
    intermediate_.emplace(
        pki::sign_tbs(pki::build_tbs(ca_plan(name + " Issuing", key, clock.now()), root), root_key, Digest::Sha256),
        key);
}

std::string TestCa::issue(const std::string& csr_der, const Change& change) const
{
    const auto csr = pki::parse_csr(csr_der).value();
    const auto now = std::chrono::floor<std::chrono::seconds>(clock_.now());
    pki::CertificatePlan plan{.subject = {.common_name = csr.subject.common_name},
                              .names = csr.names,
                              .key = csr.key,
                              .serial_number = pki::new_serial_number(),
                              .valid_from = now,
                              .valid_to = now + std::chrono::hours(24 * 90) - std::chrono::seconds(1),
                              .digest = Digest::Sha256,
                              .key_usage = {KeyUsage::DigitalSignature},
                              .extended_key_usage = {ExtendedKeyUsage::ServerAuth}};
    if (change) {
        change(plan);
    }
    return pki::sign_tbs(pki::build_tbs(plan, *intermediate_), intermediate_->key(), Digest::Sha256);
}

std::string TestCa::anchors_pem() const
{
    return pki::to_pem(root_, "CERTIFICATE");
}

std::string TestCa::bundle_pem(const std::string& leaf_der) const
{
    return pki::to_pem(leaf_der, "CERTIFICATE") + pki::to_pem(intermediate(), "CERTIFICATE");
}

} // namespace chancery::test
