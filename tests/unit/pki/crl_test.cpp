#include "pki/crl.hpp"
#include "pki/pem.hpp"
#include "pki/tbs.hpp"
#include "tests/unit/pki/pki_support.hpp"

#include <catch2/catch.hpp>

using namespace chancery;
namespace der = chancery::pki::der;

namespace {

std::string crl_text(const std::string& crl, const std::string& root)
{
    const test::Folder folder;
    const auto ran = test::run_command("openssl crl -verify -noout -text -inform DER -in " + folder.write("crl", crl) +
                                       " -CAfile " + folder.write("root", pki::to_pem(root, "CERTIFICATE")));
    INFO(ran.output);
    CHECK(ran.status == 0);
    CHECK_THAT(ran.output, Catch::Contains("verify OK"));
    return ran.output;
}

} // namespace

TEST_CASE("a CRL entry needs a serial number", "[unit][pki]")
{
    const auto key = pki::PrivateKey::generate(KeyAlgorithm::Ec256);
    const auto issuer = test::root_issuer(key, {.common_name = "Test Root"});
    CHECK_THROWS(pki::build_crl(issuer, Digest::Sha256, 1, test::noon(), test::noon(), {{.serial_number = "xyz"}}));
    CHECK_THROWS(pki::build_crl(issuer, Digest::None, 1, test::noon(), test::noon(), {}));
}

TEST_CASE("openssl verifies a CRL of every kind of CA and reads what is in it", "[unit][pki]")
{
    const auto algorithm =
        GENERATE(KeyAlgorithm::Rsa2048, KeyAlgorithm::Ec256, KeyAlgorithm::Ec384, KeyAlgorithm::Ed25519);
    DYNAMIC_SECTION(name_of(algorithm))
    {
        const auto key = pki::PrivateKey::generate(algorithm);
        const auto issuer = test::root_issuer(key, {.common_name = "Test Root"});
        const std::vector<RevokedEntry> entries{
            {"4000000000000000000000000000abcd", test::noon(), RevocationReason::KeyCompromise},
            {"80", test::noon(), RevocationReason::Unspecified},
            {"0a", *from_rfc3339("2050-01-01T00:00:00Z"), RevocationReason::CessationOfOperation}};
        const auto crl = pki::build_crl(issuer, pki::default_digest(key.type()), 300, test::noon(),
                                        test::noon() + std::chrono::days(7), entries);
        const auto text = crl_text(crl, issuer.certificate_der());
        for (const auto* expected :
             {"Version 2", "Last Update: Jun  1 12:00:00 2026 GMT", "Next Update: Jun  8 12:00:00 2026 GMT",
              "X509v3 CRL Number: \n                300", "Serial Number: 4000000000000000000000000000ABCD",
              "Key Compromise", "Serial Number: 80", "Serial Number: 0A", "Revocation Date: Jan  1 00:00:00 2050 GMT",
              "Cessation Of Operation", "X509v3 Authority Key Identifier"}) {
            CHECK_THAT(text, Catch::Contains(expected));
        }
        CHECK_THAT(text, !Catch::Contains("Unspecified"));
        CHECK_THAT(text, !Catch::Contains("Issuing Distribution Point"));
    }
}

TEST_CASE("a CRL without entries has no list, and a shard names its distribution point", "[unit][pki]")
{
    const auto key = pki::PrivateKey::generate(KeyAlgorithm::Ec256);
    const auto issuer = test::root_issuer(key, {.common_name = "Test Root"});
    const auto crl = pki::build_crl(
        issuer, Digest::Sha256, 1, test::noon(), test::noon() + std::chrono::days(7), {},
        {.urls = {"http://ca.example.com/shard-3.crl", "http://ca.example.org/3.crl"}, .only_user_certificates = true});
    der::Reader body(der::only(pki::split_signed(crl)->body, der::kSequence)->content);
    for (const auto tag : {der::kInteger, der::kSequence, der::kSequence, der::kUtcTime, der::kUtcTime}) {
        REQUIRE(body.next(tag));
    }
    CHECK(body.at(der::context_constructed(0)));
    const auto text = crl_text(crl, issuer.certificate_der());
    CHECK_THAT(text, Catch::Contains("No Revoked Certificates"));
    CHECK_THAT(text, Catch::Contains("Issuing Distribution Point: critical"));
    CHECK_THAT(text, Catch::Contains("URI:http://ca.example.com/shard-3.crl"));
    CHECK_THAT(text, Catch::Contains("URI:http://ca.example.org/3.crl"));
    CHECK_THAT(text, Catch::Contains("Only User Certificates"));
}

TEST_CASE("a certificate on the CRL no longer verifies, and another one does", "[unit][pki]")
{
    const auto key = pki::PrivateKey::generate(KeyAlgorithm::Ec256);
    const auto issuer = test::root_issuer(key, {.common_name = "Test Root"});
    const test::Folder folder;
    const auto root = folder.write("root", pki::to_pem(issuer.certificate_der(), "CERTIFICATE"));
    const auto issue = [&](const char* name) {
        auto plan = test::leaf_plan(key.public_key());
        folder.write(name, pki::to_pem(pki::sign_tbs(pki::build_tbs(plan, issuer), key, plan.digest), "CERTIFICATE"));
        return plan.serial_number;
    };
    const auto revoked = issue("revoked");
    issue("valid");
    const auto crl = pki::build_crl(issuer, Digest::Sha256, 1, test::noon(), test::noon() + std::chrono::days(7),
                                    {{revoked, test::noon(), RevocationReason::Superseded}});
    const auto verify = "openssl verify -crl_check -attime 1780400000 -CAfile " + root + " -CRLfile " +
                        folder.write("crl", pki::to_pem(crl, "X509 CRL")) + " ";
    const auto refused = test::run_command(verify + folder.path("revoked"));
    CHECK(refused.status != 0);
    CHECK_THAT(refused.output, Catch::Contains("certificate revoked"));
    CHECK(test::run_command(verify + folder.path("valid")).status == 0);
}
