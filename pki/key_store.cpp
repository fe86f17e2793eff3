#include "pki/key_store.hpp"

#include "core/encoding.hpp"
#include "core/random.hpp"
#include "core/text.hpp"
#include "pki/aead.hpp"
#include "pki/digest.hpp"
#include "pki/openssl_ptr.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <optional>
#include <span>
#include <stdexcept>
#include <sys/stat.h>
#include <unistd.h>

namespace chancery::pki {

namespace {

constexpr std::size_t kKekSize = 32;
/// More than any form of the key takes: enough to see that a file is something else.
constexpr std::size_t kMaxFileSize = 256;

[[noreturn]] void refuse_file(const std::filesystem::path& path, const std::string& why)
{
    throw std::runtime_error("key file " + path.string() + ": " + why);
}

std::string last_error()
{
    return std::strerror(errno);
}

class File {
public:
    File(const std::filesystem::path& path, int flags, mode_t mode = 0)
        : fd_(::open(path.c_str(), flags | O_CLOEXEC, mode))
    {
    }

    ~File()
    {
        if (fd_ >= 0) {
            ::close(fd_);
        }
    }

    File(const File&) = delete;
    File& operator=(const File&) = delete;

    bool is_open() const { return fd_ >= 0; }

    int get() const { return fd_; }

private:
    int fd_;
};

std::optional<std::string> decode_key(std::string_view text)
{
    const auto trimmed = trim(text);
    auto bytes = trimmed.size() == 2 * kKekSize ? from_hex(trimmed) : from_base64(trimmed);
    return bytes && bytes->size() == kKekSize ? bytes : std::nullopt;
}

void write_all(const std::filesystem::path& path, int fd, std::string_view bytes)
{
    while (!bytes.empty()) {
        const auto written = ::write(fd, bytes.data(), bytes.size());
        if (written < 0 && errno != EINTR) {
            refuse_file(path, "cannot be written: " + last_error());
        }
        bytes.remove_prefix(written > 0 ? static_cast<std::size_t>(written) : 0);
    }
    if (::fsync(fd) != 0) {
        refuse_file(path, "cannot be written: " + last_error());
    }
}

/// Makes the file whole or not at all: a key that is half on disk after a crash would lock everything away.
void create_key_file(const std::filesystem::path& path)
{
    std::string key(kKekSize, '\0');
    random_bytes(std::span(reinterpret_cast<unsigned char*>(key.data()), key.size()));
    const Secret text(to_base64(key) + "\n");
    wipe(key);
    auto draft = path;
    draft += ".new-" + random_token(6);
    {
        const File file(draft, O_WRONLY | O_CREAT | O_EXCL, 0600);
        if (!file.is_open()) {
            refuse_file(path, "cannot be made: " + last_error());
        }
        write_all(path, file.get(), text.reveal());
    }
    const int linked = ::link(draft.c_str(), path.c_str());
    const int why = errno;
    ::unlink(draft.c_str());
    if (linked != 0 && why != EEXIST) {
        refuse_file(path, std::string("cannot be made: ") + std::strerror(why));
    }
    const auto folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
    const File directory(folder, O_RDONLY | O_DIRECTORY);
    if (!directory.is_open() || ::fsync(directory.get()) != 0) {
        refuse_file(path, "its folder cannot be synced: " + last_error());
    }
}

Secret read_key_file(const std::filesystem::path& path, int fd)
{
    struct stat facts{};
    if (::fstat(fd, &facts) != 0 || !S_ISREG(facts.st_mode)) {
        refuse_file(path, "is not a regular file");
    }
    if ((facts.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        refuse_file(path, "may be used by others than its owner; its mode must be 0600 or less");
    }
    std::string bytes(kMaxFileSize, '\0');
    std::size_t size = 0;
    for (;;) {
        const auto got = ::read(fd, bytes.data() + size, bytes.size() - size);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            wipe(bytes);
            refuse_file(path, "cannot be read: " + last_error());
        }
        if (got == 0) {
            break;
        }
        size += static_cast<std::size_t>(got);
    }
    Secret content(bytes.substr(0, size));
    wipe(bytes);
    return content;
}

/// Zero octets between the parts, so that no two pairs make the same context.
std::string context_of(std::string_view purpose, std::string_view id)
{
    std::string context("chancery private key");
    context += '\0';
    context += purpose;
    context += '\0';
    context += id;
    return context;
}

} // namespace

KeyEncryptionKey::KeyEncryptionKey(Secret bytes)
    : bytes_(std::move(bytes)), id_(to_hex(hmac_sha256(bytes_.reveal(), "chancery key id").substr(0, 8)))
{
}

KeyEncryptionKey KeyEncryptionKey::from_file(const std::filesystem::path& path, bool create)
{
    if (create && !std::filesystem::exists(std::filesystem::symlink_status(path))) {
        create_key_file(path);
    }
    const File file(path, O_RDONLY);
    if (!file.is_open()) {
        refuse_file(path, "cannot be read: " + last_error());
    }
    const auto content = read_key_file(path, file.get());
    if (content.reveal().size() == kKekSize) {
        return KeyEncryptionKey(content);
    }
    auto key = decode_key(content.reveal());
    if (!key) {
        refuse_file(path, "must hold 32 bytes, or their base64 or hexadecimal text");
    }
    Secret bytes(*key);
    wipe(*key);
    return KeyEncryptionKey(std::move(bytes));
}

KeyEncryptionKey KeyEncryptionKey::from_text(const Secret& text)
{
    auto key = decode_key(text.reveal());
    if (!key) {
        throw std::runtime_error("the key-encryption key must be base64 or hexadecimal text of 32 bytes");
    }
    Secret bytes(*key);
    wipe(*key);
    return KeyEncryptionKey(std::move(bytes));
}

KeyEncryptionKey KeyEncryptionKey::from_passphrase(const Secret& passphrase, std::string_view salt)
{
    if (passphrase.empty() || salt.size() < 16) {
        throw std::runtime_error("a key-encryption key needs a passphrase and a salt of at least 16 bytes");
    }
    // N=2^17, r=8: 128 MiB and about half a second, once at each start.
    constexpr std::uint64_t kN = 1U << 17;
    constexpr std::uint64_t kMaxMemory = 160U << 20;
    std::string bytes(kKekSize, '\0');
    const auto text = passphrase.reveal();
    check_one(EVP_PBE_scrypt(text.data(), text.size(), bytes_of(salt), salt.size(), kN, 8, 1, kMaxMemory,
                             reinterpret_cast<unsigned char*>(bytes.data()), bytes.size()),
              "derive a key from a passphrase");
    Secret key(bytes);
    wipe(bytes);
    return KeyEncryptionKey(std::move(key));
}

Secret KeyEncryptionKey::derive(std::string_view purpose) const
{
    return Secret(hkdf_sha256(bytes_.reveal(), "chancery " + std::string(purpose)));
}

KeyStore::KeyStore(KeyEncryptionKey kek) : kek_(std::move(kek)) {}

StoredKey KeyStore::wrap(const PrivateKey& key, std::string id, std::string purpose, Time now) const
{
    auto wrapped = pki::seal(kek_.bytes(), key.to_pkcs8().reveal(), context_of(purpose, id));
    return StoredKey{.id = std::move(id),
                     .algorithm = key.type().name(),
                     .purpose = std::move(purpose),
                     .spki_sha256 = key.public_key().spki_sha256(),
                     .wrapped = std::move(wrapped),
                     .kek_id = kek_.id(),
                     .created_at = now};
}

PrivateKey KeyStore::unwrap(const StoredKey& stored)
{
    if (stored.kek_id != kek_.id()) {
        throw std::runtime_error("private key " + stored.id + " is wrapped under key-encryption key " + stored.kek_id +
                                 ", but the one in use is " + kek_.id());
    }
    const auto der = pki::open(kek_.bytes(), stored.wrapped, context_of(stored.purpose, stored.id));
    if (!der) {
        throw std::runtime_error("private key " + stored.id + " was changed in storage");
    }
    return PrivateKey::from_pkcs8(*der);
}

PrivateKey KeyStore::unwrap_cached(const StoredKey& stored)
{
    if (auto known = find(stored.id)) {
        return known;
    }
    auto key = unwrap(stored);
    remember(stored.id, key);
    return key;
}

PrivateKey KeyStore::find(const std::string& id) const
{
    const std::scoped_lock lock(mutex_);
    const auto known = keys_.find(id);
    return known == keys_.end() ? PrivateKey() : known->second;
}

void KeyStore::remember(const std::string& id, const PrivateKey& key)
{
    const std::scoped_lock lock(mutex_);
    keys_.insert_or_assign(id, key);
}

void KeyStore::forget(const std::string& id)
{
    const std::scoped_lock lock(mutex_);
    keys_.erase(id);
}

std::string KeyStore::seal(std::string_view plaintext, std::string_view context) const
{
    return pki::seal(kek_.bytes(), plaintext, context);
}

std::optional<Secret> KeyStore::open(std::string_view sealed, std::string_view context) const
{
    return pki::open(kek_.bytes(), sealed, context);
}

} // namespace chancery::pki
