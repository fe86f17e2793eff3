#include "tests/support/test_certificate.hpp"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <atomic>
#include <memory>
#include <stdexcept>

namespace chancery::test {
namespace {

template <auto Free> struct Deleter {
    void operator()(auto* object) const noexcept { Free(object); }
};

using BioPtr = std::unique_ptr<BIO, Deleter<BIO_free_all>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using CertificatePtr = std::unique_ptr<X509, Deleter<X509_free>>;

std::string text_of(BIO& bio)
{
    char* data = nullptr;
    const auto size = BIO_get_mem_data(&bio, &data);
    return {data, static_cast<std::size_t>(size)};
}

void require(bool worked, const char* what)
{
    if (!worked) {
        throw std::runtime_error(what);
    }
}

} // namespace

TestCertificate make_certificate(const std::string& name)
{
    static std::atomic<long> serial{1};
    std::string curve = "P-256"; // the library's macro casts constness away, so it is not given any
    const KeyPtr key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", curve.data()));
    const CertificatePtr certificate(X509_new());
    require(key && certificate, "no key or certificate");
    X509_set_version(certificate.get(), X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), serial++);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -1800);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 1800);
    X509_NAME* subject = X509_get_subject_name(certificate.get());
    require(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                                       reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0) == 1,
            "no subject");
    X509_set_issuer_name(certificate.get(), subject);
    X509_set_pubkey(certificate.get(), key.get());
    require(X509_sign(certificate.get(), key.get(), EVP_sha256()) > 0, "not signed");
    const BioPtr pem(BIO_new(BIO_s_mem()));
    const BioPtr key_pem(BIO_new(BIO_s_mem()));
    require(PEM_write_bio_X509(pem.get(), certificate.get()) == 1 &&
                PEM_write_bio_PKCS8PrivateKey(key_pem.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1,
            "not written");
    return {.pem = text_of(*pem), .key_pem = Secret(text_of(*key_pem))};
}

} // namespace chancery::test
