#include "pki/key.hpp"

#include "core/encoding.hpp"
#include "pki/digest.hpp"
#include "pki/evp.hpp"
#include "pki/spki.hpp"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include <array>
#include <atomic>
#include <cstring>

namespace chancery::pki {

namespace {

using Pkcs8Ptr = std::unique_ptr<PKCS8_PRIV_KEY_INFO, Freer<&PKCS8_PRIV_KEY_INFO_free>>;
using SigPtr = std::unique_ptr<X509_SIG, Freer<&X509_SIG_free>>;

/// PBKDF2 rounds for exported keys, whose passphrases people choose.
constexpr int kExportRounds = 600'000;

std::shared_ptr<EVP_PKEY> share(EVP_PKEY* owned)
{
    return std::shared_ptr<EVP_PKEY>(owned, &EVP_PKEY_free);
}

KeyType required_type(EVP_PKEY* key)
{
    const auto type = key_type_of(key);
    if (!type) {
        throw OpensslError("a key of an unsupported family");
    }
    return *type;
}

const EVP_MD* signing_md(const KeyType& type, Digest digest)
{
    return type.family == KeyFamily::Ed25519 ? nullptr : md_of(digest);
}

/// Everything written to a memory BIO; the BIO's own copy is wiped when it is freed.
std::string content_of(BIO* bio)
{
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    return std::string(data, static_cast<std::size_t>(size));
}

BioPtr secret_bio()
{
    return BioPtr(check(BIO_new(BIO_s_secmem()), "make a memory buffer"));
}

int give_passphrase(char* out, int capacity, int, void* passphrase)
{
    const auto text = static_cast<const Secret*>(passphrase)->reveal();
    // An empty passphrase means that there is none: the key must not be encrypted then.
    if (text.empty() || text.size() > static_cast<std::size_t>(capacity)) {
        return -1;
    }
    std::memcpy(out, text.data(), text.size());
    return static_cast<int>(text.size());
}

Pkcs8Ptr pkcs8_of(EVP_PKEY* key)
{
    return Pkcs8Ptr(check(EVP_PKEY2PKCS8(key), "encode a private key"));
}

const char* group_name(KeyAlgorithm algorithm)
{
    switch (algorithm) {
        case KeyAlgorithm::Ec256:
            return "P-256";
        case KeyAlgorithm::Ec384:
            return "P-384";
        default:
            return "P-521";
    }
}

EVP_PKEY* generate_handle(KeyAlgorithm algorithm)
{
    const auto type = key_type_of(algorithm);
    switch (type.family) {
        case KeyFamily::Rsa:
            return EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", static_cast<std::size_t>(type.bits));
        case KeyFamily::Ecdsa:
            return EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", group_name(algorithm));
        case KeyFamily::Ed25519:
            return EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
    }
    return nullptr;
}

} // namespace

namespace {

/// A context that is set up to verify hashes of one digest, which takes OpenSSL 3 a tenth of the verification itself.
/// One caller has it at a time; who finds it taken makes another, and one of them is kept.
class VerificationContext {
public:
    VerificationContext() = default;
    VerificationContext(const VerificationContext&) = delete;
    VerificationContext& operator=(const VerificationContext&) = delete;

    ~VerificationContext() { EVP_PKEY_CTX_free(idle_.load(std::memory_order_acquire)); }

    bool verify(EVP_PKEY* key, const EVP_MD* md, std::string_view hash, std::string_view signature)
    {
        PkeyCtxPtr ctx(idle_.exchange(nullptr, std::memory_order_acquire));
        if (!ctx) {
            ctx = start(key, md);
        }
        const int verified =
            EVP_PKEY_verify(ctx.get(), bytes_of(signature), signature.size(), bytes_of(hash), hash.size());
        EVP_PKEY_CTX_free(idle_.exchange(ctx.release(), std::memory_order_acq_rel));
        return verified == 1;
    }

private:
    static PkeyCtxPtr start(EVP_PKEY* key, const EVP_MD* md)
    {
        PkeyCtxPtr ctx(check(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr), "make a verification context"));
        check_one(EVP_PKEY_verify_init(ctx.get()), "start a verification");
        check_one(EVP_PKEY_CTX_set_signature_md(ctx.get(), md), "set the digest of a verification");
        return ctx;
    }

    std::atomic<EVP_PKEY_CTX*> idle_{nullptr};
};

/// Ed25519, which is not given a hash but the data (RFC 8032 section 5.1.7).
bool verify_whole(EVP_PKEY* key, std::string_view data, std::string_view signature)
{
    const BorrowedMdCtx ctx;
    check_one(EVP_DigestVerifyInit(ctx.get(), nullptr, nullptr, nullptr, key), "start a verification");
    return EVP_DigestVerify(ctx.get(), bytes_of(signature), signature.size(), bytes_of(data), data.size()) == 1;
}

std::string hash_of(Digest digest, std::string_view data)
{
    unsigned char out[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    const BorrowedMdCtx ctx;
    check_one(EVP_DigestInit_ex2(ctx.get(), md_of(digest), nullptr), "start a hash");
    check_one(EVP_DigestUpdate(ctx.get(), data.data(), data.size()), "hash");
    check_one(EVP_DigestFinal_ex(ctx.get(), out, &size), "finish a hash");
    return std::string(reinterpret_cast<const char*>(out), size);
}

} // namespace

struct PublicKey::Facts {
    Facts(KeyType of_type, std::string of_spki) : type(of_type), spki(std::move(of_spki)) {}

    KeyType type{};
    std::string spki{};
    /// By digest; Ed25519 hashes by itself and has none.
    mutable std::array<VerificationContext, 3> contexts{};

    VerificationContext& context(Digest digest) const
    {
        switch (digest) {
            case Digest::Sha384:
                return contexts[1];
            case Digest::Sha512:
                return contexts[2];
            default:
                return contexts[0];
        }
    }
};

PublicKey::PublicKey(std::shared_ptr<EVP_PKEY> key, std::string spki)
    : key_(std::move(key)), facts_(std::make_shared<const Facts>(required_type(key_.get()), std::move(spki)))
{
}

PublicKey::PublicKey(EVP_PKEY* owned) : key_(share(owned))
{
    facts_ = std::make_shared<const Facts>(required_type(owned), export_spki(owned));
}

Result<PublicKey> PublicKey::from_spki(std::string_view der)
{
    auto key = import_spki(der);
    if (!key || !key_type_of(key.get())) {
        return refuse(Code::BadKey, "the public key is not a well-formed RSA, EC or Ed25519 key");
    }
    return PublicKey(share(key.release()), std::string(der));
}

KeyType PublicKey::type() const
{
    return facts_ ? facts_->type : KeyType{};
}

std::string PublicKey::spki() const
{
    return facts_ ? facts_->spki : std::string();
}

std::string PublicKey::spki_sha256() const
{
    return sha256_hex(facts_ ? std::string_view(facts_->spki) : std::string_view());
}

std::string PublicKey::key_identifier() const
{
    const auto parts = facts_ ? split_spki(facts_->spki) : std::nullopt;
    return sha1(parts ? parts->key_bits : std::string_view());
}

bool PublicKey::verify(std::string_view data, std::string_view signature, Digest digest) const
{
    if (!key_ || (facts_->type.family != KeyFamily::Ed25519 && digest == Digest::None)) {
        return false;
    }
    const bool verified =
        facts_->type.family == KeyFamily::Ed25519
            ? verify_whole(key_.get(), data, signature)
            : facts_->context(digest).verify(key_.get(), md_of(digest), hash_of(digest, data), signature);
    if (!verified) {
        ERR_clear_error();
    }
    return verified;
}

PrivateKey::PrivateKey(EVP_PKEY* owned) : key_(share(owned)) {}

PrivateKey PrivateKey::generate(KeyAlgorithm algorithm)
{
    return PrivateKey(check(generate_handle(algorithm), "generate a key"));
}

PrivateKey PrivateKey::from_pkcs8(const Secret& der)
{
    const auto bytes = der.reveal();
    const auto* at = bytes_of(bytes);
    const Pkcs8Ptr info(
        check(d2i_PKCS8_PRIV_KEY_INFO(nullptr, &at, static_cast<long>(bytes.size())), "read a PKCS#8 key"));
    PrivateKey key(check(EVP_PKCS82PKEY(info.get()), "read a PKCS#8 key"));
    required_type(key.handle());
    return key;
}

Result<PrivateKey> PrivateKey::from_pem(std::string_view pem, const Secret& passphrase)
{
    const BioPtr bio(check(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), "open a memory buffer"));
    Secret copy = passphrase;
    PkeyPtr key(PEM_read_bio_PrivateKey(bio.get(), nullptr, &give_passphrase, &copy));
    ERR_clear_error();
    if (!key) {
        return refuse(Code::BadKey, "the private key is not readable PEM, or the passphrase is wrong");
    }
    if (!key_type_of(key.get())) {
        return refuse(Code::BadKey, "the private key is not an RSA, EC or Ed25519 key");
    }
    return PrivateKey(key.release());
}

PublicKey PrivateKey::public_key() const
{
    // Imported anew: a public key that shares this handle would keep the private part alive.
    auto spki = export_spki(key_.get());
    auto key = import_spki(spki);
    if (!key) {
        fail("read a public key");
    }
    return PublicKey(key.release());
}

KeyType PrivateKey::type() const
{
    return key_ ? required_type(key_.get()) : KeyType{};
}

Secret PrivateKey::to_pkcs8() const
{
    const auto info = pkcs8_of(key_.get());
    unsigned char* bytes = nullptr;
    const int size = i2d_PKCS8_PRIV_KEY_INFO(info.get(), &bytes);
    if (size <= 0) {
        fail("encode a private key");
    }
    std::string der(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
    OPENSSL_clear_free(bytes, static_cast<std::size_t>(size));
    return Secret(std::move(der));
}

Secret PrivateKey::to_pem() const
{
    const auto bio = secret_bio();
    const auto info = pkcs8_of(key_.get());
    check_one(PEM_write_bio_PKCS8_PRIV_KEY_INFO(bio.get(), info.get()), "write a private key");
    return Secret(content_of(bio.get()));
}

std::string PrivateKey::to_encrypted_pem(const Secret& passphrase) const
{
    const auto info = pkcs8_of(key_.get());
    auto* algorithm =
        check(PKCS5_pbe2_set_iv(EVP_aes_256_cbc(), kExportRounds, nullptr, 0, nullptr, NID_hmacWithSHA256),
              "prepare the encryption of a key");
    const auto text = passphrase.reveal();
    const SigPtr encrypted(PKCS8_set0_pbe(text.data(), static_cast<int>(text.size()), info.get(), algorithm));
    if (!encrypted) {
        X509_ALGOR_free(algorithm);
        fail("encrypt a private key");
    }
    const BioPtr bio(check(BIO_new(BIO_s_mem()), "make a memory buffer"));
    check_one(PEM_write_bio_PKCS8(bio.get(), encrypted.get()), "write a private key");
    return content_of(bio.get());
}

std::string PrivateKey::sign(std::string_view data, Digest digest) const
{
    const auto key_type = type();
    const auto* md = signing_md(key_type, digest);
    if (!key_ || (md == nullptr && key_type.family != KeyFamily::Ed25519)) {
        throw OpensslError("signing needs a key and a digest that go together");
    }
    const BorrowedMdCtx ctx;
    check_one(EVP_DigestSignInit(ctx.get(), nullptr, md, nullptr, key_.get()), "start a signature");
    // An RSA signature is as long as the modulus; the others are shorter than this.
    std::string signature(static_cast<std::size_t>(EVP_PKEY_get_size(key_.get())), '\0');
    std::size_t size = signature.size();
    check_one(EVP_DigestSign(ctx.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, bytes_of(data),
                             data.size()),
              "sign");
    signature.resize(size);
    return signature;
}

std::optional<KeyAlgorithm> key_algorithm_of(const KeyType& type)
{
    for (const auto& [algorithm, name] : EnumNames<KeyAlgorithm>::table) {
        if (chancery::key_type_of(algorithm) == type) {
            return algorithm;
        }
    }
    return std::nullopt;
}

Digest default_digest(const KeyType& type)
{
    if (type.family == KeyFamily::Ed25519) {
        return Digest::None;
    }
    if (type.family == KeyFamily::Ecdsa && type.bits == 384) {
        return Digest::Sha384;
    }
    return type.family == KeyFamily::Ecdsa && type.bits == 521 ? Digest::Sha512 : Digest::Sha256;
}

} // namespace chancery::pki
