// A certificate that an operator uploads may be forged: whatever it says of itself, it is a row of its own, and what is
// done to it happens to nothing else.
#include "db/repositories/certificate_repository.hpp"
#include "pki/certificate.hpp"
#include "pki/digest.hpp"
#include "pki/pem.hpp"
#include "tests/support/api_world.hpp"
#include "tests/support/stand_in.hpp"
#include "tests/support/test_ca.hpp"

#include <catch2/catch.hpp>

using namespace chancery;
using namespace chancery::test;

namespace {

constexpr const char* kOrders = "/api/v1/orders";
constexpr const char* kInside = "http://169.254.169.254/latest/meta-data";

std::string pem(const std::string& der)
{
    return pki::to_pem(der, "CERTIFICATE");
}

/// Somebody's certificate by the CA here, somebody else's order that waits for an upload, and a CA of their own that
/// has the name of the one here.
struct ForgersWorld : ApiWorld {
    explicit ForgersWorld(db::Dialect dialect)
        : ApiWorld(dialect), victim(somebody(Role::User, {"example.com"})),
          forger(somebody(Role::User, {"example.com"})),
          victims("/api/v1/certificates/" + certificate_of(order_by_csr(victim, {"www.example.com"}))),
          real(pki::from_pem(victim.get(victims + "/pem").body, "CERTIFICATE").value().front()),
          ca_key(pki::PrivateKey::generate(KeyAlgorithm::Ec256)),
          ca(forged_ca(subject_of(pki::parse_certificate(real)->issuer_dn)))
    {
    }

    std::string forged_ca(const Subject& name) const
    {
        const auto self = pki::Issuer::self_signed(name, ca_key);
        const pki::CertificatePlan plan{.subject = name,
                                        .key = ca_key.public_key(),
                                        .serial_number = pki::new_serial_number(),
                                        .valid_from = pki::parse_certificate(real)->valid_from,
                                        .valid_to = pki::parse_certificate(real)->valid_to,
                                        .digest = Digest::Sha256,
                                        .key_usage = {KeyUsage::KeyCertSign},
                                        .is_ca = true};
        return pki::sign_tbs(pki::build_tbs(plan, self), ca_key, plan.digest);
    }

    /// With issuer, serial number and name of the real one, for the forger's key.
    std::string twin() const
    {
        const auto info = pki::parse_certificate(real).value();
        const pki::CertificatePlan plan{.names = info.names,
                                        .key = key.public_key(),
                                        .serial_number = info.serial_number,
                                        .valid_from = info.valid_from,
                                        .valid_to = info.valid_to,
                                        .digest = Digest::Sha256,
                                        .key_usage = {KeyUsage::DigitalSignature},
                                        .extended_key_usage = {ExtendedKeyUsage::ServerAuth}};
        const pki::Issuer issuer(ca, ca_key);
        return pki::sign_tbs(pki::build_tbs(plan, issuer), ca_key, plan.digest);
    }

    /// The place of an order for www.example.com with that key, at a CA that a person carries certificates from.
    std::string waiting_order(const ApiClient& client, const pki::PrivateKey& of, const std::string& anchors = {})
    {
        json::Writer provider;
        provider.begin_object()
            .member("name", "By hand")
            .member("type", "external_ca")
            .member("kind", "manual")
            .begin_object("configuration")
            .member("validity_days", 90);
        if (!anchors.empty()) {
            provider.member("trust_anchors", anchors);
        }
        const auto made = admin.post("/api/v1/providers", provider.end_object().end_object().take());
        const auto csr = pki::build_csr(of, {}, {{NameType::Dns, "www.example.com"}});
        const auto ordered = client.post(kOrders, json::Writer()
                                                      .begin_object()
                                                      .member("csr", pki::to_pem(csr, "CERTIFICATE REQUEST"))
                                                      .member("provider_id", made.text("id"))
                                                      .end_object()
                                                      .take());
        if (ordered.status != 202) {
            throw std::runtime_error("a test's order was refused: " + made.body + ordered.body);
        }
        return ordered.field("location");
    }

    ApiAnswer upload(const std::string& place, const std::string& text) const
    {
        return admin.post(place + "/certificate",
                          json::Writer().begin_object().member("certificate", text).end_object().take());
    }

    static ApiAnswer revoke(const ApiClient& client, const std::string& certificate, const std::string& reason)
    {
        const auto code = client.post(certificate + "/revocation-challenges", "");
        return client.post(certificate + "/revocation",
                           R"({"code":")" + code.text("code") + R"(","reason":")" + reason + "\"}");
    }

    /// Nothing of what is told of the real one says that it is revoked.
    void check_untouched()
    {
        CHECK(victim.get(victims).text("status") == "active");
        test.read([&](db::Session& session) {
            db::CertificateRepository certificates(session);
            const auto stored = certificates.find_by_fingerprint(pki::sha256_hex(real)).value();
            const auto told = certificates.status_of(*stored.authority_id, stored.serial_number);
            CHECK(told.has_value());
            CHECK_FALSE(told->revoked_at.has_value());
            CHECK(certificates.revoked_entries(*stored.authority_id, Time{}).empty());
            CHECK_FALSE(certificates.is_compromised(stored.spki_sha256));
            return true;
        });
    }

    ApiClient victim;
    ApiClient forger;
    std::string victims; ///< the place of the victim's certificate
    std::string real;    ///< it, DER
    pki::PrivateKey key = pki::PrivateKey::generate(KeyAlgorithm::Ec256);
    pki::PrivateKey ca_key;
    std::string ca;
};

/// Counts what would have gone outside.
class NobodyOutside final : public StandIn {
public:
    Answer answer(const issuance::providers::OutboundRequest& request, const std::string& /*certificate*/) override
    {
        asked.push_back(request.url);
        return issuance::providers::OutboundResponse{.status = 404};
    }

    std::vector<std::string> asked{};
};

} // namespace

TEST_CASE("who has a forged twin of another's certificate uploaded revokes the twin alone",
          "[integration][api][forged]")
{
    ForgersWorld world(GENERATE(from_range(test_dialects())));
    const auto reason = GENERATE("superseded", "keyCompromise");
    const auto twin = world.twin();
    REQUIRE(pki::parse_certificate(twin)->issuer_dn == pki::parse_certificate(world.real)->issuer_dn);
    REQUIRE(pki::parse_certificate(twin)->serial_number == pki::parse_certificate(world.real)->serial_number);
    const auto place = world.waiting_order(world.forger, world.key);
    const auto uploaded = world.upload(place, pem(twin) + pem(world.ca));
    REQUIRE(uploaded.status == 200);
    const auto twins = "/api/v1/certificates/" + uploaded.text("certificate_id");
    REQUIRE(twins != world.victims);

    CHECK(world.forger.get(world.victims).status == 404);
    CHECK(world.forger.post(world.victims + "/revocation-challenges", "").status == 404);
    CHECK(ForgersWorld::revoke(world.forger, twins, reason).status == 201);
    CHECK(world.forger.get(twins).text("status") == "revoked");
    world.check_untouched();
}

TEST_CASE("a code for a forged twin opens no other certificate", "[integration][api][forged]")
{
    ForgersWorld world(GENERATE(from_range(test_dialects())));
    const auto uploaded = world.upload(world.waiting_order(world.admin, world.key), pem(world.twin()) + pem(world.ca));
    REQUIRE(uploaded.status == 200);
    const auto code =
        world.admin.post("/api/v1/certificates/" + uploaded.text("certificate_id") + "/revocation-challenges", "")
            .text("code");
    CHECK(world.admin.post(world.victims + "/revocation", R"({"code":")" + code + "\"}").code() == "CHALLENGE_GONE");
    world.check_untouched();
}

TEST_CASE("a forged twin is refused where the provider has trust anchors", "[integration][api][forged]")
{
    ForgersWorld world(GENERATE(from_range(test_dialects())));
    const TestCa honest(world.test.clock);
    const auto place = world.waiting_order(world.forger, world.key, honest.anchors_pem());
    const auto refused = world.upload(place, pem(world.twin()) + pem(world.ca));
    CHECK(refused.status == 422);
    CHECK(world.recorded("order.upload.failure") == 1);
    CHECK(world.forger.get(place).text("status") == "processing");
    world.check_untouched();
}

TEST_CASE("what is in the inventory already is not taken for another order", "[integration][api][forged]")
{
    ForgersWorld world(GENERATE(from_range(test_dialects())));
    const auto csr = pki::build_csr(world.key, {}, {{NameType::Dns, "www.example.com"}});
    const auto first = world.victim.post(
        kOrders,
        json::Writer().begin_object().member("csr", pki::to_pem(csr, "CERTIFICATE REQUEST")).end_object().take());
    REQUIRE(first.status == 201);
    const auto theirs = "/api/v1/certificates/" + first.text("certificate_id");
    const auto chain = world.victim.get(theirs + "/chain").body;

    const auto place = world.waiting_order(world.forger, world.key);
    const auto refused = world.upload(place, chain);
    CHECK(refused.status == 422);
    CHECK(refused.body.contains("in the inventory already"));
    CHECK(world.forger.get(place).text("status") == "processing");
    CHECK(world.forger.get(theirs).status == 404);
    CHECK(world.victim.get(theirs).text("requested_by/id") == first.text("requested_by/id"));
    CHECK(world.recorded("order.upload.failure") == 1);
}

TEST_CASE("no URL in an uploaded certificate, or in those above it, is asked", "[integration][api][forged]")
{
    ForgersWorld world(GENERATE(from_range(test_dialects())));
    NobodyOutside outside;
    world.test.core.outbound = &outside;
    const TestCa ca(world.test.clock);
    const auto place = world.waiting_order(world.forger, world.key, ca.anchors_pem());
    const auto csr = pki::from_pem(world.forger.get(place + "/csr").body, "CERTIFICATE REQUEST").value().front();
    const auto leaf = ca.issue(csr, [](pki::CertificatePlan& plan) {
        plan.crl_urls = {std::string(kInside) + "/crl"};
        plan.aia_urls = {std::string(kInside) + "/issuer"};
        plan.ocsp_urls = {std::string(kInside) + "/ocsp"};
    });
    CHECK(world.upload(place, pem(leaf)).status == 422); // the issuer is missing, and is not fetched
    CHECK(world.upload(place, ca.bundle_pem(leaf)).status == 200);
    world.test.jobs.run_all(world.test.store());
    CHECK(outside.asked.empty());
}
