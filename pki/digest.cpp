#include "pki/digest.hpp"

#include "core/encoding.hpp"
#include "pki/evp.hpp"

#include <openssl/hmac.h>

namespace chancery::pki {

namespace {

constexpr std::size_t kSha256Size = 32;
constexpr std::size_t kSha256Block = 64;

/// SHA-256 of `first` then `second`, on this thread's own context.
std::string sha256_of(std::string_view first, std::string_view second)
{
    thread_local const MdCtxPtr ctx(check(EVP_MD_CTX_new(), "make a digest context"));
    std::string out(kSha256Size, '\0');
    check_one(EVP_DigestInit_ex2(ctx.get(), md_of(Digest::Sha256), nullptr), "start SHA-256");
    check_one(EVP_DigestUpdate(ctx.get(), first.data(), first.size()), "hash");
    check_one(EVP_DigestUpdate(ctx.get(), second.data(), second.size()), "hash");
    check_one(EVP_DigestFinal_ex(ctx.get(), reinterpret_cast<unsigned char*>(out.data()), nullptr), "finish SHA-256");
    return out;
}

} // namespace

std::string sha256(std::string_view data)
{
    return sha256_of(data, {});
}

std::string sha256_hex(std::string_view data)
{
    return to_hex(sha256(data));
}

// By its definition over SHA-256: OpenSSL 3.0's HMAC fetches its algorithms at every call, ten times the work itself.
std::string hmac_sha256(std::string_view key, std::string_view data)
{
    std::string hashed;
    if (key.size() > kSha256Block) {
        hashed = sha256(key);
        key = hashed;
    }
    char inner[kSha256Block];
    char outer[kSha256Block];
    for (std::size_t i = 0; i < kSha256Block; ++i) {
        const char octet = i < key.size() ? key[i] : '\0';
        inner[i] = static_cast<char>(octet ^ 0x36);
        outer[i] = static_cast<char>(octet ^ 0x5c);
    }
    auto mac = sha256_of({outer, kSha256Block}, sha256_of({inner, kSha256Block}, data));
    OPENSSL_cleanse(inner, sizeof inner);
    OPENSSL_cleanse(outer, sizeof outer);
    OPENSSL_cleanse(hashed.data(), hashed.size());
    return mac;
}

std::string hmac(Digest digest, std::string_view key, std::string_view data)
{
    std::string mac(EVP_MAX_MD_SIZE, '\0');
    unsigned int size = 0;
    check(HMAC(md_of(digest), key.data(), static_cast<int>(key.size()), bytes_of(data), data.size(),
               reinterpret_cast<unsigned char*>(mac.data()), &size),
          "make a MAC");
    mac.resize(size);
    return mac;
}

std::string hkdf_sha256(std::string_view key, std::string_view info, std::size_t length)
{
    const std::string salt(kSha256Size, '\0');
    const auto pseudo_random_key = hmac_sha256(salt, key);
    std::string out;
    std::string block;
    for (unsigned char counter = 1; out.size() < length; ++counter) {
        if (counter == 0) {
            throw OpensslError("HKDF cannot give that many bytes");
        }
        block += info;
        block += static_cast<char>(counter);
        block = hmac_sha256(pseudo_random_key, block);
        out += block;
    }
    out.resize(length);
    return out;
}

} // namespace chancery::pki
