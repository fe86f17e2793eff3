#include "pki/aead.hpp"

#include "core/random.hpp"
#include "pki/evp.hpp"

#include <span>

namespace chancery::pki {

namespace {

constexpr std::size_t kKeySize = 32;
constexpr std::size_t kNonceSize = 12;
constexpr std::size_t kTagSize = 16;

int size_of(std::string_view bytes)
{
    if (bytes.size() > 0x7fffffff) {
        throw OpensslError("too much to encrypt at once");
    }
    return static_cast<int>(bytes.size());
}

unsigned char* writable(std::string& bytes)
{
    return reinterpret_cast<unsigned char*>(bytes.data());
}

CipherCtxPtr new_context()
{
    return CipherCtxPtr(check(EVP_CIPHER_CTX_new(), "make a cipher context"));
}

void require_key(const Secret& key)
{
    if (key.reveal().size() != kKeySize) {
        throw OpensslError("AES-256 needs a key of 32 bytes");
    }
}

} // namespace

std::string seal(const Secret& key, std::string_view plaintext, std::string_view context)
{
    require_key(key);
    std::string nonce(kNonceSize, '\0');
    random_bytes(std::span(writable(nonce), nonce.size()));
    std::string ciphertext(plaintext.size(), '\0');
    std::string tag(kTagSize, '\0');
    const auto ctx = new_context();
    int written = 0;
    check_one(EVP_EncryptInit_ex2(ctx.get(), aes_256_gcm(), bytes_of(key.reveal()), bytes_of(nonce), nullptr),
              "start AES-GCM");
    check_one(EVP_EncryptUpdate(ctx.get(), nullptr, &written, bytes_of(context), size_of(context)), "authenticate");
    check_one(EVP_EncryptUpdate(ctx.get(), writable(ciphertext), &written, bytes_of(plaintext), size_of(plaintext)),
              "encrypt");
    check_one(EVP_EncryptFinal_ex(ctx.get(), nullptr, &written), "finish AES-GCM");
    check_one(EVP_CIPHER_CTX_ctrl(ctx.get(), EVP_CTRL_AEAD_GET_TAG, static_cast<int>(kTagSize), tag.data()),
              "read the tag");
    return nonce + ciphertext + tag;
}

std::optional<Secret> open(const Secret& key, std::string_view sealed, std::string_view context)
{
    require_key(key);
    if (sealed.size() < kNonceSize + kTagSize) {
        return std::nullopt;
    }
    const auto nonce = sealed.substr(0, kNonceSize);
    const auto ciphertext = sealed.substr(kNonceSize, sealed.size() - kNonceSize - kTagSize);
    std::string tag(sealed.substr(sealed.size() - kTagSize));
    std::string plaintext(ciphertext.size(), '\0');
    const auto ctx = new_context();
    int written = 0;
    check_one(EVP_DecryptInit_ex2(ctx.get(), aes_256_gcm(), bytes_of(key.reveal()), bytes_of(nonce), nullptr),
              "start AES-GCM");
    check_one(EVP_DecryptUpdate(ctx.get(), nullptr, &written, bytes_of(context), size_of(context)), "authenticate");
    check_one(EVP_DecryptUpdate(ctx.get(), writable(plaintext), &written, bytes_of(ciphertext), size_of(ciphertext)),
              "decrypt");
    check_one(EVP_CIPHER_CTX_ctrl(ctx.get(), EVP_CTRL_AEAD_SET_TAG, static_cast<int>(kTagSize), tag.data()),
              "set the tag");
    if (EVP_DecryptFinal_ex(ctx.get(), nullptr, &written) != 1) {
        wipe(plaintext);
        return std::nullopt;
    }
    Secret opened(plaintext);
    wipe(plaintext);
    return opened;
}

} // namespace chancery::pki
