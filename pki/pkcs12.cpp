#include "pki/pkcs12.hpp"

#include "pki/openssl_ptr.hpp"

namespace chancery::pki {

namespace {

struct StackFree {
    void operator()(STACK_OF(X509) * stack) const { sk_X509_pop_free(stack, X509_free); }
};

using StackPtr = std::unique_ptr<STACK_OF(X509), StackFree>;

/// Rounds of key derivation. The password is random and long, so that rounds add little; old readers are slow.
constexpr int kRounds = 10'000;
constexpr int kLegacyRounds = 2'048;

X509Ptr open_certificate(std::string_view der)
{
    const auto* at = bytes_of(der);
    return X509Ptr(check(d2i_X509(nullptr, &at, static_cast<long>(der.size())), "read a certificate"));
}

StackPtr open_chain(const std::vector<std::string>& chain)
{
    StackPtr stack(check(sk_X509_new_null(), "make a list of certificates"));
    for (const auto& der : chain) {
        auto certificate = open_certificate(der);
        if (sk_X509_push(stack.get(), certificate.get()) <= 0) {
            fail("add a certificate to a list");
        }
        certificate.release();
    }
    return stack;
}

std::string encode(PKCS12* pfx)
{
    unsigned char* bytes = nullptr;
    const int size = i2d_PKCS12(pfx, &bytes);
    if (size <= 0) {
        fail("encode a PKCS#12 file");
    }
    std::string der(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
    OPENSSL_free(bytes);
    return der;
}

} // namespace

std::string build_pkcs12(const PrivateKey& key, std::string_view certificate_der, const std::vector<std::string>& chain,
                         std::string_view friendly_name, const Secret& password, bool legacy)
{
    const int encryption = legacy ? NID_pbe_WithSHA1And3_Key_TripleDES_CBC : NID_aes_256_cbc;
    const int rounds = legacy ? kLegacyRounds : kRounds;
    const auto certificate = open_certificate(certificate_der);
    const auto above = open_chain(chain);
    const std::string name(friendly_name);
    const Secret text(std::string(password.reveal()));
    const char* words = text.reveal().data();
    // -1 for the MAC's rounds: none yet, because this call leaves no choice of its digest.
    const Pkcs12Ptr pfx(check(PKCS12_create(words, name.c_str(), key.handle(), certificate.get(), above.get(),
                                            encryption, encryption, rounds, -1, 0),
                              "make a PKCS#12 file"));
    check_one(PKCS12_set_mac(pfx.get(), words, -1, nullptr, 0, rounds, legacy ? EVP_sha1() : EVP_sha256()),
              "authenticate a PKCS#12 file");
    return encode(pfx.get());
}

} // namespace chancery::pki
