#include "pki/certificate.hpp"

#include "core/encoding.hpp"
#include "core/text.hpp"
#include "pki/der.hpp"
#include "pki/digest.hpp"
#include "pki/extensions.hpp"
#include "pki/fields.hpp"
#include "pki/names.hpp"
#include "pki/oids.hpp"
#include "pki/openssl_ptr.hpp"
#include "pki/pem.hpp"
#include "pki/tbs.hpp"

#include <openssl/err.h>

#include <algorithm>

namespace chancery::pki {

namespace {

std::unexpected<Problem> bad(std::string detail)
{
    return refuse(Code::BadRequest, "the certificate " + std::move(detail));
}

X509Ptr open_certificate(std::string_view der)
{
    const auto* at = bytes_of(der);
    X509Ptr certificate(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
    ERR_clear_error();
    return certificate;
}

/// Other CAs' certificates may carry names that we would refuse to certify; they are shown as they are.
void take_names(std::string_view value, CertificateInfo& info)
{
    for (const auto& element : read_general_names(value).value_or(std::vector<der::Element>())) {
        auto raw = name_of(element);
        if (!raw) {
            continue;
        }
        auto name = normalise_name(*raw);
        info.names.push_back(name ? std::move(*name) : Name{raw->type, to_lower(raw->value)});
    }
}

void take_purposes(std::string_view value, CertificateInfo& info)
{
    for (const auto oid : read_extended_key_usage(value).value_or(std::vector<std::string_view>())) {
        if (const auto usage = extended_key_usage_of(oid)) {
            info.extended_key_usage.push_back(*usage);
        }
    }
}

void take_key_identifiers(const Extension& extension, CertificateInfo& info)
{
    if (extension.oid == oids::kSubjectKeyIdentifier) {
        const auto identifier = der::only(extension.value, der::kOctetString);
        info.subject_key_id = identifier ? to_hex(identifier->content) : std::string();
    }
    if (extension.oid == oids::kAuthorityKeyIdentifier) {
        const auto identifier = read_authority_key_identifier(extension.value);
        info.authority_key_id = identifier ? to_hex(*identifier) : std::string();
    }
}

void take_extension(const Extension& extension, CertificateInfo& info)
{
    take_key_identifiers(extension, info);
    if (extension.oid == oids::kSubjectAltName) {
        take_names(extension.value, info);
    } else if (extension.oid == oids::kBasicConstraints) {
        const auto constraints = read_basic_constraints(extension.value).value_or(BasicConstraints{});
        info.is_ca = constraints.is_ca;
        info.path_length = constraints.path_length;
    } else if (extension.oid == oids::kKeyUsage) {
        info.key_usage = read_key_usage(extension.value).value_or(std::vector<KeyUsage>());
    } else if (extension.oid == oids::kExtendedKeyUsage) {
        take_purposes(extension.value, info);
    } else if (extension.oid == oids::kCrlDistributionPoints) {
        info.crl_urls = read_crl_distribution_points(extension.value).value_or(std::vector<std::string>());
    } else if (extension.oid == oids::kAuthorityInfoAccess) {
        auto access = read_authority_access(extension.value).value_or(AuthorityAccess{});
        info.aia_urls = std::move(access.ca_issuers);
        info.ocsp_urls = std::move(access.ocsp);
    } else if (extension.oid == oids::kNoRevAvail) {
        info.no_revocation_available = true;
    }
}

Result<void> take_basics(const TbsView& tbs, CertificateInfo& info)
{
    const auto subject = decode_name(tbs.subject);
    const auto from = der::time(tbs.not_before);
    const auto to = der::time(tbs.not_after);
    if (!subject || !decode_name(tbs.issuer)) {
        return bad("has a malformed subject or issuer");
    }
    if (!from || !to) {
        return bad("has a malformed validity");
    }
    info.subject = subject_of(*subject);
    info.subject_dn = distinguished_name_text(tbs.subject);
    info.issuer_dn = distinguished_name_text(tbs.issuer);
    info.valid_from = *from;
    info.valid_to = *to;
    // A foreign certificate's serial may be negative or padded; then its octets are shown as they are.
    const auto serial = der::unsigned_integer(tbs.serial_number);
    info.serial_number = to_hex(serial ? *serial : tbs.serial_number.content);
    return {};
}

bool signed_by_itself(std::string_view der)
{
    const auto certificate = open_certificate(der);
    const bool yes = certificate && X509_self_signed(certificate.get(), 1) == 1;
    ERR_clear_error();
    return yes;
}

} // namespace

Result<CertificateInfo> parse_certificate(std::string_view der)
{
    CertificateInfo info{.der = std::string(der)};
    const auto parts = split_signed(info.der);
    const auto tbs = parts ? read_tbs(parts->body) : std::nullopt;
    if (!tbs) {
        return bad("is not one DER X.509 certificate");
    }
    CHANCERY_CHECK(take_basics(*tbs, info));
    auto key = PublicKey::from_spki(tbs->spki);
    if (!key) {
        return bad("has no well-formed RSA, EC or Ed25519 key");
    }
    info.key = std::move(*key);
    info.key_type = info.key.type();
    const auto algorithm = read_signature_algorithm(parts->algorithm);
    info.digest = algorithm ? algorithm->digest : Digest::None;
    for (const auto& extension : tbs->extensions) {
        take_extension(extension, info);
    }
    info.fingerprint_sha256 = sha256_hex(info.der);
    info.self_signed = tbs->subject == tbs->issuer && signed_by_itself(info.der);
    return info;
}

Result<CertificateInfo> parse_certificate_text(std::string_view pem_or_der)
{
    if (pem_or_der.find("-----BEGIN") == std::string_view::npos) {
        return parse_certificate(pem_or_der);
    }
    const auto blocks = from_pem(pem_or_der, "CERTIFICATE");
    if (!blocks || blocks->empty()) {
        return bad("is not readable PEM");
    }
    return parse_certificate(blocks->front());
}

bool is_issued_by(std::string_view certificate_der, std::string_view issuer_der)
{
    const auto certificate = open_certificate(certificate_der);
    const auto issuer = open_certificate(issuer_der);
    if (!certificate || !issuer) {
        return false;
    }
    const bool yes = X509_check_issued(issuer.get(), certificate.get()) == X509_V_OK &&
                     X509_verify(certificate.get(), X509_get0_pubkey(issuer.get())) == 1;
    ERR_clear_error();
    return yes;
}

} // namespace chancery::pki
