#include "tests/support/alpn_certificate.hpp"

#include "pki/der.hpp"
#include "pki/digest.hpp"
#include "pki/extensions.hpp"
#include "pki/oids.hpp"
#include "pki/signed.hpp"

#include <chrono>

namespace chancery::test {
namespace {

namespace der = pki::der;

std::string name_der(std::string_view common_name)
{
    const auto attribute =
        der::wrap(der::kSequence, {der::oid(pki::oids::kCommonName), der::wrap(der::kUtf8String, common_name)});
    return der::wrap(der::kSequence, der::wrap(der::kSet, attribute));
}

std::string extensions_der(const AlpnCertificate& wanted)
{
    auto list = pki::encode_extension(pki::oids::kSubjectAltName, false, pki::encode_general_names(wanted.names));
    const auto digest = der::wrap(der::kOctetString, pki::sha256(wanted.key_authorization)) + wanted.after_digest;
    for (int i = 0; i < wanted.proofs; ++i) {
        list += pki::encode_extension(pki::oids::kAcmeIdentifier, wanted.critical, digest);
    }
    return der::wrap(der::context_constructed(3), der::wrap(der::kSequence, list));
}

} // namespace

std::string make_alpn_certificate(const AlpnCertificate& wanted, const pki::PrivateKey& key)
{
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    const auto subject = name_der("ACME challenge");
    const auto body = der::wrap(
        der::kSequence,
        {der::wrap(der::context_constructed(0), der::integer(2)), der::integer(1),
         der::wrap(der::kSequence, der::oid(pki::oids::kEcdsaSha256)),
         wanted.issued_by_another ? name_der("Somebody else") : subject,
         der::wrap(der::kSequence, {der::time(now - std::chrono::hours(1)), der::time(now + std::chrono::hours(1))}),
         subject, key.public_key().spki(), extensions_der(wanted)});
    const auto signer = wanted.signed_by_another ? pki::PrivateKey::generate(KeyAlgorithm::Ec256) : key;
    return pki::sign_der(body, signer, Digest::Sha256);
}

} // namespace chancery::test
