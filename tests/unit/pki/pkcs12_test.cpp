#include "pki/certificate.hpp"
#include "pki/pem.hpp"
#include "pki/pkcs12.hpp"
#include "tests/unit/pki/pki_support.hpp"

#include <catch2/catch.hpp>

using namespace chancery;

TEST_CASE("openssl opens a PFX with its password and not with another", "[unit][pki]")
{
    const auto legacy = GENERATE(false, true);
    const auto algorithm = GENERATE(KeyAlgorithm::Rsa2048, KeyAlgorithm::Ec256, KeyAlgorithm::Ed25519);
    DYNAMIC_SECTION(name_of(algorithm) << (legacy ? ", legacy" : ""))
    {
        const auto root_key = pki::PrivateKey::generate(KeyAlgorithm::Ec256);
        const auto issuer = test::root_issuer(root_key, {.common_name = "Test Root"});
        const auto key = pki::PrivateKey::generate(algorithm);
        const auto plan = test::leaf_plan(key.public_key());
        const auto leaf = pki::sign_tbs(pki::build_tbs(plan, issuer), root_key, plan.digest);
        const auto pfx = pki::build_pkcs12(key, leaf, {issuer.certificate_der()}, "www.example.com",
                                           Secret("p4ss-W\xc3\xb6rd"), legacy);
        const test::Folder folder;
        const auto open = "openssl pkcs12 " + std::string(legacy ? "-legacy " : "") + "-info -nodes -in " +
                          folder.write("pfx", pfx) + " -passin pass:";
        CHECK(test::run_command(open + "wrong").status != 0);
        CHECK(test::run_command(open + "").status != 0);
        const auto ran = test::run_command(open + "'p4ss-W\xc3\xb6rd'");
        INFO(ran.output);
        REQUIRE(ran.status == 0);
        CHECK_THAT(ran.output, Catch::Contains("friendlyName: www.example.com"));
        CHECK_THAT(ran.output, Catch::Contains(legacy ? "MAC: sha1, Iteration 2048" : "MAC: sha256, Iteration 10000"));
        CHECK_THAT(ran.output,
                   Catch::Contains(legacy ? "pbeWithSHA1And3-KeyTripleDES-CBC, Iteration 2048"
                                          : "PBES2, PBKDF2, AES-256-CBC, Iteration 10000, PRF hmacWithSHA256"));
        CHECK(pki::from_pem(ran.output, "CERTIFICATE") == std::vector<std::string>{leaf, issuer.certificate_der()});
        CHECK(pki::PrivateKey::from_pem(ran.output)->public_key().spki() == key.public_key().spki());
    }
}

TEST_CASE("a PFX is not made of a key and a certificate that do not belong together", "[unit][pki]")
{
    const auto key = pki::PrivateKey::generate(KeyAlgorithm::Ec256);
    const auto root = test::make_root(key, {.common_name = "Test Root"});
    const auto other = pki::PrivateKey::generate(KeyAlgorithm::Ec256);
    CHECK_THROWS(pki::build_pkcs12(other, root, {}, "name", Secret("password"), false));
    CHECK_THROWS(pki::build_pkcs12(key, "not a certificate", {}, "name", Secret("password"), false));
}
