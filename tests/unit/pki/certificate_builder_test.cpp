#include "core/encoding.hpp"
#include "pki/certificate.hpp"
#include "pki/certificate_builder.hpp"
#include "pki/pem.hpp"
#include "tests/unit/pki/pki_support.hpp"

#include <catch2/catch.hpp>

#include <set>

using namespace chancery;

namespace {

const Subject kRootSubject{.common_name = "Test Root", .organization = "Example", .country = "DE"};

std::string text_of(const std::string& der)
{
    const test::Folder folder;
    const auto ran =
        test::run_command("openssl x509 -noout -text -nameopt RFC2253 -inform DER -in " + folder.write("c", der));
    REQUIRE(ran.status == 0);
    return ran.output;
}

std::string sign(const pki::CertificatePlan& plan, const pki::Issuer& issuer)
{
    return pki::sign_tbs(pki::build_tbs(plan, issuer), issuer.key(), plan.digest);
}

} // namespace

TEST_CASE("a plan that cannot be encoded throws instead of making a wrong certificate", "[unit][pki]")
{
    const auto key = pki::PrivateKey::generate(KeyAlgorithm::Ec256);
    const auto issuer = test::root_issuer(key, kRootSubject);
    const auto good = test::leaf_plan(key.public_key());
    const auto refused = [&](auto spoil) {
        auto plan = good;
        spoil(plan);
        CHECK_THROWS(pki::build_tbs(plan, issuer));
    };
    refused([](auto& plan) { plan.serial_number = "not hex"; });
    refused([](auto& plan) { plan.serial_number = ""; });
    refused([](auto& plan) { plan.digest = Digest::None; });
    refused([](auto& plan) { plan.key = {}; });
    refused([](auto& plan) { plan.names = {{NameType::Ip, "not an address"}}; });
    refused([](auto& plan) { plan.names = {{NameType::Dns, "m\xc3\xbcnchen.example"}}; });
    refused([](auto& plan) { plan.subject.country = "D\xc3\x84"; });
}

TEST_CASE("an issuer's certificate and key must belong together", "[unit][pki]")
{
    const auto key = pki::PrivateKey::generate(KeyAlgorithm::Ec256);
    const auto other = pki::PrivateKey::generate(KeyAlgorithm::Ec256);
    const auto root = test::make_root(key, kRootSubject);
    CHECK_THROWS_AS(pki::Issuer(root, other), std::invalid_argument);
    CHECK_THROWS_AS(pki::Issuer("not a certificate", key), std::invalid_argument);
    const pki::Issuer issuer(root, key);
    CHECK(issuer.certificate_der() == root);
    CHECK(issuer.key_identifier() == key.public_key().key_identifier());
    CHECK(issuer.valid_to() == test::noon() + std::chrono::days(3650));
}

TEST_CASE("nothing is signed with another algorithm than the bytes name", "[unit][pki]")
{
    const auto key = pki::PrivateKey::generate(KeyAlgorithm::Ec256);
    const auto tbs = pki::build_tbs(test::leaf_plan(key.public_key()), test::root_issuer(key, kRootSubject));
    CHECK_THROWS(pki::sign_tbs(tbs, key, Digest::Sha384));
    CHECK_THROWS(pki::sign_tbs(tbs, pki::PrivateKey::generate(KeyAlgorithm::Ed25519), Digest::None));
    CHECK_THROWS(pki::sign_tbs(tbs + "x", key, Digest::Sha256));
    CHECK_THROWS(pki::sign_tbs("hello", key, Digest::Sha256));
}

TEST_CASE("serial numbers are positive, of 16 octets, and differ", "[unit][pki]")
{
    std::set<std::string> seen;
    for (int i = 0; i < 1000; ++i) {
        const auto serial = pki::new_serial_number();
        const auto bytes = *from_hex(serial);
        CHECK(bytes.size() == 16);
        CHECK((static_cast<unsigned char>(bytes[0]) & 0xc0) == 0x40);
        CHECK(seen.insert(serial).second);
    }
}

TEST_CASE("openssl verifies chains of every kind of CA and leaf key", "[unit][pki]")
{
    const auto ca = GENERATE(KeyAlgorithm::Rsa2048, KeyAlgorithm::Ec256, KeyAlgorithm::Ec384, KeyAlgorithm::Ec521,
                             KeyAlgorithm::Ed25519);
    DYNAMIC_SECTION(name_of(ca))
    {
        const auto root_key = pki::PrivateKey::generate(ca);
        const auto root = test::root_issuer(root_key, kRootSubject);
        const auto middle_key = pki::PrivateKey::generate(ca);
        auto middle_plan = test::leaf_plan(middle_key.public_key());
        middle_plan.subject = {.common_name = "Test Intermediate"};
        middle_plan.names.clear();
        middle_plan.extended_key_usage.clear();
        middle_plan.key_usage = {KeyUsage::KeyCertSign, KeyUsage::CrlSign};
        middle_plan.is_ca = true;
        middle_plan.path_length = 0;
        middle_plan.digest = pki::default_digest(root_key.type());
        const pki::Issuer middle(sign(middle_plan, root), middle_key);
        auto leaf_plan = test::leaf_plan(pki::PrivateKey::generate(KeyAlgorithm::Ec256).public_key());
        leaf_plan.digest = middle_plan.digest;
        const auto leaf = sign(leaf_plan, middle);
        CHECK(pki::is_issued_by(leaf, middle.certificate_der()));
        CHECK(pki::is_issued_by(middle.certificate_der(), root.certificate_der()));
        CHECK_FALSE(pki::is_issued_by(leaf, root.certificate_der()));
        CHECK_FALSE(pki::is_issued_by(root.certificate_der(), leaf));
        const test::Folder folder;
        const auto pem = [&](const char* name, const std::string& der) {
            return folder.write(name, pki::to_pem(der, "CERTIFICATE"));
        };
        const auto ran = test::run_command("openssl verify -x509_strict -attime 1780400000 -purpose sslserver "
                                           "-verify_hostname www.example.com -CAfile " +
                                           pem("root", root.certificate_der()) + " -untrusted " +
                                           pem("middle", middle.certificate_der()) + " " + pem("leaf", leaf));
        INFO(ran.output);
        CHECK(ran.status == 0);
    }
}

TEST_CASE("openssl reads in a certificate what the plan said", "[unit][pki]")
{
    const auto key = pki::PrivateKey::generate(KeyAlgorithm::Ec256);
    auto plan = test::leaf_plan(key.public_key());
    plan.serial_number = "4000000000000000000000000000abcd";
    plan.subject = {.common_name = "www.example.com",
                    .organization = "\xc3\x84rzte",
                    .organizational_unit = "Unit",
                    .country = "DE",
                    .state = "Bayern",
                    .locality = "Ort"};
    plan.names = {{NameType::Dns, "www.example.com"},
                  {NameType::Ip, "2001:db8::1"},
                  {NameType::Email, "me@example.com"},
                  {NameType::Uri, "https://example.com/a"}};
    plan.key_usage = {KeyUsage::DigitalSignature, KeyUsage::KeyAgreement, KeyUsage::DecipherOnly};
    plan.extended_key_usage = {ExtendedKeyUsage::ServerAuth,   ExtendedKeyUsage::ClientAuth,
                               ExtendedKeyUsage::CodeSigning,  ExtendedKeyUsage::EmailProtection,
                               ExtendedKeyUsage::TimeStamping, ExtendedKeyUsage::OcspSigning};
    plan.valid_to = *from_rfc3339("2050-01-01T00:00:00Z");
    const auto text = text_of(sign(plan, test::root_issuer(key, kRootSubject)));
    for (const auto* expected :
         {"Version: 3", "40:00:00:00:00:00:00:00:00:00:00:00:00:00:ab:cd", "ecdsa-with-SHA256",
          "Issuer: CN=Test Root,O=Example,C=DE", "CN=www.example.com,OU=Unit,O=\\C3\\84rzte,L=Ort,ST=Bayern,C=DE",
          "Not Before: Jun  1 12:00:00 2026 GMT", "Not After : Jan  1 00:00:00 2050 GMT",
          "X509v3 Key Usage: critical\n                Digital Signature, Key Agreement, Decipher Only",
          "TLS Web Server Authentication, TLS Web Client Authentication, Code Signing, E-mail Protection, Time "
          "Stamping, OCSP Signing",
          "DNS:www.example.com, IP Address:2001:DB8:0:0:0:0:0:1, email:me@example.com, URI:https://example.com/a",
          "CA Issuers - URI:http://ca.example.com/a.crt", "URI:http://ca.example.com/a.crl",
          "X509v3 Subject Key Identifier", "X509v3 Authority Key Identifier"}) {
        CHECK_THAT(text, Catch::Contains(expected));
    }
    CHECK_THAT(text, !Catch::Contains("X509v3 Subject Alternative Name: critical"));
    CHECK_THAT(text, !Catch::Contains("Basic Constraints"));
}

TEST_CASE("alternative names are critical when there is no subject", "[unit][pki]")
{
    const auto key = pki::PrivateKey::generate(KeyAlgorithm::Ec256);
    auto plan = test::leaf_plan(key.public_key());
    plan.subject = {};
    const auto text = text_of(sign(plan, test::root_issuer(key, kRootSubject)));
    CHECK_THAT(text, Catch::Contains("X509v3 Subject Alternative Name: critical"));
    CHECK_THAT(text, Catch::Contains("Subject: \n"));
}

TEST_CASE("the bytes that are signed are the bytes that were built", "[unit][pki]")
{
    const auto key = pki::PrivateKey::generate(KeyAlgorithm::Ed25519);
    const auto issuer = test::root_issuer(key, kRootSubject);
    auto plan = test::leaf_plan(key.public_key());
    plan.digest = Digest::None;
    const auto tbs = pki::build_tbs(plan, issuer);
    CHECK(tbs == pki::build_tbs(plan, issuer));
    const auto certificate = pki::sign_tbs(tbs, key, Digest::None);
    CHECK(certificate.find(tbs) == 4);
    CHECK(certificate == pki::sign_tbs(tbs, key, Digest::None));
}
