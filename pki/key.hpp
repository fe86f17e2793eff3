#pragma once

#include "core/model/x509.hpp"
#include "core/result.hpp"
#include "core/secret.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

extern "C" {
typedef struct evp_pkey_st EVP_PKEY;
}

namespace chancery::pki {

/// A public key, imported once and shared: copies are cheap, verification from several threads is safe.
class PublicKey {
public:
    PublicKey() = default;
    /// Takes over one reference.
    explicit PublicKey(EVP_PKEY* owned);

    /// From a DER SubjectPublicKeyInfo; BadKey when it is none.
    static Result<PublicKey> from_spki(std::string_view der);

    explicit operator bool() const { return key_ != nullptr; }

    EVP_PKEY* handle() const { return key_.get(); }

    KeyType type() const;
    /// DER SubjectPublicKeyInfo.
    std::string spki() const;
    /// Hex SHA-256 of `spki()`: how a key is named in the inventory and on the block list.
    std::string spki_sha256() const;
    /// SHA-1 of the subjectPublicKey bits (RFC 5280 section 4.2.1.2 method 1), raw bytes: the subject key identifier.
    std::string key_identifier() const;
    /// Verifies an X.509 style signature (ECDSA as DER). `Digest::None` for Ed25519.
    bool verify(std::string_view data, std::string_view signature, Digest digest) const;

private:
    struct Facts; ///< what OpenSSL takes long to tell, told once
    PublicKey(std::shared_ptr<EVP_PKEY> key, std::string spki);
    std::shared_ptr<EVP_PKEY> key_;
    std::shared_ptr<const Facts> facts_;
};

/// A private key in memory. Copies share it; signing from several threads is safe.
class PrivateKey {
public:
    PrivateKey() = default;
    explicit PrivateKey(EVP_PKEY* owned);

    /// About 20 µs for EC and Ed25519; RSA takes from 50 ms to seconds: never on a network thread.
    static PrivateKey generate(KeyAlgorithm algorithm);
    /// From DER PKCS#8; throws OpensslError when it is none.
    static PrivateKey from_pkcs8(const Secret& der);
    /// From PEM (PKCS#8, encrypted PKCS#8, or the traditional forms); BadKey when it is none or the passphrase is
    /// wrong.
    static Result<PrivateKey> from_pem(std::string_view pem, const Secret& passphrase = {});

    explicit operator bool() const { return key_ != nullptr; }

    EVP_PKEY* handle() const { return key_.get(); }

    PublicKey public_key() const;
    KeyType type() const;
    Secret to_pkcs8() const;
    /// PEM PKCS#8, not encrypted: for the listener's own key file and tests.
    Secret to_pem() const;
    /// PEM PKCS#8, PBES2 with AES-256-CBC under `passphrase`.
    std::string to_encrypted_pem(const Secret& passphrase) const;
    /// Signs `data`; ECDSA gives DER. `digest` is ignored for Ed25519.
    std::string sign(std::string_view data, Digest digest) const;

private:
    std::shared_ptr<EVP_PKEY> key_;
};

/// The algorithm of our list that `type` is; nothing for others.
std::optional<KeyAlgorithm> key_algorithm_of(const KeyType& type);
/// The digest that goes with a signing key when none is asked for: ec-384 sha384, ec-521 sha512, ed25519 none, else
/// sha256.
Digest default_digest(const KeyType& type);

} // namespace chancery::pki
