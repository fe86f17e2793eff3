#include "pki/ocsp.hpp"

#include "core/encoding.hpp"
#include "pki/der.hpp"
#include "pki/digest.hpp"
#include "pki/evp.hpp"
#include "pki/extensions.hpp"
#include "pki/fields.hpp"
#include "pki/oids.hpp"
#include "pki/openssl_ptr.hpp"
#include "pki/spki.hpp"
#include "pki/tbs.hpp"

#include <openssl/err.h>
#include <openssl/ocsp.h>

#include <algorithm>
#include <stdexcept>

// Requests, which anybody sends, are read by OpenSSL. Responses are put together like certificates and CRLs: OpenSSL's
// own builder takes producedAt from the system's clock.
namespace chancery::pki {

namespace {

using OcspRequestPtr = std::unique_ptr<OCSP_REQUEST, Freer<&OCSP_REQUEST_free>>;

constexpr std::size_t kLongestNonce = 128; // RFC 9654 section 2.1

std::string octets_of(const ASN1_OCTET_STRING* string)
{
    return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(string)),
            static_cast<std::size_t>(ASN1_STRING_length(string))};
}

/// As `parse_certificate` writes it; empty for a number that no certificate has.
std::string serial_text(const ASN1_INTEGER* serial)
{
    const BignumPtr number(ASN1_INTEGER_to_BN(serial, nullptr));
    if (!number || BN_is_negative(number.get()) == 1) {
        return {};
    }
    std::string bytes(static_cast<std::size_t>(std::max(1, BN_num_bytes(number.get()))), '\0');
    BN_bn2bin(number.get(), reinterpret_cast<unsigned char*>(bytes.data()));
    return to_hex(bytes);
}

std::optional<OcspCertificateId> read_id(OCSP_CERTID* id)
{
    ASN1_OCTET_STRING* name = nullptr;
    ASN1_OBJECT* algorithm = nullptr;
    ASN1_OCTET_STRING* key = nullptr;
    ASN1_INTEGER* serial = nullptr;
    unsigned char* encoded = nullptr;
    const int size = i2d_OCSP_CERTID(id, &encoded);
    if (size <= 0 || OCSP_id_get0_info(&name, &algorithm, &key, &serial, id) != 1) {
        return std::nullopt;
    }
    OcspCertificateId read{.der = std::string(reinterpret_cast<const char*>(encoded), static_cast<std::size_t>(size)),
                           .issuer_name_hash = octets_of(name),
                           .issuer_key_hash = octets_of(key),
                           .serial_number = serial_text(serial)};
    OPENSSL_free(encoded);
    const int kind = OBJ_obj2nid(algorithm);
    if (kind == NID_sha1 || kind == NID_sha256) {
        read.hash = kind == NID_sha1 ? OcspHash::Sha1 : OcspHash::Sha256;
    }
    return read;
}

/// False for a single request with a critical extension: none is understood.
bool add_certificate(OCSP_ONEREQ* single, OcspRequest& request)
{
    for (int i = 0; i < OCSP_ONEREQ_get_ext_count(single); ++i) {
        if (X509_EXTENSION_get_critical(OCSP_ONEREQ_get_ext(single, i)) == 1) {
            return false;
        }
    }
    auto id = read_id(OCSP_onereq_get0_id(single));
    if (!id) {
        return false;
    }
    request.certificates.push_back(std::move(*id));
    return true;
}

bool take_nonce(X509_EXTENSION* extension, OcspRequest& request)
{
    const auto value = octets_of(X509_EXTENSION_get_data(extension));
    const auto nonce = der::only(value, der::kOctetString);
    if (request.nonce || !nonce || nonce->content.empty() || nonce->content.size() > kLongestNonce) {
        return false;
    }
    request.nonce = std::string(nonce->content);
    return true;
}

bool take_extensions(OCSP_REQUEST* from, OcspRequest& request)
{
    for (int i = 0; i < OCSP_REQUEST_get_ext_count(from); ++i) {
        auto* extension = OCSP_REQUEST_get_ext(from, i);
        const bool is_nonce = OBJ_obj2nid(X509_EXTENSION_get_object(extension)) == NID_id_pkix_OCSP_Nonce;
        if (is_nonce ? !take_nonce(extension, request) : X509_EXTENSION_get_critical(extension) == 1) {
            return false;
        }
    }
    return true;
}

/// GeneralizedTime whatever the year (RFC 6960 section 4.2.1): "20260601120000Z".
std::string generalized_time(Time when)
{
    auto text = to_rfc3339(std::chrono::floor<std::chrono::seconds>(when));
    std::erase_if(text, [](char c) { return c == '-' || c == ':' || c == 'T'; });
    return der::wrap(der::kGeneralizedTime, text);
}

/// CertStatus: good [0] NULL, revoked [1] { revocationTime, [0] reason }, unknown [2] NULL.
std::string encode_status(const OcspStatus& status)
{
    switch (status.state) {
        case OcspState::Good:
            return der::wrap(der::context(0), std::string_view());
        case OcspState::Unknown:
            return der::wrap(der::context(2), std::string_view());
        case OcspState::Revoked:
            break;
    }
    std::string reason;
    if (status.reason && *status.reason != RevocationReason::Unspecified) {
        const char code = static_cast<char>(crl_reason_code(*status.reason));
        reason = der::wrap(der::context_constructed(0), der::wrap(der::kEnumerated, std::string_view(&code, 1)));
    }
    return der::wrap(der::context_constructed(1), {generalized_time(status.revoked_at), reason});
}

std::string encode_single(const OcspCertificateId& id, const OcspStatus& status, const OcspTimes& times)
{
    return der::wrap(der::kSequence, {id.der, encode_status(status), generalized_time(times.this_update),
                                      der::wrap(der::context_constructed(0), generalized_time(times.next_update))});
}

std::string encode_nonce(const std::optional<std::string>& nonce)
{
    if (!nonce) {
        return {};
    }
    const auto extension = encode_extension(oids::kOcspNonce, false, der::wrap(der::kOctetString, *nonce));
    return der::wrap(der::context_constructed(1), der::wrap(der::kSequence, extension));
}

} // namespace

std::optional<OcspRequest> read_ocsp_request(std::string_view der)
{
    const auto* at = bytes_of(der);
    const auto* end = at + der.size();
    const OcspRequestPtr from(d2i_OCSP_REQUEST(nullptr, &at, static_cast<long>(der.size())));
    ERR_clear_error();
    const int count = from ? OCSP_request_onereq_count(from.get()) : 0;
    if (at != end || count < 1 || static_cast<std::size_t>(count) > kMostOcspCertificates) {
        return std::nullopt;
    }
    OcspRequest request;
    for (int i = 0; i < count; ++i) {
        if (!add_certificate(OCSP_request_onereq_get0(from.get(), i), request)) {
            return std::nullopt;
        }
    }
    return take_extensions(from.get(), request) ? std::optional(std::move(request)) : std::nullopt;
}

OcspIssuer::OcspIssuer(std::string_view certificate_der)
{
    const auto parts = split_signed(certificate_der);
    const auto tbs = parts ? read_tbs(parts->body) : std::nullopt;
    const auto key = tbs ? split_spki(tbs->spki) : std::nullopt;
    if (!key) {
        throw std::invalid_argument("an OCSP issuer's certificate is not readable");
    }
    hashes_[static_cast<std::size_t>(OcspHash::Sha1)] = {sha1(tbs->subject), sha1(key->key_bits)};
    hashes_[static_cast<std::size_t>(OcspHash::Sha256)] = {sha256(tbs->subject), sha256(key->key_bits)};
}

bool OcspIssuer::is_named_by(const OcspCertificateId& id) const
{
    if (!id.hash) {
        return false;
    }
    const auto& own = hashes_.at(static_cast<std::size_t>(*id.hash));
    return id.issuer_name_hash == own.name && id.issuer_key_hash == own.key;
}

OcspResponder::OcspResponder(std::string certificate_der, PrivateKey key)
    : certificate_der_(std::move(certificate_der)), key_(std::move(key))
{
    const auto parts = split_signed(certificate_der_);
    const auto tbs = parts ? read_tbs(parts->body) : std::nullopt;
    const auto from = tbs ? der::time(tbs->not_before) : std::nullopt;
    const auto to = tbs ? der::time(tbs->not_after) : std::nullopt;
    if (!from || !to || !key_ || key_.public_key().spki() != tbs->spki) {
        throw std::invalid_argument("an OCSP responder's certificate and private key do not belong together");
    }
    key_hash_ = key_.public_key().key_identifier();
    valid_from_ = *from;
    valid_to_ = *to;
}

std::string build_ocsp_response(const OcspResponder& responder, const OcspRequest& request,
                                std::span<const OcspStatus> statuses, const OcspTimes& times)
{
    if (statuses.size() != request.certificates.size()) {
        throw std::logic_error("an OCSP response needs one status for each certificate");
    }
    std::string singles;
    for (std::size_t i = 0; i < statuses.size(); ++i) {
        singles += encode_single(request.certificates[i], statuses[i], times);
    }
    const auto by_key = der::wrap(der::context_constructed(2), der::wrap(der::kOctetString, responder.key_hash()));
    const auto data = der::wrap(der::kSequence, {by_key, generalized_time(times.produced_at),
                                                 der::wrap(der::kSequence, singles), encode_nonce(request.nonce)});
    const auto type = responder.key().type();
    const auto digest = default_digest(type);
    const auto certificates =
        der::wrap(der::context_constructed(0), der::wrap(der::kSequence, responder.certificate_der()));
    const auto basic = der::wrap(der::kSequence, {data, signature_algorithm(type, digest),
                                                  der::bit_string(responder.key().sign(data, digest)), certificates});
    const auto bytes = der::wrap(der::kSequence, {der::oid(oids::kOcspBasic), der::wrap(der::kOctetString, basic)});
    static constexpr std::string_view kSuccessful("\x0a\x01\x00", 3);
    return der::wrap(der::kSequence, {kSuccessful, der::wrap(der::context_constructed(0), bytes)});
}

std::string build_ocsp_failure(OcspFailure failure)
{
    const char status = static_cast<char>(failure);
    return der::wrap(der::kSequence, der::wrap(der::kEnumerated, std::string_view(&status, 1)));
}

bool is_ocsp_responder(std::string_view tbs)
{
    const auto view = read_tbs(tbs);
    const auto* extension = view ? find_extension(view->extensions, oids::kExtendedKeyUsage) : nullptr;
    const auto purposes = extension != nullptr ? read_extended_key_usage(extension->value) : std::nullopt;
    return purposes && purposes->size() == 1 &&
           extended_key_usage_of(purposes->front()) == ExtendedKeyUsage::OcspSigning;
}

} // namespace chancery::pki
