#include "db/repositories/certificate_repository.hpp"
#include "db/repositories/order_repository.hpp"
#include "issuance/audit.hpp"
#include "issuance/revocation/revocation.hpp"
#include "tests/support/run.hpp"
#include "tests/support/test_core.hpp"

#include <catch2/catch.hpp>

#include <functional>

using namespace chancery;
using namespace chancery::test;
namespace audit = chancery::issuance::audit;

namespace {

/// Runs `work` again and again, each time dying at a later reading of the clock, until it gets through.
int sweep(TestCore& core, const std::function<void(int)>& work)
{
    for (int n = 1; n < 100; ++n) {
        core.clock.fail_at(n);
        try {
            work(n);
            core.clock.fail_at(0);
            return n;
        } catch (const ManualClock::Failure&) {
            core.clock.fail_at(0);
        }
        CHECK(core.audit_chain_holds());
    }
    FAIL("never got through");
    return 0;
}

} // namespace

TEST_CASE("wherever an issuance dies, every accepted order ends once and is audited", "[issuance][faults]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    const auto admin = core.administrator();
    const auto points = sweep(core, [&](int n) {
        const auto finished = core.issue(admin, automated({"n" + std::to_string(n) + ".example.com"}));
        REQUIRE(finished.has_value());
    });
    CHECK(points > 2); // it died in both transactions
    core.jobs.run_all(core.store());
    const auto rows = core.row_counts();
    CHECK(rows.at("orders") == rows.at("certificates"));
    CHECK(rows.at("orders") >= 2); // the last one, and those that died after they were accepted
    CHECK(rows.at("issuance_intents") == 0);
    CHECK(rows.at("jobs") == 0);
    CHECK(core.recorded(audit::kRequestAutomatedSubmitted) == rows.at("orders"));
    CHECK(core.recorded(audit::kCertificateIssued) == rows.at("certificates"));
    const auto unfinished = core.read([](db::Session& session) { return db::OrderRepository(session).unfinished(10); });
    CHECK(unfinished.empty());
}

TEST_CASE("wherever a job dies, running it again finishes its order once", "[issuance][faults]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    const auto accepted = core.accept(core.administrator(), automated({"a.example.com"}));
    REQUIRE(accepted.has_value());
    sweep(core, [&](int) { run(issuance::execute_order(core.core, accepted->order.id)); });
    CHECK(core.row_counts().at("certificates") == 1);
    CHECK(core.recorded(audit::kCertificateIssued) == 1);
    CHECK(core.jobs.stored(core.store()).empty());
}

TEST_CASE("wherever a revocation dies, status, CRL job and audit record stay together", "[issuance][faults]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    const auto admin = core.administrator();
    const auto certificate = core.certificate(admin, automated({"a.example.com"}));
    const auto together = [&] {
        const auto revoked = core.read([&](db::Session& session) {
            return db::CertificateRepository(session).find(certificate.id)->revoked_at.has_value();
        });
        const auto jobs = static_cast<long long>(core.jobs.stored(core.store()).size());
        CHECK(core.recorded(audit::kRevokeSuccess) == (revoked ? 1 : 0));
        CHECK(jobs == (revoked ? 1 : 0));
        return revoked;
    };
    sweep(core, [&](int) {
        together();
        const auto made = core.write(
            [&](db::UnitOfWork& work) { return issuance::request_revocation(core.core, work, admin, certificate.id); });
        REQUIRE(made.has_value());
        const auto attempt = core.write([&](db::UnitOfWork& work) {
            return issuance::confirm_revocation(core.core, work, admin, certificate.id,
                                                std::string(made->code.reveal()), RevocationReason::Superseded);
        });
        REQUIRE(attempt.outcome.has_value());
    });
    CHECK(together());
}
