#include "core/encoding.hpp"
#include "pki/der.hpp"
#include "pki/ocsp.hpp"
#include "pki/tbs.hpp"
#include "tests/support/ocsp_client.hpp"
#include "tests/unit/pki/pki_support.hpp"

#include <catch2/catch.hpp>

using namespace chancery;
using namespace chancery::test;
namespace der = chancery::pki::der;

namespace {

struct Fixture {
    explicit Fixture(KeyAlgorithm algorithm = KeyAlgorithm::Ec256)
        : ca_key(pki::PrivateKey::generate(KeyAlgorithm::Ec256)),
          issuer(root_issuer(ca_key, {.common_name = "Test Root"})), key(pki::PrivateKey::generate(algorithm)),
          responder(responder_certificate(), key)
    {
    }

    std::string responder_certificate() const
    {
        auto plan = leaf_plan(key.public_key());
        plan.subject = {.common_name = "Test responder"};
        plan.names.clear();
        plan.crl_urls.clear();
        plan.key_usage = {KeyUsage::DigitalSignature};
        plan.extended_key_usage = {ExtendedKeyUsage::OcspSigning};
        plan.ocsp_no_check = true;
        return pki::sign_tbs(pki::build_tbs(plan, issuer), ca_key, plan.digest);
    }

    const std::string& ca() const { return issuer.certificate_der(); }

    OcspReading respond(const std::string& request, const std::vector<pki::OcspStatus>& statuses) const
    {
        const auto response = pki::build_ocsp_response(responder, pki::read_ocsp_request(request).value(), statuses,
                                                       {noon(), noon() + std::chrono::hours(24), noon()});
        return read_ocsp_response(response, ca(), noon());
    }

    pki::PrivateKey ca_key;
    pki::Issuer issuer;
    pki::PrivateKey key;
    pki::OcspResponder responder;
};

std::string with_nonce(const Fixture& fixture, std::size_t size)
{
    return make_ocsp_request(fixture.ca(), {.serials = {"0a"}, .nonce = std::string(size, 'n')});
}

} // namespace

TEST_CASE("a request is read as OpenSSL wrote it", "[unit][pki][ocsp]")
{
    const Fixture fixture;
    const auto sha256 = GENERATE(false, true);
    const auto read = pki::read_ocsp_request(make_ocsp_request(
        fixture.ca(), {.serials = {"0a", "80", "4000000000000000000000000000abcd"}, .sha256 = sha256}));
    REQUIRE(read.has_value());
    REQUIRE(read->certificates.size() == 3);
    CHECK(read->certificates[0].serial_number == "0a");
    CHECK(read->certificates[1].serial_number == "80");
    CHECK(read->certificates[2].serial_number == "4000000000000000000000000000abcd");
    CHECK(read->certificates[0].hash == (sha256 ? pki::OcspHash::Sha256 : pki::OcspHash::Sha1));
    CHECK_FALSE(read->nonce);
    const pki::OcspIssuer own(fixture.ca());
    const pki::OcspIssuer other(make_root(fixture.ca_key, {.common_name = "Other name, same key"}));
    const pki::OcspIssuer renewed(
        make_root(pki::PrivateKey::generate(KeyAlgorithm::Ec256), {.common_name = "Test Root"}));
    for (const auto& certificate : read->certificates) {
        CHECK(own.is_named_by(certificate));
        CHECK_FALSE(other.is_named_by(certificate));
        CHECK_FALSE(renewed.is_named_by(certificate));
    }
}

TEST_CASE("what is no request, or asks for too much, is refused", "[unit][pki][ocsp]")
{
    const Fixture fixture;
    const auto good = make_ocsp_request(fixture.ca(), {.serials = {"0a"}});
    CHECK(pki::read_ocsp_request(good));
    CHECK_FALSE(pki::read_ocsp_request(""));
    CHECK_FALSE(pki::read_ocsp_request("hello"));
    CHECK_FALSE(pki::read_ocsp_request(good + "x"));
    CHECK_FALSE(pki::read_ocsp_request(good.substr(0, good.size() - 1)));
    CHECK_FALSE(pki::read_ocsp_request(make_ocsp_request(fixture.ca(), {})));
    std::vector<std::string> many(pki::kMostOcspCertificates, "0a");
    CHECK(pki::read_ocsp_request(make_ocsp_request(fixture.ca(), {.serials = many})));
    many.emplace_back("0b");
    CHECK_FALSE(pki::read_ocsp_request(make_ocsp_request(fixture.ca(), {.serials = many})));
    CHECK_FALSE(
        pki::read_ocsp_request(make_ocsp_request(fixture.ca(), {.serials = {"0a"}, .critical_extension = "1.2.3.4"})));
}

TEST_CASE("a nonce has 1 to 128 octets and comes back as it was", "[unit][pki][ocsp]")
{
    const Fixture fixture;
    for (const std::size_t size : {1, 16, 32, 127}) {
        CAPTURE(size);
        const auto read = fixture.respond(with_nonce(fixture, size), {{.state = pki::OcspState::Good}});
        CHECK(read.nonce == std::string(size, 'n'));
    }
    CHECK(pki::read_ocsp_request(with_nonce(fixture, 128))->nonce->size() == 128);
    CHECK_FALSE(pki::read_ocsp_request(with_nonce(fixture, 129)));
    CHECK_FALSE(fixture.respond(make_ocsp_request(fixture.ca(), {.serials = {"0a"}}), {{}}).nonce);
    // Of no octets, not the OCTET STRING that it has to be, or with something behind it.
    for (const auto& value :
         {std::string("\x04\x00", 2), std::string("bare"), std::string("\x04\x01nn"), std::string()}) {
        CHECK_FALSE(pki::read_ocsp_request(make_ocsp_request(fixture.ca(), {.serials = {"0a"}, .nonce_value = value})));
    }
    CHECK(pki::read_ocsp_request(
        make_ocsp_request(fixture.ca(), {.serials = {"0a"}, .nonce_value = std::string("\x04\x01n")})));
    CHECK_FALSE(pki::read_ocsp_request(
        make_ocsp_request(fixture.ca(), {.serials = {"0a"}, .nonce = "n", .nonce_value = std::string("\x04\x01n")})));
}

TEST_CASE("a response says of each certificate what it was told, and OpenSSL takes it", "[unit][pki][ocsp]")
{
    const auto algorithm =
        GENERATE(KeyAlgorithm::Ec256, KeyAlgorithm::Ec384, KeyAlgorithm::Rsa2048, KeyAlgorithm::Ed25519);
    DYNAMIC_SECTION(name_of(algorithm))
    {
        const Fixture fixture(algorithm);
        const auto request = make_ocsp_request(fixture.ca(), {.serials = {"0a", "0b", "0c", "0d"}, .sha256 = true});
        const auto read = fixture.respond(
            request, {{.state = pki::OcspState::Good},
                      {pki::OcspState::Revoked, *from_rfc3339("2050-02-03T04:05:06Z"), RevocationReason::KeyCompromise},
                      {pki::OcspState::Revoked, noon(), RevocationReason::Unspecified},
                      {}});
        CHECK(read.status == 0);
        CHECK(read.authorised);
        CHECK(read.signer_der == fixture.responder.certificate_der());
        CHECK(read.produced_at == noon());
        REQUIRE(read.singles.size() == 4);
        CHECK(read.singles[0].serial == "0a");
        CHECK(read.singles[0].state == "good");
        CHECK(read.singles[0].this_update == noon());
        CHECK(read.singles[0].next_update == noon() + std::chrono::hours(24));
        CHECK(read.singles[1].state == "revoked");
        CHECK(read.singles[1].reason == 1);
        CHECK(read.singles[1].revoked_at == from_rfc3339("2050-02-03T04:05:06Z"));
        CHECK(read.singles[2].state == "revoked");
        CHECK_FALSE(read.singles[2].reason);
        CHECK(read.singles[3].state == "unknown");
    }
}

TEST_CASE("a certificate of another CA, or for another purpose, signs no response", "[unit][pki][ocsp]")
{
    Fixture fixture;
    const auto request = make_ocsp_request(fixture.ca(), {.serials = {"0a"}});
    CHECK(fixture.respond(request, {{.state = pki::OcspState::Good}}).authorised);
    auto plan = leaf_plan(fixture.key.public_key());
    fixture.responder = {pki::sign_tbs(pki::build_tbs(plan, fixture.issuer), fixture.ca_key, plan.digest), fixture.key};
    CHECK_FALSE(fixture.respond(request, {{.state = pki::OcspState::Good}}).authorised);
    const Fixture other;
    fixture.responder = other.responder;
    CHECK_FALSE(fixture.respond(request, {{.state = pki::OcspState::Good}}).authorised);
    CHECK_THROWS_AS(pki::OcspResponder(other.responder.certificate_der(), fixture.key), std::invalid_argument);
    CHECK_THROWS(pki::OcspIssuer("nothing"));
}

TEST_CASE("a failure is its status and nothing else", "[unit][pki][ocsp]")
{
    const Fixture fixture;
    for (const auto failure : {pki::OcspFailure::MalformedRequest, pki::OcspFailure::InternalError,
                               pki::OcspFailure::TryLater, pki::OcspFailure::Unauthorized}) {
        const auto response = pki::build_ocsp_failure(failure);
        CHECK(response.size() == 5);
        CHECK(read_ocsp_response(response, fixture.ca(), noon()).status == static_cast<int>(failure));
    }
}

TEST_CASE("an OCSP responder's certificate is told by its one purpose", "[unit][pki][ocsp]")
{
    const Fixture fixture;
    CHECK(pki::is_ocsp_responder(pki::split_signed(fixture.responder.certificate_der())->body));
    auto plan = leaf_plan(fixture.key.public_key());
    CHECK_FALSE(pki::is_ocsp_responder(pki::build_tbs(plan, fixture.issuer)));
    plan.extended_key_usage = {ExtendedKeyUsage::OcspSigning, ExtendedKeyUsage::ServerAuth};
    CHECK_FALSE(pki::is_ocsp_responder(pki::build_tbs(plan, fixture.issuer)));
    CHECK_FALSE(pki::is_ocsp_responder("nothing"));
}
