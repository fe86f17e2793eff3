#pragma once

#include "core/model/authority.hpp"
#include "core/secret.hpp"
#include "pki/key.hpp"

#include <filesystem>
#include <mutex>
#include <string>
#include <unordered_map>

namespace chancery::pki {

/// The key that wraps all others: 256 bits from a file, the environment or a passphrase.
class KeyEncryptionKey {
public:
    /// Reads 32 raw bytes, or their base64 or hex; makes the file (mode 0600, fsynced) when `create` and it is missing.
    /// Throws std::runtime_error that names the file when it is unreadable, too open to others, or of another length.
    static KeyEncryptionKey from_file(const std::filesystem::path& path, bool create);
    /// From base64 or hex text of 32 bytes.
    static KeyEncryptionKey from_text(const Secret& text);
    /// scrypt of the passphrase with `salt`, which is not secret and must be kept.
    static KeyEncryptionKey from_passphrase(const Secret& passphrase, std::string_view salt);

    /// Names the key without telling it: 16 hex digits of a keyed hash.
    const std::string& id() const { return id_; }

    const Secret& bytes() const { return bytes_; }

    /// A key for another purpose (cursors, nonces, code MACs), derived by HKDF.
    Secret derive(std::string_view purpose) const;

private:
    explicit KeyEncryptionKey(Secret bytes);
    Secret bytes_;
    std::string id_;
};

/// Wraps private keys for storage and keeps the unwrapped ones that were used (imported once, shared). Thread-safe.
class KeyStore {
public:
    explicit KeyStore(KeyEncryptionKey kek);

    const KeyEncryptionKey& kek() const { return kek_; }

    /// The row to store; `id` and `purpose` are bound into the authentication tag.
    StoredKey wrap(const PrivateKey& key, std::string id, std::string purpose, Time now) const;
    /// Throws std::runtime_error (without key material) when the row was wrapped under another key or was changed.
    PrivateKey unwrap(const StoredKey& stored);
    /// The same, remembered by id.
    PrivateKey unwrap_cached(const StoredKey& stored);
    /// The remembered key, or an empty one.
    PrivateKey find(const std::string& id) const;
    void remember(const std::string& id, const PrivateKey& key);
    void forget(const std::string& id);

    /// Seals and opens other secrets at rest (provider credentials, EAB secrets); `context` names what it is.
    std::string seal(std::string_view plaintext, std::string_view context) const;
    std::optional<Secret> open(std::string_view sealed, std::string_view context) const;

private:
    KeyEncryptionKey kek_;
    mutable std::mutex mutex_;
    std::unordered_map<std::string, PrivateKey> keys_;
};

} // namespace chancery::pki
