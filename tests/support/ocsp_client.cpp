#include "tests/support/ocsp_client.hpp"

#include <openssl/err.h>
#include <openssl/ocsp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <cctype>
#include <ctime>
#include <memory>
#include <stdexcept>

namespace chancery::test {
namespace {

template <auto Free> struct Freed {
    template <class T> void operator()(T* handle) const { Free(handle); }
};

using X509Held = std::unique_ptr<X509, Freed<&X509_free>>;
using RequestHeld = std::unique_ptr<OCSP_REQUEST, Freed<&OCSP_REQUEST_free>>;
using BasicHeld = std::unique_ptr<OCSP_BASICRESP, Freed<&OCSP_BASICRESP_free>>;

X509Held open(const std::string& der)
{
    const auto* at = reinterpret_cast<const unsigned char*>(der.data());
    X509Held certificate(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
    if (!certificate) {
        throw std::runtime_error("a certificate is not readable");
    }
    return certificate;
}

template <auto Encode, class T> std::string der_of(T* thing)
{
    unsigned char* bytes = nullptr;
    const int size = Encode(thing, &bytes);
    if (size <= 0) {
        throw std::runtime_error("something cannot be encoded");
    }
    std::string der(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
    OPENSSL_free(bytes);
    return der;
}

void add(OCSP_REQUEST* request, const std::string& issuer_der, const std::string& serial, bool sha256)
{
    const auto issuer = open(issuer_der);
    BIGNUM* number = nullptr;
    BN_hex2bn(&number, serial.c_str());
    ASN1_INTEGER* integer = BN_to_ASN1_INTEGER(number, nullptr);
    auto* id = OCSP_cert_id_new(sha256 ? EVP_sha256() : EVP_sha1(), X509_get_subject_name(issuer.get()),
                                X509_get0_pubkey_bitstr(issuer.get()), integer);
    if (OCSP_request_add0_id(request, id) == nullptr) {
        throw std::runtime_error("a CertID cannot be added");
    }
    ASN1_INTEGER_free(integer);
    BN_free(number);
}

void add_extension(OCSP_REQUEST* request, const char* number, bool critical, const std::string& content)
{
    auto* oid = OBJ_txt2obj(number, 1);
    auto* value = ASN1_OCTET_STRING_new();
    ASN1_OCTET_STRING_set(value, reinterpret_cast<const unsigned char*>(content.data()),
                          static_cast<int>(content.size()));
    auto* extension = X509_EXTENSION_create_by_OBJ(nullptr, oid, critical ? 1 : 0, value);
    OCSP_REQUEST_add_ext(request, extension, -1);
    X509_EXTENSION_free(extension);
    ASN1_OCTET_STRING_free(value);
    ASN1_OBJECT_free(oid);
}

Time time_of(const ASN1_GENERALIZEDTIME* time)
{
    std::tm parts{};
    if (ASN1_TIME_to_tm(time, &parts) != 1) {
        throw std::runtime_error("a response has an unreadable time");
    }
    return from_millis(static_cast<long long>(::timegm(&parts)) * 1000);
}

std::string serial_of(const OCSP_CERTID* id)
{
    ASN1_INTEGER* serial = nullptr;
    OCSP_id_get0_info(nullptr, nullptr, nullptr, &serial, const_cast<OCSP_CERTID*>(id));
    BIGNUM* number = ASN1_INTEGER_to_BN(serial, nullptr);
    char* digits = BN_bn2hex(number);
    std::string text(digits);
    OPENSSL_free(digits);
    BN_free(number);
    std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

OcspSingle read_single(OCSP_SINGLERESP* single)
{
    int reason = -1;
    ASN1_GENERALIZEDTIME* revoked = nullptr;
    ASN1_GENERALIZEDTIME* from = nullptr;
    ASN1_GENERALIZEDTIME* to = nullptr;
    const int state = OCSP_single_get0_status(single, &reason, &revoked, &from, &to);
    OcspSingle read{.serial = serial_of(OCSP_SINGLERESP_get0_id(single)), .state = OCSP_cert_status_str(state)};
    if (reason != -1) {
        read.reason = reason;
    }
    read.revoked_at = revoked != nullptr ? time_of(revoked) : Time{};
    read.this_update = time_of(from);
    if (to != nullptr) {
        read.next_update = time_of(to);
    }
    return read;
}

std::optional<std::string> nonce_of(OCSP_BASICRESP* basic)
{
    const int at = OCSP_BASICRESP_get_ext_by_NID(basic, NID_id_pkix_OCSP_Nonce, -1);
    if (at < 0) {
        return std::nullopt;
    }
    const auto* value = X509_EXTENSION_get_data(OCSP_BASICRESP_get_ext(basic, at));
    // OCTET STRING within the OCTET STRING (RFC 9654 section 2.1): tag and, for short ones, one octet of length.
    const std::string whole(reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)),
                            static_cast<std::size_t>(ASN1_STRING_length(value)));
    if (whole.size() < 2 || whole[0] != '\x04' || static_cast<unsigned char>(whole[1]) > 0x80) {
        return std::nullopt;
    }
    const bool longer = static_cast<unsigned char>(whole[1]) == 0x80;
    return longer ? std::nullopt : std::optional(whole.substr(2));
}

bool is_authorised(OCSP_BASICRESP* basic, const std::string& issuer_der, Time now)
{
    const auto issuer = open(issuer_der);
    const std::unique_ptr<X509_STORE, Freed<&X509_STORE_free>> store(X509_STORE_new());
    X509_STORE_add_cert(store.get(), issuer.get());
    X509_STORE_set_flags(store.get(), X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_X509_STRICT);
    X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(store.get()), static_cast<time_t>(to_millis(now) / 1000));
    const bool yes = OCSP_basic_verify(basic, nullptr, store.get(), 0) == 1;
    ERR_clear_error();
    return yes;
}

} // namespace

std::string make_ocsp_request(const std::string& issuer_der, const OcspQuestion& question)
{
    const RequestHeld request(OCSP_REQUEST_new());
    for (const auto& serial : question.serials) {
        add(request.get(), issuer_der, serial, question.sha256);
    }
    if (!question.nonce.empty()) {
        auto nonce = question.nonce;
        OCSP_request_add1_nonce(request.get(), reinterpret_cast<unsigned char*>(nonce.data()),
                                static_cast<int>(nonce.size()));
    }
    if (question.nonce_value) {
        add_extension(request.get(), "1.3.6.1.5.5.7.48.1.2", false, *question.nonce_value);
    }
    if (!question.critical_extension.empty()) {
        add_extension(request.get(), question.critical_extension.c_str(), true, "value");
    }
    return der_of<&i2d_OCSP_REQUEST>(request.get());
}

std::string make_ocsp_request(const std::vector<std::pair<std::string, std::string>>& issuers_and_serials)
{
    const RequestHeld request(OCSP_REQUEST_new());
    for (const auto& [issuer, serial] : issuers_and_serials) {
        add(request.get(), issuer, serial, false);
    }
    return der_of<&i2d_OCSP_REQUEST>(request.get());
}

OcspReading read_ocsp_response(const std::string& der, const std::string& issuer_der, Time now)
{
    const auto* at = reinterpret_cast<const unsigned char*>(der.data());
    const std::unique_ptr<OCSP_RESPONSE, Freed<&OCSP_RESPONSE_free>> response(
        d2i_OCSP_RESPONSE(nullptr, &at, static_cast<long>(der.size())));
    if (!response) {
        throw std::runtime_error("not an OCSP response");
    }
    OcspReading read{.status = OCSP_response_status(response.get())};
    if (read.status != 0) {
        return read;
    }
    const BasicHeld basic(OCSP_response_get1_basic(response.get()));
    if (!basic) {
        throw std::runtime_error("an OCSP response without a basic response");
    }
    for (int i = 0; i < OCSP_resp_count(basic.get()); ++i) {
        read.singles.push_back(read_single(OCSP_resp_get0(basic.get(), i)));
    }
    read.nonce = nonce_of(basic.get());
    read.produced_at = time_of(OCSP_resp_get0_produced_at(basic.get()));
    const auto* certificates = OCSP_resp_get0_certs(basic.get());
    if (sk_X509_num(certificates) == 1) {
        read.signer_der = der_of<&i2d_X509>(sk_X509_value(certificates, 0));
    }
    read.authorised = is_authorised(basic.get(), issuer_der, now);
    return read;
}

} // namespace chancery::test
