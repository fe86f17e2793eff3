// A certificate is known by all of its bytes, never by issuer and serial number alone: RFC 5280 section 4.1.2.2 makes
// that pair unique for honest CAs only.
#include "db/repositories/certificate_repository.hpp"
#include "pki/certificate.hpp"
#include "pki/certificate_builder.hpp"
#include "pki/digest.hpp"
#include "tests/support/acme_world.hpp"
#include "tests/support/test_ca.hpp"

#include <catch2/catch.hpp>

using namespace chancery;
using namespace chancery::test;

namespace {

/// A leaf with the issuer's name and the serial number of `real`, by a CA of somebody else, for the key of somebody
/// else.
std::string forged_like(const std::string& real, const pki::PrivateKey& key)
{
    const auto info = pki::parse_certificate(real).value();
    const auto issuer =
        pki::Issuer::self_signed(subject_of(info.issuer_dn), pki::PrivateKey::generate(KeyAlgorithm::Ec256));
    const pki::CertificatePlan plan{.names = {{NameType::Dns, "www.example.org"}},
                                    .key = key.public_key(),
                                    .serial_number = info.serial_number,
                                    .valid_from = info.valid_from,
                                    .valid_to = info.valid_to,
                                    .digest = Digest::Sha256,
                                    .key_usage = {KeyUsage::DigitalSignature}};
    return pki::sign_tbs(pki::build_tbs(plan, issuer), issuer.key(), plan.digest);
}

} // namespace

TEST_CASE("whoever forges a certificate with issuer and serial of another cannot revoke that one", "[acme-104]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto real = world.issue(client, {"www.example.org"});
    const auto key = pki::PrivateKey::generate(KeyAlgorithm::Ec256);
    const auto forged = forged_like(real, key);
    REQUIRE(pki::parse_certificate(forged)->issuer_dn == pki::parse_certificate(real)->issuer_dn);
    REQUIRE(pki::parse_certificate(forged)->serial_number == pki::parse_certificate(real)->serial_number);

    auto stranger = world.client();
    stranger.set_key(key);
    const auto reply = stranger.revoke(forged, 1, {.with_jwk = true});
    CHECK(reply.status == 404);
    CHECK(reply.problem() == "malformed");
    CHECK(stranger.revoke(real, 1, {.with_jwk = true}).status == 403);
    world.database.store().read_now([&](db::Session& session) {
        const auto certificate = db::CertificateRepository(session).find_by_fingerprint(pki::sha256_hex(real));
        CHECK_FALSE(certificate.value().revoked_at.has_value());
        return true;
    });
}

TEST_CASE("a forged certificate that an operator uploaded revokes nothing by ACME, not even itself", "[acme-104]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto real = world.issue(client, {"www.example.org"});
    const auto key = pki::PrivateKey::generate(KeyAlgorithm::Ec256);
    const auto forged = forged_like(real, key);
    const auto info = pki::parse_certificate(real).value();
    // As fulfilling a manual order stores it: of a provider, and of none of our CAs.
    world.database.store().write_now([&](db::UnitOfWork& work) {
        db::CertificateRepository certificates(work);
        auto row = certificates.find_by_fingerprint(pki::sha256_hex(real)).value();
        row.id = "0192f0c4-8a51-7c3e-b0a4-5d2f6f1c9e11";
        row.der = forged;
        row.fingerprint_sha256 = pki::sha256_hex(forged);
        row.spki_sha256 = key.public_key().spki_sha256();
        row.authority_id = std::nullopt;
        row.acme_account_id = std::nullopt;
        row.requester_id = "0192f0c4-8a51-7c3e-b0a4-5d2f6f1c9e12";
        certificates.insert(row);
    });

    auto stranger = world.client();
    stranger.set_key(key);
    CHECK(stranger.revoke(forged, 1, {.with_jwk = true}).status == 404);
    CHECK(stranger.revoke(real, 1, {.with_jwk = true}).status == 403);
    auto other = world.registered();
    CHECK(other.revoke(forged, 1).status == 404);
    CHECK(other.revoke(real, 1).status == 403);
    world.database.store().read_now([&](db::Session& session) {
        db::CertificateRepository certificates(session);
        CHECK_FALSE(certificates.find_by_fingerprint(pki::sha256_hex(real)).value().revoked_at.has_value());
        CHECK_FALSE(certificates.find_by_fingerprint(pki::sha256_hex(forged)).value().revoked_at.has_value());
        CHECK(certificates.find_by_fingerprint(pki::sha256_hex(real)).value().serial_number == info.serial_number);
        return true;
    });
}
