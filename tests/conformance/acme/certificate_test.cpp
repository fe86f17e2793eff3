// Certificates, their chains and forms: RFC 8555 section 7.4.2.
#include "issuance/authorities.hpp"
#include "pki/certificate.hpp"
#include "pki/pem.hpp"
#include "tests/conformance/acme/ca_certificates.hpp"
#include "tests/support/acme_world.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <set>

using namespace chancery;
using namespace chancery::test;

namespace {

/// Another root signs the issuing CA's key, and an administrator imports the cross certificate.
void cross_sign(AcmeWorld& world, const std::string& issuing_ca, const std::string& name)
{
    const auto now = world.clock.now();
    const auto key = pki::PrivateKey::generate(KeyAlgorithm::Ec256);
    const auto root = root_certificate(name, key, now);
    const auto info = pki::parse_certificate(issuing_ca).value();
    const auto cross = ca_certificate(info.subject, info.key, pki::Issuer(root, key), now);
    const auto prepared =
        issuance::prepare_import({.name = "cross " + name,
                                  .certificate = pki::to_pem(cross, "CERTIFICATE") + pki::to_pem(root, "CERTIFICATE")})
            .value();
    world.database.store().write_now([&](db::UnitOfWork& work) {
        return issuance::import_authority(world.core, work, issuance::system_caller(), prepared).value();
    });
}

} // namespace

TEST_CASE("a certificate is its account's only, and still served after revocation", "[acme-101]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    auto other = world.registered();
    const auto order = world.ready_order(client, {"www.example.org"});
    const auto url = client.finalize(order, make_csr({"www.example.org"})).text("certificate");
    const auto foreign = other.post_as_get(url);
    CHECK(foreign.status == 404);
    CHECK(foreign.problem() == "malformed");
    const auto der = chain_of(client.post_as_get(url)).front();
    CHECK(client.revoke(der).status == 200);
    CHECK(chain_of(client.post_as_get(url)).front() == der);
}

TEST_CASE("serial number and validity are as RFC 5280 has them", "[acme-102]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto leaf = pki::parse_certificate(world.issue(client, {"www.example.org"})).value();
    CHECK(leaf.serial_number.size() >= 16);
    CHECK(leaf.serial_number.size() <= 40);
    CHECK(std::stoi(leaf.serial_number.substr(0, 2), nullptr, 16) < 0x80); // positive in 20 octets
    const auto next = pki::parse_certificate(world.issue(client, {"www.example.org"})).value();
    CHECK(next.serial_number.substr(0, 16) != leaf.serial_number.substr(0, 16));
    CHECK(leaf.valid_to - leaf.valid_from + std::chrono::seconds(1) == std::chrono::days(90));
}

TEST_CASE("a certificate ends no later than its issuer", "[acme-102]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto first = client.finalize(world.ready_order(client, {"www.example.org"}), make_csr({"www.example.org"}));
    const auto issuer = pki::parse_certificate(chain_of(client.post_as_get(first.text("certificate")))[1]).value();
    world.clock.advance(issuer.valid_to - world.clock.now() - std::chrono::days(30));
    const auto order = world.ready_order(client, {"late.example.org"});
    const auto late = client.finalize(order, make_csr({"late.example.org"}));
    REQUIRE(late.text("status") == "valid");
    const auto leaf = pki::parse_certificate(chain_of(client.post_as_get(late.text("certificate"))).front()).value();
    CHECK(leaf.valid_to <= issuer.valid_to);
    CHECK(leaf.valid_to > world.clock.now() + std::chrono::days(29));
}

TEST_CASE("each chain of a cross-signed CA has a URL that names the others", "[acme-100]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto valid = client.finalize(world.ready_order(client, {"www.example.org"}), make_csr({"www.example.org"}));
    const auto url = valid.text("certificate");
    const auto first = client.post_as_get(url);
    CHECK(first.links("alternate").empty());
    CHECK(client.post_as_get(url + "/chain/1").status == 404);
    cross_sign(world, chain_of(first)[1], "Old Root");
    cross_sign(world, chain_of(first)[1], "Other Root");

    const auto with_links = client.post_as_get(url);
    CHECK(with_links.body == first.body);
    const auto alternates = with_links.links("alternate");
    REQUIRE(alternates.size() == 2);
    std::set<std::string> bodies{first.body};
    for (const auto& alternate : alternates) {
        const auto reply = client.post_as_get(alternate);
        CHECK(reply.status == 200);
        CHECK(reply.header("Content-Type") == "application/pem-certificate-chain");
        const auto chain = chain_of(reply);
        REQUIRE(chain.size() == 2);
        CHECK(chain[0] == chain_of(first)[0]);
        CHECK(pki::is_issued_by(chain[0], chain[1]));
        CHECK(bodies.insert(reply.body).second);
        auto others = reply.links("alternate");
        CHECK(others.size() == 2);
        CHECK(std::ranges::find(others, url) != others.end());
        CHECK(std::ranges::find(others, alternate) == others.end());
        CHECK(client.send("GET", alternate, {}, {}).status == 405);
        auto stranger = world.registered();
        CHECK(stranger.post_as_get(alternate).status == 404);
    }
    for (const auto* wrong : {"/chain/3", "/chain/0", "/chain/01", "/chain/x", "/chain/-1"}) {
        CHECK(client.post_as_get(url + wrong).status == 404);
    }
}

TEST_CASE("a certificate comes in the form that is wanted, or not at all", "[acme-099]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    auto client = world.registered();
    const auto valid = client.finalize(world.ready_order(client, {"www.example.org"}), make_csr({"www.example.org"}));
    const auto url = valid.text("certificate");
    const auto leaf = chain_of(client.post_as_get(url)).front();
    const auto as = [&](const std::string& accept) {
        client.set_accept(accept);
        return client.post_as_get(url);
    };
    for (const auto* any : {"*/*", "application/*", "application/pem-certificate-chain",
                            "text/html, application/pem-certificate-chain;q=0.5", "application/pkix-cert;q=0.1, */*"}) {
        CAPTURE(any);
        CHECK(as(any).header("Content-Type") == "application/pem-certificate-chain");
    }
    const auto der = as("application/pkix-cert");
    CHECK(der.header("Content-Type") == "application/pkix-cert");
    CHECK(der.body == leaf);
    const auto pkcs7 = as("application/pkcs7-mime, application/pem-certificate-chain;q=0.9");
    CHECK(pkcs7.header("Content-Type") == "application/pkcs7-mime; smime-type=certs-only");
    CHECK(pkcs7.body.find(leaf) != std::string::npos);
    for (const auto* none : {"text/html", "application/json", "application/pem-certificate-chain;q=0"}) {
        const auto reply = as(none);
        CHECK(reply.status == 406);
        CHECK(reply.problem() == "malformed");
    }
}
