#include "core/encoding.hpp"
#include "pki/key_store.hpp"
#include "tests/unit/pki/pki_support.hpp"

#include <catch2/catch.hpp>

#include <sys/stat.h>

using namespace chancery;

namespace {

const std::string kBytes = "0123456789abcdef0123456789abcde\xff";

pki::KeyStore store_with(const std::string& bytes)
{
    return pki::KeyStore(pki::KeyEncryptionKey::from_text(Secret(to_hex(bytes))));
}

} // namespace

TEST_CASE("a key file that is missing, open to others or of another length is refused by name", "[unit][pki]")
{
    const test::Folder folder;
    const auto refused = [&](const std::string& path) {
        CHECK_THROWS_WITH(pki::KeyEncryptionKey::from_file(path, false), Catch::Contains(path));
    };
    refused(folder.path("missing"));
    refused(folder.path(""));

    struct Case {
        const char* name;
        std::string content;
        mode_t mode;
    };

    const auto item = GENERATE_COPY(values<Case>({{"readable by the group", kBytes, 0640},
                                                  {"readable by all", kBytes, 0604},
                                                  {"writable by the group", kBytes, 0620},
                                                  {"empty", "", 0600},
                                                  {"31 bytes", kBytes.substr(1), 0600},
                                                  {"33 bytes", kBytes + "x", 0600},
                                                  {"base64 of 33 bytes", to_base64(kBytes + "x"), 0600},
                                                  {"hex of 31 bytes", to_hex(kBytes.substr(1)), 0600},
                                                  {"a long text", std::string(5000, 'a'), 0600}}));
    DYNAMIC_SECTION(item.name)
    {
        const auto path = folder.write("kek", item.content);
        REQUIRE(::chmod(path.c_str(), item.mode) == 0);
        refused(path);
    }
}

TEST_CASE("a key file may hold raw bytes, base64 or hex, and all are the same key", "[unit][pki]")
{
    const test::Folder folder;
    const auto expected = pki::KeyEncryptionKey::from_text(Secret(to_hex(kBytes)));
    CHECK(expected.bytes().reveal() == kBytes);
    for (const auto& content :
         {kBytes, to_base64(kBytes), to_base64(kBytes) + "\n", to_hex(kBytes), to_hex(kBytes) + "\r\n"}) {
        const auto path = folder.write("kek", content);
        REQUIRE(::chmod(path.c_str(), 0400) == 0);
        const auto key = pki::KeyEncryptionKey::from_file(path, false);
        CHECK(key.bytes().reveal() == kBytes);
        CHECK(key.id() == expected.id());
        REQUIRE(::chmod(path.c_str(), 0600) == 0);
    }
    CHECK(pki::KeyEncryptionKey::from_text(Secret(to_base64(kBytes))).id() == expected.id());
    CHECK_THROWS(pki::KeyEncryptionKey::from_text(Secret("short")));
}

TEST_CASE("a missing key file is made once, for its owner only", "[unit][pki]")
{
    const test::Folder folder;
    const auto path = folder.path("kek");
    const auto made = pki::KeyEncryptionKey::from_file(path, true);
    struct stat facts{};
    REQUIRE(::stat(path.c_str(), &facts) == 0);
    CHECK((facts.st_mode & 07777) == 0600);
    CHECK(pki::KeyEncryptionKey::from_file(path, true).id() == made.id());
    CHECK(pki::KeyEncryptionKey::from_file(path, false).id() == made.id());
    CHECK(pki::KeyEncryptionKey::from_file(folder.path("other"), true).id() != made.id());
    CHECK(std::distance(std::filesystem::directory_iterator(folder.path("")), {}) == 2);
    CHECK_THROWS(pki::KeyEncryptionKey::from_file(folder.path("no/such/folder/kek"), true));
}

TEST_CASE("a passphrase and salt always make the same key, and another salt another", "[unit][pki]")
{
    const auto key = pki::KeyEncryptionKey::from_passphrase(Secret("correct horse"), "0123456789abcdef");
    CHECK(key.bytes().reveal().size() == 32);
    // Python's hashlib.scrypt says so, too.
    CHECK(to_hex(key.bytes().reveal()) == "aa6b264e05219145de9ee3be635c6926423619248d53fbe162940b97c1766983");
    CHECK(key.id() != pki::KeyEncryptionKey::from_passphrase(Secret("correct horse"), "0123456789abcdeg").id());
    CHECK_THROWS(pki::KeyEncryptionKey::from_passphrase(Secret(), "0123456789abcdef"));
    CHECK_THROWS(pki::KeyEncryptionKey::from_passphrase(Secret("correct horse"), "short"));
}

TEST_CASE("keys derived for different purposes differ, and tell nothing of the first", "[unit][pki]")
{
    const auto kek = pki::KeyEncryptionKey::from_text(Secret(to_hex(kBytes)));
    CHECK(kek.id().size() == 16);
    CHECK(kek.derive("cursor").reveal() != kek.derive("nonce").reveal());
    CHECK(kek.derive("cursor").reveal() == kek.derive("cursor").reveal());
    CHECK(kek.derive("cursor").reveal() != kek.bytes().reveal());
}

TEST_CASE("a wrapped key opens only under its own id, purpose and key-encryption key", "[unit][pki]")
{
    auto store = store_with(kBytes);
    const auto key = pki::PrivateKey::generate(KeyAlgorithm::Ec256);
    const auto stored = store.wrap(key, "id-1", "authority", test::noon());
    CHECK(stored.algorithm == "ec-256");
    CHECK(stored.kek_id == store.kek().id());
    CHECK(stored.spki_sha256 == key.public_key().spki_sha256());
    CHECK(stored.created_at == test::noon());
    CHECK(stored.wrapped.find(key.to_pkcs8().reveal()) == std::string::npos);
    const auto refused = [&](auto spoil) {
        auto changed = stored;
        spoil(changed);
        CHECK_THROWS_AS(store.unwrap(changed), std::runtime_error);
    };
    refused([](StoredKey& row) { row.id = "id-2"; });
    refused([](StoredKey& row) { row.purpose = "certificate"; });
    refused([](StoredKey& row) { row.wrapped.back() = static_cast<char>(row.wrapped.back() ^ 1); });
    refused([](StoredKey& row) { row.wrapped.clear(); });
    refused([](StoredKey& row) { row.kek_id = "0000000000000000"; });
    auto other = store_with(std::string(32, 'x'));
    CHECK_THROWS_AS(other.unwrap(stored), std::runtime_error);
    CHECK(store.unwrap(stored).public_key().spki() == key.public_key().spki());
}

TEST_CASE("an unwrapped key is remembered until it is forgotten", "[unit][pki]")
{
    auto store = store_with(kBytes);
    const auto key = pki::PrivateKey::generate(KeyAlgorithm::Ec256);
    auto stored = store.wrap(key, "id-1", "authority", test::noon());
    CHECK_FALSE(store.find("id-1"));
    const auto first = store.unwrap_cached(stored);
    CHECK(store.unwrap_cached(stored).handle() == first.handle());
    CHECK(store.find("id-1").handle() == first.handle());
    store.forget("id-1");
    CHECK_FALSE(store.find("id-1"));
    store.remember("id-2", key);
    CHECK(store.find("id-2").handle() == key.handle());
}

TEST_CASE("other secrets are sealed for what they are", "[unit][pki]")
{
    const auto store = store_with(kBytes);
    const auto sealed = store.seal("secret", "eab:1");
    CHECK_FALSE(store.open(sealed, "eab:2"));
    CHECK_FALSE(store_with(std::string(32, 'x')).open(sealed, "eab:1"));
    CHECK(store.open(sealed, "eab:1")->reveal() == "secret");
}
