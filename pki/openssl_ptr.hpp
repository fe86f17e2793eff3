#pragma once

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

/// Owners for OpenSSL handles, and the check that every call that can fail goes through. For pki/*.cpp only.
namespace chancery::pki {

template <auto Free> struct Freer {
    template <class T> void operator()(T* handle) const noexcept { Free(handle); }
};

using BioPtr = std::unique_ptr<BIO, Freer<&BIO_free_all>>;
using BignumPtr = std::unique_ptr<BIGNUM, Freer<&BN_free>>;
using PkeyPtr = std::unique_ptr<EVP_PKEY, Freer<&EVP_PKEY_free>>;
using PkeyCtxPtr = std::unique_ptr<EVP_PKEY_CTX, Freer<&EVP_PKEY_CTX_free>>;
using MdCtxPtr = std::unique_ptr<EVP_MD_CTX, Freer<&EVP_MD_CTX_free>>;
using CipherCtxPtr = std::unique_ptr<EVP_CIPHER_CTX, Freer<&EVP_CIPHER_CTX_free>>;
using X509Ptr = std::unique_ptr<X509, Freer<&X509_free>>;
using X509ReqPtr = std::unique_ptr<X509_REQ, Freer<&X509_REQ_free>>;
using X509CrlPtr = std::unique_ptr<X509_CRL, Freer<&X509_CRL_free>>;
using X509NamePtr = std::unique_ptr<X509_NAME, Freer<&X509_NAME_free>>;
using ExtensionPtr = std::unique_ptr<X509_EXTENSION, Freer<&X509_EXTENSION_free>>;
using GeneralNamesPtr = std::unique_ptr<GENERAL_NAMES, Freer<&GENERAL_NAMES_free>>;
using Asn1IntegerPtr = std::unique_ptr<ASN1_INTEGER, Freer<&ASN1_INTEGER_free>>;
using Asn1OctetStringPtr = std::unique_ptr<ASN1_OCTET_STRING, Freer<&ASN1_OCTET_STRING_free>>;
using Pkcs12Ptr = std::unique_ptr<PKCS12, Freer<&PKCS12_free>>;

class OpensslError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Throws OpensslError with `doing` and the drained error queue.
[[noreturn]] void fail(std::string_view doing);

/// Returns `handle`, or throws when it is null.
template <class T> T* check(T* handle, std::string_view doing)
{
    if (handle == nullptr) {
        fail(doing);
    }
    return handle;
}

/// Throws unless `result` is 1, OpenSSL's yes.
inline void check_one(int result, std::string_view doing)
{
    if (result != 1) {
        fail(doing);
    }
}

inline const unsigned char* bytes_of(std::string_view text)
{
    return reinterpret_cast<const unsigned char*>(text.data());
}

} // namespace chancery::pki
