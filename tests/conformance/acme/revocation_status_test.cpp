// What relying parties are told of certificates that ACME clients obtained: CRLs (RFC 5280 section 5) and OCSP
// (RFC 6960).
#include "core/encoding.hpp"
#include "db/repositories/authority_repository.hpp"
#include "issuance/authorities.hpp"
#include "issuance/revocation_status/crls.hpp"
#include "issuance/revocation_status/ocsp.hpp"
#include "pki/certificate.hpp"
#include "tests/conformance/acme/administration.hpp"
#include "tests/support/crl_reader.hpp"
#include "tests/support/ocsp_client.hpp"
#include "tests/support/run.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace chancery;
using namespace chancery::test;
using namespace std::chrono_literals;

namespace {

Authority issuer_of(AcmeWorld& world)
{
    const auto id = server_of(world).authority_id;
    return world.database.store().read_now(
        [&](db::Session& session) { return db::AuthorityRepository(session).find(id).value(); });
}

void divide_crl(AcmeWorld& world, int shards)
{
    const auto issuer = issuer_of(world);
    REQUIRE(world.database.store().write_now([&](db::UnitOfWork& work) {
        return issuance::update_authority(world.core, work, issuance::system_caller(), issuer.id,
                                          {.crl_shards = shards}, issuer.revision);
    }));
}

/// The CRL at the URL that the certificate names.
ReadCrl crl_named_by(AcmeWorld& world, const std::string& der)
{
    const auto issuer = issuer_of(world);
    const auto url = pki::parse_certificate(der).value().crl_urls.at(0);
    const auto prefix = world.core.settings.http_url + "/crl/" + issuer.id;
    REQUIRE(url.starts_with(prefix));
    const auto rest = url.substr(prefix.size()); // ".crl" or "/8-3.crl"
    const auto shard = rest.starts_with('/') ? rest.substr(1, rest.size() - 5) : std::string();
    return read_crl(run(issuance::current_crl(world.core, issuer.id, shard)).value().der, issuer.der);
}

void publish(AcmeWorld& world, const std::string& der)
{
    const auto issuer = issuer_of(world);
    const auto url = pki::parse_certificate(der).value().crl_urls.at(0);
    const auto name = url.substr(url.rfind('/') + 1);
    const auto shard = name.substr(0, name.size() - 4);
    run(issuance::publish_crl(world.core, issuer.id, shard == issuer.id ? "" : shard));
}

std::string serial_of(const std::string& der)
{
    return pki::parse_certificate(der).value().serial_number;
}

} // namespace

TEST_CASE("the CRL number grows with every CRL", "[acme-115]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    world.core.settings.http_url = "http://crl.example";
    auto client = world.registered();
    const auto der = world.issue(client, {"www.example.org"});
    long long last = 0;
    for (int i = 0; i < 3; ++i) {
        publish(world, der);
        const auto crl = crl_named_by(world, der);
        CHECK(crl.signed_by_issuer);
        CHECK(crl.number > last);
        last = crl.number;
    }
}

TEST_CASE("a CRL's IssuingDistributionPoint is critical and equal to the distribution point in the leaf", "[acme-115]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    world.core.settings.http_url = "http://crl.example";
    divide_crl(world, 8);
    auto client = world.registered();
    for (const auto* name : {"a.example.org", "b.example.org", "c.example.org"}) {
        const auto der = world.issue(client, {name});
        const auto crl = crl_named_by(world, der);
        CHECK(crl.signed_by_issuer);
        CHECK(crl.distribution_point_critical);
        CHECK(crl.urls == pki::parse_certificate(der).value().crl_urls);
        CHECK(crl.only_user_certificates);
        CHECK(client.revoke(der, 4).status == 200);
        publish(world, der);
        CHECK(crl_named_by(world, der).entries.contains(serial_of(der)));
    }
}

TEST_CASE("a CRL is replaced long before its nextUpdate, so that an outage leaves it valid", "[acme-115]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    world.core.settings.http_url = "http://crl.example";
    auto client = world.registered();
    const auto der = world.issue(client, {"www.example.org"});
    const auto scheduled = [&] {
        run(issuance::schedule_crls(world.core));
        return std::ranges::count(world.jobs.all(), issuer_of(world).id, &Job::subject_id);
    };
    CHECK(scheduled() == 1); // there is none yet
    publish(world, der);
    CHECK(scheduled() == 1);
    const auto crl = crl_named_by(world, der);
    CHECK(crl.next_update - crl.this_update == world.core.settings.crl_lifetime);
    // Half of its life is left when the next one is due.
    world.clock.advance(world.core.settings.crl_lifetime / 2 - 1min);
    CHECK(scheduled() == 1);
    world.clock.advance(1min + 1s);
    CHECK(scheduled() == 2);
    CHECK(crl.next_update - world.clock.now() >= world.core.settings.crl_lifetime / 2 - 1min);
}

TEST_CASE("an expired certificate is in one CRL that was made after its end, then in none", "[acme-115]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    world.core.settings.http_url = "http://crl.example";
    auto client = world.registered();
    const auto der = world.issue(client, {"www.example.org"});
    REQUIRE(client.revoke(der, 1).status == 200);
    publish(world, der);
    CHECK(crl_named_by(world, der).entries.at(serial_of(der)) == 1);
    world.clock.advance(std::chrono::days(200));
    publish(world, der);
    CHECK(crl_named_by(world, der).entries.contains(serial_of(der)));
    world.clock.advance(std::chrono::days(1));
    publish(world, der);
    CHECK_FALSE(crl_named_by(world, der).entries.contains(serial_of(der)));
}

TEST_CASE("OCSP: good, revoked, unknown for a serial never issued and for a foreign issuer", "[acme-116]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    world.core.settings.http_url = "http://crl.example";
    auto client = world.registered();
    const auto good = world.issue(client, {"good.example.org"});
    const auto bad = world.issue(client, {"bad.example.org"});
    REQUIRE(client.revoke(bad, 4).status == 200);
    const auto issuer = issuer_of(world);
    const auto root = world.database.store().read_now(
        [&](db::Session& session) { return db::AuthorityRepository(session).find(*issuer.parent_id).value(); });
    issuance::OcspService service(world.core);
    const auto request = make_ocsp_request({{issuer.der, serial_of(good)},
                                            {issuer.der, serial_of(bad)},
                                            {issuer.der, "4000000000000000000000000000abcd"}});
    const auto reading = read_ocsp_response(run(service.answer(issuer.id, request)).der, issuer.der, world.clock.now());
    CHECK(reading.authorised);
    REQUIRE(reading.singles.size() == 3);
    CHECK(reading.singles[0].state == "good");
    CHECK(reading.singles[1].state == "revoked");
    CHECK(reading.singles[1].reason == 4);
    CHECK(reading.singles[2].state == "unknown");
    const auto foreign = make_ocsp_request({{root.der, serial_of(good)}});
    CHECK(read_ocsp_response(run(service.answer(issuer.id, foreign)).der, issuer.der, world.clock.now())
              .singles.at(0)
              .state == "unknown");
    for (const auto& single : reading.singles) {
        CHECK(single.next_update > single.this_update);
    }
}

TEST_CASE("OCSP: the nonce is echoed by a delegated signer with id-pkix-ocsp-nocheck", "[acme-116]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    world.core.settings.http_url = "http://crl.example";
    auto client = world.registered();
    const auto der = world.issue(client, {"www.example.org"});
    const auto issuer = issuer_of(world);
    issuance::OcspService service(world.core);
    const std::string nonce(32, '\x5a');
    const auto request = make_ocsp_request(issuer.der, {.serials = {serial_of(der)}, .sha256 = true, .nonce = nonce});
    const auto reading = read_ocsp_response(run(service.answer(issuer.id, request)).der, issuer.der, world.clock.now());
    CHECK(reading.nonce == nonce);
    CHECK(reading.authorised);
    const auto signer = pki::parse_certificate(reading.signer_der).value();
    CHECK(signer.key.spki_sha256() != pki::parse_certificate(issuer.der)->key.spki_sha256());
    CHECK(signer.extended_key_usage == std::vector{ExtendedKeyUsage::OcspSigning});
    CHECK(reading.signer_der.contains(from_hex("06092b0601050507300105").value()));
    CHECK(pki::parse_certificate(der)->ocsp_urls ==
          std::vector<std::string>{world.core.settings.http_url + "/ocsp/" + issuer.id});
}

TEST_CASE("a profile without revocation information says so in the certificate", "[acme-114][acme-116]")
{
    AcmeWorld world(GENERATE(from_range(test_dialects())));
    world.core.settings.http_url = "http://crl.example";
    auto client = world.registered();
    const auto order = world.ready_order(client, {"www.example.org"}, R"(,"profile":"shortlived")");
    const auto done = client.finalize(order, make_csr({"www.example.org"}));
    REQUIRE(done.status == 200);
    const auto chain = chain_of(client.post_as_get(done.text("certificate")));
    const auto leaf = pki::parse_certificate(chain.at(0)).value();
    CHECK(leaf.no_revocation_available); // RFC 9608
    CHECK(leaf.crl_urls.empty());
    CHECK(leaf.ocsp_urls.empty());
}
