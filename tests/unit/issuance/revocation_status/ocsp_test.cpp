#include "core/encoding.hpp"
#include "db/repositories/authority_repository.hpp"
#include "db/repositories/certificate_repository.hpp"
#include "db/repositories/order_repository.hpp"
#include "issuance/audit.hpp"
#include "issuance/authorities.hpp"
#include "issuance/certificates.hpp"
#include "issuance/revocation/revocation.hpp"
#include "issuance/revocation_status/ocsp.hpp"
#include "pki/certificate.hpp"
#include "pki/certificate_builder.hpp"
#include "tests/support/ocsp_client.hpp"
#include "tests/support/run.hpp"
#include "tests/support/test_core.hpp"

#include <catch2/catch.hpp>

using namespace chancery;
using namespace chancery::test;
using namespace std::chrono_literals;
namespace audit = chancery::issuance::audit;

namespace {

/// A CA whose OCSP service is asked.
struct World {
    explicit World(db::Dialect dialect) : core(dialect), service(core.core), issuer(core.intermediate()) {}

    issuance::OcspAnswer ask(const std::string& request, const std::string& authority_id = {})
    {
        return run(service.answer(authority_id.empty() ? issuer.id : authority_id, request));
    }

    OcspReading about(const OcspQuestion& question) { return read(ask(make_ocsp_request(issuer.der, question)).der); }

    OcspReading read(const std::string& der) { return read_ocsp_response(der, issuer.der, core.clock.now()); }

    std::string state_of(const Certificate& certificate)
    {
        return about({.serials = {certificate.serial_number}}).singles.at(0).state;
    }

    Certificate issue(const std::string& name) { return core.certificate(core.administrator(), automated({name})); }

    void revoke(const Certificate& certificate, RevocationReason reason = RevocationReason::Superseded)
    {
        REQUIRE(core.write([&](db::UnitOfWork& work) {
            return issuance::revoke(core.core, work, issuance::system_caller(), certificate, reason);
        }));
    }

    Certificate signer(const OcspReading& reading)
    {
        const auto info = pki::parse_certificate(reading.signer_der).value();
        return core.read([&](db::Session& session) {
            return db::CertificateRepository(session).find_by_fingerprint(info.fingerprint_sha256).value();
        });
    }

    TestCore core;
    issuance::OcspService service;
    Authority issuer;
};

} // namespace

TEST_CASE("OCSP says good, revoked with time and reason, and unknown", "[issuance][ocsp]")
{
    World world(GENERATE(from_range(test_dialects())));
    const auto good = world.issue("good.example.com");
    const auto compromised = world.issue("compromised.example.com");
    const auto unexplained = world.issue("unexplained.example.com");
    world.core.clock.advance(1h);
    world.revoke(compromised, RevocationReason::KeyCompromise);
    world.revoke(unexplained, RevocationReason::Unspecified);
    const auto revoked_at = std::chrono::floor<std::chrono::seconds>(world.core.clock.now());
    world.core.clock.advance(1h);
    const auto sha256 = GENERATE(false, true);
    const auto reading = world.about(
        {.serials = {good.serial_number, compromised.serial_number, unexplained.serial_number, "0123456789abcdef"},
         .sha256 = sha256});
    CHECK(reading.status == 0);
    CHECK(reading.authorised);
    REQUIRE(reading.singles.size() == 4);
    CHECK(reading.singles[0].state == "good");
    CHECK(reading.singles[1].state == "revoked");
    CHECK(reading.singles[1].reason == 1);
    CHECK(reading.singles[1].revoked_at == revoked_at);
    CHECK(reading.singles[2].state == "revoked");
    CHECK_FALSE(reading.singles[2].reason);
    CHECK(reading.singles[3].state == "unknown");
}

TEST_CASE("a certificate of another issuer is unknown, whoever that is", "[issuance][ocsp]")
{
    World world(GENERATE(from_range(test_dialects())));
    const auto certificate = world.issue("a.example.com");
    const auto key = pki::PrivateKey::generate(KeyAlgorithm::Ec256);
    const auto other = world.core.write([&](db::UnitOfWork& work) {
        return issuance::create_authority(world.core.core, work, issuance::system_caller(),
                                          {.kind = AuthorityKind::Intermediate,
                                           .name = "Other",
                                           .subject = {.common_name = "Other"},
                                           .parent_id = *world.issuer.parent_id},
                                          key);
    });
    REQUIRE(other.has_value());
    const auto reading = world.read(world
                                        .ask(make_ocsp_request({{world.issuer.der, certificate.serial_number},
                                                                {other->der, certificate.serial_number}}))
                                        .der);
    REQUIRE(reading.singles.size() == 2);
    CHECK(reading.singles[0].state == "good");
    CHECK(reading.singles[1].state == "unknown");
    // At the other CA's own address it is that one's responder who answers, and it knows nothing of the certificate.
    const auto there = world.ask(make_ocsp_request({{world.issuer.der, certificate.serial_number}}), other->id);
    const auto foreign = read_ocsp_response(there.der, other->der, world.core.clock.now());
    CHECK(foreign.singles.at(0).state == "unknown");
    // Nor would a client believe that one about it.
    CHECK_FALSE(world.read(there.der).authorised);
}

TEST_CASE("the responder's certificate comes through the gate like any other", "[issuance][ocsp]")
{
    World world(GENERATE(from_range(test_dialects())));
    const auto issued_before = world.core.recorded(audit::kCertificateIssued);
    const auto reading = world.about({.serials = {"0a"}});
    const auto info = pki::parse_certificate(reading.signer_der).value();
    CHECK(info.extended_key_usage == std::vector{ExtendedKeyUsage::OcspSigning});
    CHECK(info.key_usage == std::vector{KeyUsage::DigitalSignature});
    CHECK(info.names.empty());
    CHECK(info.crl_urls.empty());
    CHECK(info.ocsp_urls.empty());
    CHECK_FALSE(info.no_revocation_available);
    CHECK(reading.signer_der.contains(from_hex("06092b0601050507300105").value())); // id-pkix-ocsp-nocheck
    CHECK(info.valid_to - info.valid_from <= std::chrono::days(14));

    const auto row = world.signer(reading);
    CHECK(row.authority_id == world.issuer.id);
    CHECK(row.tags == std::vector<std::string>{"ocsp-responder"});
    CHECK(world.core.recorded(audit::kCertificateIssued) == issued_before + 1);
    CHECK(world.core.audit_chain_holds());
    const auto key = world.core.read(
        [&](db::Session& session) { return db::KeyRepository(session).find(row.key_id.value()).value(); });
    CHECK(key.purpose == "ocsp_responder");
    CHECK(key.spki_sha256 != pki::parse_certificate(world.issuer.der)->key.spki_sha256());
    // Its key is nobody's to take.
    const auto admin = world.core.administrator();
    const auto exported = run(issuance::export_key(
        world.core.core, [&](db::UnitOfWork&) { return Result<issuance::Caller>(admin); }, row.id,
        issuance::ExportFormat::Pkcs12));
    REQUIRE_FALSE(exported.has_value());
    CHECK(exported.error().code == Code::NoPrivateKey);
}

TEST_CASE("nobody can ask for an OCSP responder's certificate", "[issuance][ocsp]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    const auto admin = core.administrator();
    auto request = automated({"a.example.com"});
    request.extended_key_usage = {ExtendedKeyUsage::OcspSigning};
    CHECK_FALSE(core.accept(admin, request).has_value());
    request.ocsp_responder = true;
    const auto refused = core.accept(admin, request);
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == Code::Forbidden);
    // Nor does the server itself get one that can do something else.
    request.extended_key_usage = {ExtendedKeyUsage::OcspSigning, ExtendedKeyUsage::ServerAuth};
    CHECK(core.accept(issuance::system_caller(), request).error().code == Code::LintFailed);
}

TEST_CASE("a responder is renewed at half of its life, once, and its predecessor's answers go on", "[issuance][ocsp]")
{
    World world(GENERATE(from_range(test_dialects())));
    const auto schedule = [&] {
        run(issuance::schedule_ocsp_responders(world.core.core));
        run(issuance::schedule_ocsp_responders(world.core.core)); // another server, at the same time
        return world.core.jobs.run_all(world.core.store());
    };
    CHECK(schedule() == 1);
    CHECK(schedule() == 0);
    const auto first = world.about({.serials = {"0a"}}).signer_der;
    world.core.clock.advance(std::chrono::days(6));
    CHECK(schedule() == 0);
    world.core.clock.advance(std::chrono::days(2));
    CHECK(schedule() == 1);
    CHECK(schedule() == 0);
    const auto second = world.about({.serials = {"0a"}});
    CHECK(second.signer_der != first);
    CHECK(second.authorised);
    // Nobody renewed it for longer than it lasts: the first request does.
    world.core.clock.advance(std::chrono::days(40));
    const auto third = world.about({.serials = {"0a"}});
    CHECK(third.signer_der != second.signer_der);
    CHECK(third.authorised);
}

TEST_CASE("no response lasts longer than its responder's certificate", "[issuance][ocsp]")
{
    World world(GENERATE(from_range(test_dialects())));
    const auto certificate = world.issue("a.example.com");
    const auto first = world.about({.serials = {certificate.serial_number}});
    CHECK(first.singles.at(0).next_update == first.singles.at(0).this_update + 24h);
    const auto ends = pki::parse_certificate(first.signer_der)->valid_to;
    world.core.clock.advance(std::chrono::duration_cast<std::chrono::milliseconds>(ends - world.core.clock.now()) - 1h);
    const auto last = world.about({.serials = {certificate.serial_number}});
    CHECK(last.singles.at(0).next_update <= pki::parse_certificate(last.signer_der)->valid_to);
    CHECK(last.authorised);
}

TEST_CASE("what is unknown may be known soon: its response is short-lived", "[issuance][ocsp]")
{
    World world(GENERATE(from_range(test_dialects())));
    const auto single = world.about({.serials = {"0a"}}).singles.at(0);
    CHECK(single.state == "unknown");
    CHECK(single.next_update == single.this_update + 5min);
}

TEST_CASE("an answer without a nonce is signed once, until a revocation by any server", "[issuance][ocsp]")
{
    World world(GENERATE(from_range(test_dialects())));
    const auto certificate = world.issue("a.example.com");
    const auto request = make_ocsp_request(world.issuer.der, {.serials = {certificate.serial_number}});
    const auto first = world.ask(request);
    REQUIRE(first.reusable);
    world.core.clock.advance(1min);
    CHECK(world.ask(request).der == first.der);
    CHECK(world.core.core.metrics.render().contains("chancery_ocsp_responses_total{outcome=\"cached\"} 1"));

    // Another server's memory is its own; the database is not.
    issuance::OcspService another(world.core.core);
    CHECK(world.read(run(another.answer(world.issuer.id, request)).der).singles.at(0).state == "good");
    world.revoke(certificate, RevocationReason::Superseded);
    CHECK(world.state_of(certificate) == "revoked");
    CHECK(world.read(run(another.answer(world.issuer.id, request)).der).singles.at(0).state == "revoked");
    // A reason that changes afterwards shows, too.
    REQUIRE(world.core.write([&](db::UnitOfWork& work) {
        return issuance::raise_to_key_compromise(world.core.core, work, issuance::system_caller(), certificate);
    }));
    CHECK(world.about({.serials = {certificate.serial_number}}).singles.at(0).reason == 1);
}

TEST_CASE("a nonce comes back, and its answer is for nobody else", "[issuance][ocsp]")
{
    World world(GENERATE(from_range(test_dialects())));
    const auto certificate = world.issue("a.example.com");
    const auto request =
        make_ocsp_request(world.issuer.der, {.serials = {certificate.serial_number}, .nonce = "0123456789abcdef"});
    const auto answer = world.ask(request);
    CHECK_FALSE(answer.reusable);
    CHECK(world.read(answer.der).nonce == "0123456789abcdef");
    world.core.clock.advance(1min);
    const auto later = world.read(world.ask(request).der);
    CHECK(later.produced_at > world.read(answer.der).produced_at);
    CHECK_FALSE(world.about({.serials = {certificate.serial_number}}).nonce);
}

TEST_CASE("what cannot be answered says why", "[issuance][ocsp]")
{
    World world(GENERATE(from_range(test_dialects())));
    const auto request = make_ocsp_request(world.issuer.der, {.serials = {"0a"}});
    const auto status = [&](const std::string& asked, const std::string& authority_id) {
        const auto answer = world.ask(asked, authority_id);
        CHECK_FALSE(answer.reusable);
        return world.read(answer.der).status;
    };
    CHECK(status("nonsense", world.issuer.id) == 1);
    CHECK(status("", world.issuer.id) == 1);
    CHECK(status(request, "00000000-0000-7000-8000-000000000000") == 6);
    CHECK(status(request, *world.issuer.parent_id) == 6); // a root's key is meant to be offline
    // A key that was changed where it is stored signs nothing, and says nothing of why.
    const auto row = world.signer(world.about({.serials = {"0a"}}));
    world.core.keys.forget(row.key_id.value());
    world.core.write([&](db::UnitOfWork& work) {
        db::KeyRepository keys(work);
        auto key = keys.find(row.key_id.value()).value();
        key.wrapped.back() = static_cast<char>(key.wrapped.back() ^ 1);
        keys.remove(key.id);
        keys.insert(key);
    });
    world.core.clock.advance(61s);
    CHECK(status(request, world.issuer.id) == 2);
}

TEST_CASE("a retired CA goes on answering, and its responder goes on being renewed; a revoked one is silent",
          "[issuance][ocsp]")
{
    World world(GENERATE(from_range(test_dialects())));
    const auto certificate = world.issue("a.example.com");
    CHECK(world.state_of(certificate) == "good");
    REQUIRE(world.core.write([&](db::UnitOfWork& work) {
        return issuance::update_authority(world.core.core, work, issuance::system_caller(), world.issuer.id,
                                          {.retired = true}, world.issuer.revision);
    }));
    world.core.clock.advance(std::chrono::days(30));
    const auto reading = world.about({.serials = {certificate.serial_number}});
    CHECK(reading.authorised);
    CHECK(reading.singles.at(0).state == "good");
    CHECK_FALSE(world.core.accept(world.core.administrator(), automated({"b.example.com"})).has_value());

    world.core.write([&](db::UnitOfWork& work) {
        db::AuthorityRepository authorities(work);
        auto authority = authorities.find(world.issuer.id).value();
        authority.stored_status = AuthorityStatus::Revoked;
        authority.revoked_at = world.core.clock.now();
        CHECK(authorities.update(authority));
        issuance::ConfigurationCache::bump(work);
    });
    CHECK(world.about({.serials = {certificate.serial_number}}).status == 6);
}

TEST_CASE("a responder that was revoked is replaced within a minute", "[issuance][ocsp]")
{
    World world(GENERATE(from_range(test_dialects())));
    const auto first = world.about({.serials = {"0a"}});
    world.revoke(world.signer(first), RevocationReason::KeyCompromise);
    world.core.clock.advance(61s);
    const auto second = world.about({.serials = {"0a"}});
    CHECK(second.signer_der != first.signer_der);
    CHECK(second.authorised);
}

TEST_CASE("leaves name the responder as the CA is set, and say so when nothing is to be looked up", "[issuance][ocsp]")
{
    World world(GENERATE(from_range(test_dialects())));
    const auto change = [&](const issuance::AuthorityUpdate& update) {
        const auto old = world.core.intermediate();
        REQUIRE(world.core.write([&](db::UnitOfWork& work) {
            return issuance::update_authority(world.core.core, work, issuance::system_caller(), old.id, update,
                                              old.revision);
        }));
    };
    const auto info = [&](const Certificate& certificate) { return pki::parse_certificate(certificate.der).value(); };
    const auto own = info(world.issue("a.example.com"));
    CHECK(own.ocsp_urls == std::vector<std::string>{"http://ca.example.com:8080/ocsp/" + world.issuer.id});
    CHECK(own.aia_urls == std::vector<std::string>{"http://ca.example.com:8080/ca/" + world.issuer.id + ".crt"});
    CHECK_FALSE(own.no_revocation_available);
    change({.ocsp_urls = std::vector<std::string>{"http://ocsp.example.com/"}});
    CHECK(info(world.issue("b.example.com")).ocsp_urls == std::vector<std::string>{"http://ocsp.example.com/"});
    change({.ocsp = false});
    const auto silent = info(world.issue("c.example.com"));
    CHECK(silent.ocsp_urls.empty());
    CHECK(silent.aia_urls.size() == 1);
    CHECK(silent.crl_urls.size() == 1);

    auto request = automated({"d.example.com"});
    request.revocation_information = false;
    const auto unrevocable = info(world.core.certificate(world.core.administrator(), request));
    CHECK(unrevocable.no_revocation_available); // RFC 9608
    CHECK(unrevocable.crl_urls.empty());
    CHECK(unrevocable.ocsp_urls.empty());
    CHECK(unrevocable.aia_urls.size() == 1);
}
