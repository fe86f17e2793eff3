#include "tests/support/crl_reader.hpp"

#include <openssl/err.h>
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

Time time_of(const ASN1_TIME* time)
{
    std::tm parts{};
    if (ASN1_TIME_to_tm(time, &parts) != 1) {
        throw std::runtime_error("a CRL has an unreadable time");
    }
    return from_millis(static_cast<long long>(::timegm(&parts)) * 1000);
}

std::string hex_of(const ASN1_INTEGER* integer)
{
    const std::unique_ptr<BIGNUM, Freed<&BN_free>> number(ASN1_INTEGER_to_BN(integer, nullptr));
    char* digits = BN_bn2hex(number.get());
    std::string text(digits);
    OPENSSL_free(digits);
    std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

void read_entries(X509_CRL* crl, ReadCrl& read)
{
    auto* revoked = X509_CRL_get_REVOKED(crl);
    for (int i = 0; i < sk_X509_REVOKED_num(revoked); ++i) {
        const auto* entry = sk_X509_REVOKED_value(revoked, i);
        auto* reason = static_cast<ASN1_ENUMERATED*>(X509_REVOKED_get_ext_d2i(entry, NID_crl_reason, nullptr, nullptr));
        read.entries[hex_of(X509_REVOKED_get0_serialNumber(entry))] =
            reason != nullptr ? std::optional(static_cast<int>(ASN1_ENUMERATED_get(reason))) : std::nullopt;
        ASN1_ENUMERATED_free(reason);
    }
}

void read_distribution_point(X509_CRL* crl, ReadCrl& read)
{
    int critical = -1;
    const std::unique_ptr<ISSUING_DIST_POINT, Freed<&ISSUING_DIST_POINT_free>> point(static_cast<ISSUING_DIST_POINT*>(
        X509_CRL_get_ext_d2i(crl, NID_issuing_distribution_point, &critical, nullptr)));
    read.has_distribution_point = point != nullptr;
    if (!point) {
        return;
    }
    read.distribution_point_critical = critical == 1;
    read.only_user_certificates = point->onlyuser > 0;
    if (point->distpoint == nullptr || point->distpoint->type != 0) {
        return;
    }
    const auto* names = point->distpoint->name.fullname;
    for (int i = 0; i < sk_GENERAL_NAME_num(names); ++i) {
        const auto* name = sk_GENERAL_NAME_value(names, i);
        if (name->type == GEN_URI) {
            const auto* uri = name->d.uniformResourceIdentifier;
            read.urls.emplace_back(reinterpret_cast<const char*>(ASN1_STRING_get0_data(uri)),
                                   static_cast<std::size_t>(ASN1_STRING_length(uri)));
        }
    }
}

} // namespace

ReadCrl read_crl(const std::string& der, const std::string& issuer_der)
{
    const auto* at = reinterpret_cast<const unsigned char*>(der.data());
    const std::unique_ptr<X509_CRL, Freed<&X509_CRL_free>> crl(
        d2i_X509_CRL(nullptr, &at, static_cast<long>(der.size())));
    const auto* issuer_at = reinterpret_cast<const unsigned char*>(issuer_der.data());
    const std::unique_ptr<X509, Freed<&X509_free>> issuer(
        d2i_X509(nullptr, &issuer_at, static_cast<long>(issuer_der.size())));
    if (!crl || !issuer) {
        throw std::runtime_error("a CRL or its issuer is not readable");
    }
    ReadCrl read;
    const std::unique_ptr<ASN1_INTEGER, Freed<&ASN1_INTEGER_free>> number(
        static_cast<ASN1_INTEGER*>(X509_CRL_get_ext_d2i(crl.get(), NID_crl_number, nullptr, nullptr)));
    read.number = number ? ASN1_INTEGER_get(number.get()) : -1;
    read.this_update = time_of(X509_CRL_get0_lastUpdate(crl.get()));
    read.next_update = time_of(X509_CRL_get0_nextUpdate(crl.get()));
    read_entries(crl.get(), read);
    read_distribution_point(crl.get(), read);
    read.signed_by_issuer = X509_CRL_verify(crl.get(), X509_get0_pubkey(issuer.get())) == 1;
    ERR_clear_error();
    return read;
}

} // namespace chancery::test
