#include "pki/certificate_builder.hpp"

#include "core/encoding.hpp"
#include "core/random.hpp"
#include "pki/der.hpp"
#include "pki/extensions.hpp"
#include "pki/fields.hpp"
#include "pki/oids.hpp"
#include "pki/openssl_ptr.hpp"
#include "pki/signed.hpp"
#include "pki/tbs.hpp"

#include <array>
#include <span>
#include <stdexcept>

namespace chancery::pki {

namespace {

constexpr std::size_t kSerialSize = 16;

std::string magnitude_of(const std::string& serial_hex)
{
    auto bytes = from_hex(serial_hex);
    if (!bytes || bytes->empty()) {
        throw OpensslError("a serial number must be hexadecimal");
    }
    return std::move(*bytes);
}

std::string encode_extensions(const CertificatePlan& plan, const Issuer& issuer)
{
    std::string list;
    if (plan.is_ca) {
        list += encode_extension(oids::kBasicConstraints, true,
                                 encode_basic_constraints({.is_ca = true, .path_length = plan.path_length}));
    }
    if (!plan.key_usage.empty()) {
        list += encode_extension(oids::kKeyUsage, true, encode_key_usage(plan.key_usage));
    }
    if (!plan.extended_key_usage.empty()) {
        list += encode_extension(oids::kExtendedKeyUsage, false, encode_extended_key_usage(plan.extended_key_usage));
    }
    list +=
        encode_extension(oids::kSubjectKeyIdentifier, false, der::wrap(der::kOctetString, plan.key.key_identifier()));
    list += encode_extension(oids::kAuthorityKeyIdentifier, false,
                             encode_authority_key_identifier(issuer.key_identifier()));
    if (!plan.names.empty()) {
        list += encode_extension(oids::kSubjectAltName, plan.subject == Subject{}, encode_general_names(plan.names));
    }
    if (!plan.aia_urls.empty() || !plan.ocsp_urls.empty()) {
        list += encode_extension(oids::kAuthorityInfoAccess, false,
                                 encode_authority_access({.ocsp = plan.ocsp_urls, .ca_issuers = plan.aia_urls}));
    }
    if (!plan.crl_urls.empty()) {
        list += encode_extension(oids::kCrlDistributionPoints, false, encode_crl_distribution_points(plan.crl_urls));
    }
    if (plan.no_revocation_available) {
        list += encode_extension(oids::kNoRevAvail, false, kNullValue);
    }
    if (plan.ocsp_no_check) {
        list += encode_extension(oids::kOcspNoCheck, false, kNullValue);
    }
    return der::wrap(der::context_constructed(3), der::wrap(der::kSequence, list));
}

/// Whether this key signed for the certificate: by comparing, not by signing.
bool belong_together(const TbsView& tbs, const PrivateKey& key)
{
    return tbs.spki == key.public_key().spki();
}

} // namespace

Issuer::Issuer(std::string certificate_der, PrivateKey key)
    : certificate_der_(std::move(certificate_der)), key_(std::move(key))
{
    const auto parts = split_signed(certificate_der_);
    const auto tbs = parts ? read_tbs(parts->body) : std::nullopt;
    if (!tbs || !key_ || !belong_together(*tbs, key_)) {
        throw std::invalid_argument("an issuer's certificate and private key do not belong together");
    }
    name_der_ = tbs->subject;
    valid_from_ = der::time(tbs->not_before);
    valid_to_ = der::time(tbs->not_after);
    const auto* extension = find_extension(tbs->extensions, oids::kSubjectKeyIdentifier);
    const auto identifier = extension != nullptr ? der::only(extension->value, der::kOctetString) : std::nullopt;
    key_identifier_ = identifier ? std::string(identifier->content) : key_.public_key().key_identifier();
}

Issuer Issuer::self_signed(const Subject& subject, PrivateKey key)
{
    Issuer issuer;
    issuer.name_der_ = encode_subject(subject);
    issuer.key_identifier_ = key.public_key().key_identifier();
    issuer.key_ = std::move(key);
    return issuer;
}

std::string new_serial_number()
{
    std::array<unsigned char, kSerialSize> bytes{};
    random_bytes(bytes);
    // A second bit that is set keeps the length constant, and with it the size of what is stored and indexed.
    bytes[0] = static_cast<unsigned char>((bytes[0] & 0x7f) | 0x40);
    return to_hex(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
}

std::string build_tbs(const CertificatePlan& plan, const Issuer& issuer)
{
    static constexpr std::string_view kVersion3("\xa0\x03\x02\x01\x02", 5);
    if (!plan.key) {
        throw OpensslError("a certificate needs a key");
    }
    return der::wrap(der::kSequence, {kVersion3, der::integer(magnitude_of(plan.serial_number)),
                                      signature_algorithm(issuer.key().type(), plan.digest), issuer.name_der(),
                                      der::wrap(der::kSequence, {der::time(plan.valid_from), der::time(plan.valid_to)}),
                                      encode_subject(plan.subject), plan.key.spki(), encode_extensions(plan, issuer)});
}

std::string sign_tbs(std::string_view tbs, const PrivateKey& key, Digest digest)
{
    const auto view = read_tbs(tbs);
    if (!view || view->signature_algorithm != signature_algorithm(key.type(), digest)) {
        throw OpensslError("the bytes to be signed name another signature algorithm");
    }
    return sign_der(tbs, key, digest);
}

} // namespace chancery::pki
