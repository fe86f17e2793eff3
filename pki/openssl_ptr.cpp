#include "pki/openssl_ptr.hpp"

#include "pki/evp.hpp"

#include <openssl/err.h>

namespace chancery::pki {

void fail(std::string_view doing)
{
    std::string message = "OpenSSL could not ";
    message += doing;
    for (auto code = ERR_get_error(); code != 0; code = ERR_get_error()) {
        char text[256];
        ERR_error_string_n(code, text, sizeof text);
        message += std::string(": ") + text;
    }
    throw OpensslError(message);
}

namespace {

const EVP_MD* fetch_md(const char* name)
{
    return check(EVP_MD_fetch(nullptr, name, nullptr), "fetch a digest");
}

std::string digest_with(const EVP_MD* md, std::string_view data)
{
    unsigned char out[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    check_one(EVP_Digest(data.data(), data.size(), out, &size, md, nullptr), "hash");
    return std::string(reinterpret_cast<const char*>(out), size);
}

EVP_MD_CTX* thread_md_ctx()
{
    thread_local const MdCtxPtr ctx(check(EVP_MD_CTX_new(), "make a digest context"));
    return ctx.get();
}

} // namespace

// The fetched objects live as long as the process: freeing them at exit could race with threads that still hash.
const EVP_MD* sha1_md()
{
    static const EVP_MD* const md = fetch_md("SHA1");
    return md;
}

const EVP_MD* md_of(Digest digest)
{
    static const EVP_MD* const sha256 = fetch_md("SHA256");
    static const EVP_MD* const sha384 = fetch_md("SHA384");
    static const EVP_MD* const sha512 = fetch_md("SHA512");
    switch (digest) {
        case Digest::Sha256:
            return sha256;
        case Digest::Sha384:
            return sha384;
        case Digest::Sha512:
            return sha512;
        case Digest::None:
            return nullptr;
    }
    return nullptr;
}

const EVP_CIPHER* aes_256_gcm()
{
    static const EVP_CIPHER* const cipher = check(EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr), "fetch AES-GCM");
    return cipher;
}

std::string sha1(std::string_view data)
{
    return digest_with(sha1_md(), data);
}

BorrowedMdCtx::~BorrowedMdCtx()
{
    // A context keeps its key alive; a private one must not outlive its owner here.
    EVP_MD_CTX_reset(thread_md_ctx());
}

EVP_MD_CTX* BorrowedMdCtx::get() const
{
    return thread_md_ctx();
}

} // namespace chancery::pki
