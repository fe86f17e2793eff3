#include "core/encoding.hpp"
#include "pki/digest.hpp"
#include "pki/key.hpp"
#include "pki/spki.hpp"
#include "tests/unit/pki/pki_support.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <map>
#include <thread>

using namespace chancery;

namespace {

constexpr KeyAlgorithm kQuick[] = {KeyAlgorithm::Rsa2048, KeyAlgorithm::Ec256, KeyAlgorithm::Ec384, KeyAlgorithm::Ec521,
                                   KeyAlgorithm::Ed25519};

const pki::PrivateKey& key_of(KeyAlgorithm algorithm)
{
    static std::map<KeyAlgorithm, pki::PrivateKey> keys;
    auto& key = keys[algorithm];
    if (!key) {
        key = pki::PrivateKey::generate(algorithm);
    }
    return key;
}

std::string good_point()
{
    const auto spki = key_of(KeyAlgorithm::Ec256).public_key().spki();
    return std::string(pki::split_spki(spki)->key_bits);
}

} // namespace

TEST_CASE("a malformed or invalid SubjectPublicKeyInfo is refused", "[unit][pki]")
{
    const auto point = good_point();
    auto off_curve = point;
    off_curve.back() = static_cast<char>(off_curve.back() ^ 1);
    const auto compressed = (point.back() & 1 ? "\x03" : "\x02") + point.substr(1, 32);
    const auto spki = key_of(KeyAlgorithm::Ec256).public_key().spki();
    const std::map<std::string, std::string> cases{
        {"empty", ""},
        {"text", "hello"},
        {"cut off", spki.substr(0, spki.size() - 1)},
        {"trailing byte", spki + "x"},
        {"point not on the curve", pki::ec_spki(256, off_curve)},
        {"point at infinity", pki::ec_spki(256, std::string(1, '\0'))},
        {"compressed point", pki::ec_spki(256, compressed)},
        {"point of another curve", pki::ec_spki(384, point)},
        {"Ed25519 of 31 octets", pki::ed25519_spki(std::string(31, 'x'))},
        {"RSA with modulus zero", pki::rsa_spki(std::string(1, '\0'), "\x03")},
        {"RSA of 20000 bits", pki::rsa_spki(std::string(2500, '\xff'), "\x03")},
        // X25519 (1.3.101.110) encrypts; it cannot sign.
        {"X25519", *from_hex("302a300506032b656e032100") + std::string(32, '\x09')}};
    for (const auto& [name, der] : cases) {
        DYNAMIC_SECTION(name)
        {
            const auto key = pki::PublicKey::from_spki(der);
            REQUIRE_FALSE(key);
            CHECK(key.error().code == Code::BadKey);
        }
    }
}

TEST_CASE("what a key signs is verified by its public key only, with the same digest and data", "[unit][pki]")
{
    const auto algorithm = GENERATE(from_range(std::begin(kQuick), std::end(kQuick)));
    DYNAMIC_SECTION(name_of(algorithm))
    {
        const auto& key = key_of(algorithm);
        const auto digest = pki::default_digest(key.type());
        const auto signature = key.sign("data", digest);
        const auto other =
            pki::PrivateKey::generate(algorithm == KeyAlgorithm::Rsa2048 ? KeyAlgorithm::Ec256 : algorithm);
        CHECK(key.public_key().verify("data", signature, digest));
        CHECK_FALSE(key.public_key().verify("Data", signature, digest));
        CHECK_FALSE(key.public_key().verify("data", signature + "x", digest));
        CHECK_FALSE(key.public_key().verify("data", "", digest));
        CHECK_FALSE(other.public_key().verify("data", signature, digest));
        if (algorithm != KeyAlgorithm::Ed25519) {
            CHECK_FALSE(
                key.public_key().verify("data", signature, digest == Digest::Sha256 ? Digest::Sha384 : Digest::Sha256));
            CHECK_FALSE(key.public_key().verify("data", signature, Digest::None));
            CHECK_THROWS(key.sign("data", Digest::None));
        }
    }
}

TEST_CASE("a key comes back from PKCS#8, PEM and encrypted PEM, and openssl reads them all", "[unit][pki]")
{
    const auto algorithm = GENERATE(from_range(std::begin(kQuick), std::end(kQuick)));
    DYNAMIC_SECTION(name_of(algorithm))
    {
        const auto& key = key_of(algorithm);
        const auto spki = key.public_key().spki();
        CHECK(key.type() == key_type_of(algorithm));
        CHECK(key.public_key().type() == key_type_of(algorithm));
        CHECK(pki::key_algorithm_of(key.type()) == algorithm);
        CHECK(pki::PublicKey::from_spki(spki)->spki() == spki);
        CHECK(pki::PrivateKey::from_pkcs8(key.to_pkcs8()).public_key().spki() == spki);
        CHECK(pki::PrivateKey::from_pem(key.to_pem().reveal())->public_key().spki() == spki);
        const test::Folder folder;
        const auto file = folder.write("key.pem", key.to_pem().reveal());
        const auto ran =
            test::run_command("openssl pkey -in " + file + " -pubout -outform DER -out " + folder.path("pub"));
        REQUIRE(ran.status == 0);
        CHECK(folder.read("pub") == spki);
    }
}

TEST_CASE("an encrypted key opens with its passphrase and not with another", "[unit][pki]")
{
    const auto& key = key_of(KeyAlgorithm::Ec256);
    const auto pem = key.to_encrypted_pem(Secret("open sesame"));
    CHECK_THAT(pem, Catch::StartsWith("-----BEGIN ENCRYPTED PRIVATE KEY-----"));
    CHECK_FALSE(pki::PrivateKey::from_pem(pem));
    CHECK_FALSE(pki::PrivateKey::from_pem(pem, Secret("open barley")));
    CHECK(pki::PrivateKey::from_pem(pem, Secret("open sesame"))->public_key().spki() == key.public_key().spki());
    const test::Folder folder;
    const auto read = "openssl pkey -noout -text -in " + folder.write("key.pem", pem) + " -passin pass:";
    CHECK(test::run_command(read + "'open sesame'").status == 0);
}

TEST_CASE("traditional key files are read, and keys of other families are not", "[unit][pki]")
{
    const test::Folder folder;
    const auto make = [&](const std::string& command) {
        REQUIRE(test::run_command(command + " >" + folder.path("key") + " 2>/dev/null").status == 0);
        return pki::PrivateKey::from_pem(folder.read("key"));
    };
    CHECK(make("openssl ecparam -name prime256v1 -genkey")->type().name() == "ec-256");
    CHECK(make("openssl genrsa -traditional 2048")->type().name() == "rsa-2048");
    CHECK(make("openssl genpkey -algorithm X25519").error().code == Code::BadKey);
    CHECK(make("openssl genpkey -algorithm ED448").error().code == Code::BadKey);
    CHECK(pki::PrivateKey::from_pem("not a key").error().code == Code::BadKey);
    CHECK_THROWS(pki::PrivateKey::from_pkcs8(Secret("not a key")));
}

TEST_CASE("a key's names are the hashes of its encodings", "[unit][pki]")
{
    // The example key of RFC 8410 section 10.1, and the SHA-1 of its 32 octets.
    const auto key = pki::PublicKey::from_spki(
        *from_hex("302a300506032b657003210019bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1"));
    REQUIRE(key);
    CHECK(key->type().name() == "ed25519");
    CHECK(key->spki_sha256() == pki::sha256_hex(key->spki()));
    CHECK(to_hex(key->key_identifier()) == "a28cc1f86e5960d3e03ae75c962c97a8d448293c");
    CHECK_FALSE(pki::PublicKey());
    CHECK_FALSE(pki::PublicKey().verify("data", "signature", Digest::Sha256));
}

TEST_CASE("one key signs and verifies from several threads at once", "[unit][pki]")
{
    const auto& key = key_of(KeyAlgorithm::Ec256);
    const auto public_key = key.public_key();
    std::atomic<int> good = 0;
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 4; ++i) {
            threads.emplace_back([&, i] {
                for (int round = 0; round < 50; ++round) {
                    const auto data = std::to_string(i) + std::to_string(round);
                    good += public_key.verify(data, key.sign(data, Digest::Sha256), Digest::Sha256) ? 1 : 0;
                }
            });
        }
    }
    CHECK(good == 200);
}
