#include "pki/pkcs7.hpp"

#include "pki/openssl_ptr.hpp"

#include <openssl/err.h>
#include <openssl/pkcs7.h>

namespace chancery::pki {
namespace {

using Pkcs7Ptr = std::unique_ptr<PKCS7, Freer<&PKCS7_free>>;

std::string encoded(X509* certificate)
{
    unsigned char* bytes = nullptr;
    const int size = i2d_X509(certificate, &bytes);
    if (size <= 0) {
        fail("encode a certificate");
    }
    std::string der(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
    OPENSSL_free(bytes);
    return der;
}

} // namespace

std::string build_certs_only_pkcs7(const std::vector<std::string>& certificates_der)
{
    const Pkcs7Ptr bundle(check(PKCS7_new(), "make a PKCS#7 bundle"));
    check_one(PKCS7_set_type(bundle.get(), NID_pkcs7_signed), "make a PKCS#7 bundle");
    check_one(PKCS7_content_new(bundle.get(), NID_pkcs7_data), "make a PKCS#7 bundle");
    check_one(PKCS7_set_detached(bundle.get(), 1), "make a PKCS#7 bundle without content");
    for (const auto& der : certificates_der) {
        const auto* at = bytes_of(der);
        const X509Ptr certificate(check(d2i_X509(nullptr, &at, static_cast<long>(der.size())), "read a certificate"));
        check_one(PKCS7_add_certificate(bundle.get(), certificate.get()), "add a certificate to a PKCS#7 bundle");
    }
    unsigned char* bytes = nullptr;
    const int size = i2d_PKCS7(bundle.get(), &bytes);
    if (size <= 0) {
        fail("encode a PKCS#7 bundle");
    }
    std::string der(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
    OPENSSL_free(bytes);
    return der;
}

std::optional<std::vector<std::string>> read_certs_only_pkcs7(std::string_view der)
{
    const auto* at = bytes_of(der);
    const Pkcs7Ptr bundle(d2i_PKCS7(nullptr, &at, static_cast<long>(der.size())));
    ERR_clear_error();
    if (!bundle || at != bytes_of(der) + der.size() || PKCS7_type_is_signed(bundle.get()) != 1) {
        return std::nullopt;
    }
    std::vector<std::string> certificates;
    const auto* found = bundle->d.sign == nullptr ? nullptr : bundle->d.sign->cert;
    for (int i = 0; found != nullptr && i < sk_X509_num(found); ++i) {
        certificates.push_back(encoded(sk_X509_value(found, i)));
    }
    return certificates;
}

} // namespace chancery::pki
