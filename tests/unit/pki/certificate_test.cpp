#include "core/encoding.hpp"
#include "pki/certificate.hpp"
#include "pki/digest.hpp"
#include "pki/pem.hpp"
#include "tests/unit/pki/pki_support.hpp"

#include <catch2/catch.hpp>

using namespace chancery;

namespace {

const Subject kRootSubject{.common_name = "Test Root, \"One\"", .organization = "\xc3\x84rzte", .country = "DE"};

} // namespace

TEST_CASE("what is not exactly one certificate is refused", "[unit][pki]")
{
    const auto root = test::make_root(pki::PrivateKey::generate(KeyAlgorithm::Ec256), kRootSubject);
    for (const auto& bytes : {std::string(), std::string("hello"), root + "x", root + root, root.substr(1)}) {
        const auto info = pki::parse_certificate(bytes);
        REQUIRE_FALSE(info);
        CHECK(info.error().code == Code::BadRequest);
    }
    for (std::size_t size = 0; size < root.size(); ++size) {
        CHECK_FALSE(pki::parse_certificate(root.substr(0, size)));
    }
    CHECK_FALSE(pki::parse_certificate_text(pki::to_pem(root, "CERTIFICATE REQUEST")));
    CHECK_FALSE(pki::parse_certificate_text("-----BEGIN CERTIFICATE-----\n"));
}

TEST_CASE("whatever octet of a certificate is odd, it is read or refused, never an accident", "[unit][pki]")
{
    const auto key = pki::PrivateKey::generate(KeyAlgorithm::Ec256);
    const auto issuer = test::root_issuer(key, kRootSubject);
    const auto plan = test::leaf_plan(key.public_key());
    const auto good = pki::sign_tbs(pki::build_tbs(plan, issuer), key, plan.digest);
    for (std::size_t i = 0; i < good.size(); ++i) {
        for (const int mask : {0x01, 0x20, 0x80, 0xff}) {
            auto changed = good;
            changed[i] = static_cast<char>(changed[i] ^ mask);
            CHECK_NOTHROW(pki::parse_certificate(changed));
        }
    }
}

TEST_CASE("a leaf says what its plan said", "[unit][pki]")
{
    const auto key = pki::PrivateKey::generate(KeyAlgorithm::Ec384);
    const auto issuer = test::root_issuer(key, kRootSubject);
    const auto leaf_key = pki::PrivateKey::generate(KeyAlgorithm::Ec256).public_key();
    auto plan = test::leaf_plan(leaf_key);
    plan.digest = Digest::Sha384;
    plan.serial_number = "00ff";
    const auto der = pki::sign_tbs(pki::build_tbs(plan, issuer), key, plan.digest);
    const auto info = pki::parse_certificate_text(pki::to_pem(der, "CERTIFICATE") + "trailing text");
    REQUIRE(info);
    CHECK(info->der == der);
    CHECK(info->subject == plan.subject);
    CHECK(info->subject_dn == "CN=www.example.com,O=Example,C=DE");
    CHECK(info->issuer_dn == "CN=Test Root\\, \\\"One\\\",O=\xc3\x84rzte,C=DE");
    CHECK(info->names == plan.names);
    CHECK(info->serial_number == "ff");
    CHECK(info->valid_from == plan.valid_from);
    CHECK(info->valid_to == plan.valid_to);
    CHECK(info->key_type == leaf_key.type());
    CHECK(info->digest == Digest::Sha384);
    CHECK_FALSE(info->is_ca);
    CHECK_FALSE(info->path_length);
    CHECK(info->key_usage == plan.key_usage);
    CHECK(info->extended_key_usage == plan.extended_key_usage);
    CHECK(info->subject_key_id == to_hex(leaf_key.key_identifier()));
    CHECK(info->authority_key_id == to_hex(key.public_key().key_identifier()));
    CHECK(info->crl_urls == plan.crl_urls);
    CHECK(info->aia_urls == plan.aia_urls);
    CHECK(info->fingerprint_sha256 == pki::sha256_hex(der));
    CHECK(info->key.spki() == leaf_key.spki());
    CHECK_FALSE(info->self_signed);
}

TEST_CASE("a certificate is not issued by another CA that has the same key", "[unit][pki]")
{
    const auto key = pki::PrivateKey::generate(KeyAlgorithm::Ec256);
    const auto issuer = test::root_issuer(key, kRootSubject);
    const auto plan = test::leaf_plan(key.public_key());
    const auto leaf = pki::sign_tbs(pki::build_tbs(plan, issuer), key, plan.digest);
    CHECK_FALSE(pki::is_issued_by(leaf, test::make_root(key, {.common_name = "Another Root"})));
    CHECK_FALSE(pki::is_issued_by(leaf, "not a certificate"));
    CHECK(pki::is_issued_by(leaf, test::make_root(key, kRootSubject)));
}

TEST_CASE("a root is self-signed only when its own key signed it", "[unit][pki]")
{
    const auto key = pki::PrivateKey::generate(KeyAlgorithm::Ec256);
    auto root = test::make_root(key, kRootSubject);
    const auto info = pki::parse_certificate(root);
    REQUIRE(info);
    CHECK(info->is_ca);
    CHECK(info->self_signed);
    CHECK(info->key_usage == std::vector{KeyUsage::KeyCertSign, KeyUsage::CrlSign});
    root.back() = static_cast<char>(root.back() ^ 1);
    CHECK_FALSE(pki::parse_certificate(root)->self_signed);
}

TEST_CASE("certificates of other makers are read, whatever is odd about them", "[unit][pki]")
{
    const test::Folder folder;
    const auto make = [&](const std::string& options) {
        const auto ran = test::run_command("openssl req -x509 -nodes -keyout /dev/null -days 30 -out " +
                                           folder.path("c") + " " + options);
        INFO(ran.output);
        REQUIRE(ran.status == 0);
        return pki::parse_certificate_text(folder.read("c"));
    };
    const auto sha1 = make("-newkey rsa:2048 -sha1 -subj '/emailAddress=a@b.example/CN=old' -set_serial 0x80");
    REQUIRE(sha1);
    CHECK(sha1->digest == Digest::None);
    CHECK(sha1->subject.common_name == "old");
    CHECK(sha1->serial_number == "80");
    CHECK(sha1->self_signed);
    folder.write("config", "[req]\ndistinguished_name=n\nx509_extensions=e\n[n]\n[d]\nCN=y\n[e]\nsubjectAltName="
                           "DNS:Under_Score.example,DNS:*.ok.example,dirName:d,otherName:1.2.3;UTF8:z\n");
    const auto odd =
        make("-newkey ec -pkeyopt ec_paramgen_curve:secp256k1 -subj /CN=x -config " + folder.path("config"));
    REQUIRE(odd);
    CHECK(odd->names == std::vector<Name>{{NameType::Dns, "under_score.example"}, {NameType::Dns, "*.ok.example"}});
    CHECK(make("-newkey ed448 -subj /CN=x").error().code == Code::BadRequest);
}
