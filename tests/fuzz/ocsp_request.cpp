#include "pki/certificate_builder.hpp"
#include "pki/ocsp.hpp"
#include "tests/fuzz/targets.hpp"

namespace chancery::fuzz {
namespace {

/// A CA and its responder, made once.
struct Signer {
    pki::PrivateKey ca_key = pki::PrivateKey::generate(KeyAlgorithm::Ed25519);
    pki::PrivateKey key = pki::PrivateKey::generate(KeyAlgorithm::Ed25519);
    std::string ca = certificate_for({.common_name = "Fuzzed CA"}, ca_key.public_key());
    pki::OcspIssuer issuer{ca};
    pki::OcspResponder responder{certificate_for({.common_name = "Fuzzed responder"}, key.public_key()), key};

    std::string certificate_for(const Subject& subject, const pki::PublicKey& subject_key) const
    {
        pki::CertificatePlan plan{.subject = subject, .key = subject_key, .serial_number = pki::new_serial_number()};
        plan.valid_to = plan.valid_from + std::chrono::days(1);
        plan.digest = Digest::None;
        const auto root = pki::Issuer::self_signed({.common_name = "Fuzzed CA"}, ca_key);
        return pki::sign_tbs(pki::build_tbs(plan, root), ca_key, plan.digest);
    }
};

} // namespace

void ocsp_request(std::string_view input)
{
    static const Signer signer;
    const auto request = pki::read_ocsp_request(input);
    if (!request) {
        return;
    }
    require(!request->certificates.empty() && request->certificates.size() <= pki::kMostOcspCertificates,
            "an accepted request asks about some certificates, and not about too many");
    require(!request->nonce || (!request->nonce->empty() && request->nonce->size() <= 128),
            "an accepted nonce has 1 to 128 octets");
    std::vector<pki::OcspStatus> statuses;
    for (const auto& certificate : request->certificates) {
        require(certificate.serial_number.size() % 2 == 0, "a serial number is whole octets in hexadecimal");
        statuses.push_back(
            {.state = signer.issuer.is_named_by(certificate) ? pki::OcspState::Good : pki::OcspState::Unknown});
    }
    const Time now{std::chrono::sys_days{std::chrono::year{2026} / 6 / 1}};
    (void)pki::build_ocsp_response(signer.responder, *request, statuses, {now, now + std::chrono::hours(1), now});
}

} // namespace chancery::fuzz
