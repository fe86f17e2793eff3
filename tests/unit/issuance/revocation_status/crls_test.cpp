#include "db/repositories/certificate_repository.hpp"
#include "db/repositories/crl_repository.hpp"
#include "issuance/audit.hpp"
#include "issuance/authorities.hpp"
#include "issuance/revocation/revocation.hpp"
#include "issuance/revocation_status/crls.hpp"
#include "tests/support/crl_reader.hpp"
#include "tests/support/run.hpp"
#include "tests/support/test_core.hpp"

#include <catch2/catch.hpp>

using namespace chancery;
using namespace chancery::test;
namespace audit = chancery::issuance::audit;

namespace {

void revoke(TestCore& core, const Certificate& certificate, RevocationReason reason = RevocationReason::Unspecified)
{
    const auto caller = issuance::system_caller();
    REQUIRE(core.write(
        [&](db::UnitOfWork& work) { return issuance::revoke(core.core, work, caller, certificate, reason); }));
}

ReadCrl published(TestCore& core)
{
    const auto issuer = core.intermediate();
    return read_crl(run(issuance::current_crl(core.core, issuer.id)).value().der, issuer.der);
}

} // namespace

TEST_CASE("revocations share a CRL job until its number is taken", "[issuance][crl]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    const auto admin = core.administrator();
    const auto revoke = [&](const std::string& name) {
        const auto certificate = core.certificate(admin, automated({name}));
        const auto outcome = core.write([&](db::UnitOfWork& work) {
            return issuance::revoke(core.core, work, admin, certificate, RevocationReason::Unspecified);
        });
        REQUIRE(outcome.has_value());
    };
    const auto id = core.intermediate().id;
    revoke("a.example.com");
    revoke("b.example.com");
    CHECK(core.jobs.stored(core.store()).size() == 1);
    CHECK(core.jobs.run_all(core.store()) == 1);
    const auto latest = [&] {
        return core.read([&](db::Session& session) { return db::CrlRepository(session).latest(id).value(); });
    };
    CHECK(latest().number == 1);
    revoke("c.example.com");
    CHECK(core.jobs.run_all(core.store()) == 1);
    CHECK(latest().number == 2);
    CHECK(core.recorded(audit::kCrlPublished) == 2);
    CHECK(run(issuance::current_crl(core.core, id))->der == latest().der);
    CHECK(core.core.metrics.render().find("chancery_revocations_total 3") != std::string::npos);
    CHECK(core.core.metrics.render().find("chancery_certificates_total{pathway=\"automated\"} 3") != std::string::npos);
}

TEST_CASE("many requests for a CRL that is not there make one", "[issuance][crl]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    const auto id = core.intermediate().id;
    boost::asio::io_context context(1);
    std::vector<std::optional<CrlRecord>> answers;
    for (int i = 0; i < 16; ++i) {
        boost::asio::co_spawn(context, issuance::current_crl(core.core, id),
                              [&](const std::exception_ptr& failure, std::optional<CrlRecord> crl) {
                                  CHECK_FALSE(failure);
                                  answers.push_back(std::move(crl));
                              });
    }
    context.run();
    CHECK(core.recorded(audit::kCrlPublished) == 1);
    REQUIRE(answers.size() == 16);
    for (const auto& answer : answers) {
        REQUIRE(answer.has_value());
        CHECK(answer->der == answers.front()->der);
    }
}

TEST_CASE("CRLs are scheduled when missing, half over, or behind a revocation", "[issuance][crl]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    const auto schedule = [&] {
        run(issuance::schedule_crls(core.core));
        return core.jobs.run_all(core.store());
    };
    CHECK(schedule() == 2); // root and intermediate
    CHECK(schedule() == 0);
    core.clock.advance(std::chrono::hours(83));
    CHECK(schedule() == 0);
    core.clock.advance(std::chrono::hours(2));
    CHECK(schedule() == 2);
    const auto certificate = core.certificate(core.administrator(), automated({"a.example.com"}));
    core.write([&](db::UnitOfWork& work) {
        return db::CertificateRepository(work).mark_revoked(certificate.id, core.clock.now(),
                                                            RevocationReason::Unspecified);
    });
    core.clock.advance(std::chrono::minutes(1));
    CHECK(schedule() == 1); // although nobody enqueued a job
    CHECK(schedule() == 0);
    CHECK_FALSE(run(issuance::current_crl(core.core, "unknown")));
}

TEST_CASE("an expired certificate leaves the CRL only after one that was made after its end has listed it",
          "[issuance][crl]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    const auto id = core.intermediate().id;
    auto request = automated({"a.example.com"});
    request.validity_days = 2;
    const auto certificate = core.certificate(core.administrator(), request);
    revoke(core, certificate);
    core.jobs.run_all(core.store());
    CHECK(published(core).entries.contains(certificate.serial_number));

    // The server was down for so long that every CRL that listed it is over.
    core.clock.advance(std::chrono::days(30));
    run(issuance::publish_crl(core.core, id));
    CHECK(published(core).entries.contains(certificate.serial_number));
    core.clock.advance(std::chrono::days(1));
    run(issuance::publish_crl(core.core, id));
    CHECK_FALSE(published(core).entries.contains(certificate.serial_number));

    // One that is revoked long after its end is listed once, too.
    const auto late = core.certificate(core.administrator(), request);
    core.clock.advance(std::chrono::days(10));
    run(issuance::publish_crl(core.core, id));
    core.clock.advance(std::chrono::days(1));
    revoke(core, late);
    core.jobs.run_all(core.store());
    CHECK(published(core).entries.contains(late.serial_number));
    for (int i = 0; i < 2; ++i) {
        core.clock.advance(std::chrono::days(1));
        run(issuance::publish_crl(core.core, id));
    }
    CHECK(published(core).entries.empty());
}

TEST_CASE("a full CRL is about everything: it names no distribution point", "[issuance][crl]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    const auto certificate = core.certificate(core.administrator(), automated({"a.example.com"}));
    revoke(core, certificate, RevocationReason::Superseded);
    const auto unexplained = core.certificate(core.administrator(), automated({"b.example.com"}));
    revoke(core, unexplained);
    core.jobs.run_all(core.store());
    const auto crl = published(core);
    CHECK(crl.signed_by_issuer);
    CHECK_FALSE(crl.has_distribution_point);
    CHECK(crl.next_update - crl.this_update == core.core.settings.crl_lifetime);
    CHECK(crl.entries.at(certificate.serial_number) == 4);
    CHECK(crl.entries.at(unexplained.serial_number) == std::nullopt); // RFC 5280 section 5.3.1
}
