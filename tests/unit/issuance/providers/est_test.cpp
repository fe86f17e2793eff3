#include "db/repositories/certificate_repository.hpp"
#include "issuance/certificates.hpp"
#include "pki/certificate.hpp"
#include "tests/unit/issuance/providers/world.hpp"

#include <catch2/catch.hpp>

using namespace chancery;
using namespace chancery::test;
using std::chrono::seconds;

namespace {

using World = OutsideWorld<EstServer>;

long long certificates_of_order(World& world, const Order& order)
{
    return world.test.read([&](db::Session& session) {
        return static_cast<long long>(db::CertificateRepository(session).find_by_order(order.id).has_value());
    });
}

} // namespace

TEST_CASE("an order at an EST provider is submitted by its job and stored with the chain", "[issuance][providers][est]")
{
    World world(GENERATE(from_range(test_dialects())));
    const auto est = world.provider(ProviderKind::Est, est_configuration());
    const auto algorithm = GENERATE(KeyAlgorithm::Ec256, KeyAlgorithm::Rsa2048);
    const auto order = world.order(est, automated({"a.example.com", "b.example.com"}, algorithm));
    CHECK(order.type == OrderType::ExternalCa);
    CHECK(order.status == (algorithm == KeyAlgorithm::Ec256 ? OrderStatus::Processing : OrderStatus::Pending));
    CHECK(world.server.operations.empty());
    CHECK(world.test.jobs.run_all(world.test.database.store()) >= 1);

    const auto ended = world.now(order);
    REQUIRE(ended.status == OrderStatus::Complete);
    CHECK(world.server.operations == std::vector<std::string>{"cacerts", "simpleenroll"});
    world.test.read([&](db::Session& session) {
        const auto certificate = db::CertificateRepository(session).find(*ended.certificate_id).value();
        CHECK(certificate.der == world.server.issued.front());
        CHECK(certificate.provider_id == est.id);
        CHECK_FALSE(certificate.authority_id);
        CHECK(certificate.key_id);
        CHECK(issuance::chain_of(world.test.core, session, certificate) ==
              std::vector<std::string>{world.server.ca.intermediate()});
        return true;
    });
    CHECK_FALSE(world.job(order));
    CHECK(world.test.recorded("certificate.issue.success") >= 1);
    CHECK(world.test.audit_chain_holds());
}

TEST_CASE("an EST server that needs time is asked again when it said", "[issuance][providers][est]")
{
    World world(GENERATE(from_range(test_dialects())));
    const auto est = world.provider(ProviderKind::Est, est_configuration());
    const auto order = world.order(est, with_csr({"a.example.com"}));
    world.server.not_yet = 1;
    world.work_on(order);
    CHECK(world.now(order).status == OrderStatus::Processing);
    CHECK(world.external(order).state == ExternalState::Pending);
    CHECK(world.test.recorded("order.submit.success") == 1);
    REQUIRE(world.job(order));
    CHECK(world.job(order)->run_at == world.test.clock.now() + seconds(30));
    world.test.clock.advance(seconds(30));
    world.work_on(order);
    CHECK(world.now(order).status == OrderStatus::Complete);
    world.work_on(order); // a job that runs once more finds nothing to do
    CHECK(world.server.issued.size() == 1);
}

TEST_CASE("an order whose answer was lost with the process is submitted again, and issued once here",
          "[issuance][providers][est]")
{
    World world(GENERATE(from_range(test_dialects())));
    const auto est = world.provider(ProviderKind::Est, est_configuration());
    const auto order = world.order(est, with_csr({"a.example.com"}));
    world.server.dies_after_issuing = true;
    CHECK_THROWS(world.work_on(order));
    CHECK(world.external(order).state == ExternalState::Submitting);
    REQUIRE(world.job(order));
    world.work_on(order);
    CHECK(world.now(order).status == OrderStatus::Complete);
    CHECK(certificates_of_order(world, order) == 1);
    CHECK(world.server.issued.size() == 2);
}

TEST_CASE("failures that may pass are retried ever more slowly, told in one alert, and end after a day",
          "[issuance][providers][est]")
{
    World world(GENERATE(from_range(test_dialects())));
    const auto est = world.provider(ProviderKind::Est, est_configuration());
    const auto order = world.order(est, with_csr({"a.example.com"}));
    world.server.refusal = 503;
    world.server.words = "come back tomorrow";
    const auto started = world.test.clock.now();
    seconds last{0};
    int runs = 0;
    while (world.now(order).status == OrderStatus::Processing && runs < 100) {
        world.work_on(order);
        ++runs;
        if (const auto job = world.job(order)) {
            const auto delay = std::chrono::duration_cast<seconds>(job->run_at - world.test.clock.now());
            CHECK(delay >= std::min(seconds(600), last / 2));
            CHECK(delay <= seconds(4500));
            last = delay;
            world.test.clock.advance(delay);
        }
    }
    CHECK(runs > 20);
    CHECK(world.test.clock.now() - started > std::chrono::hours(24));
    const auto ended = world.now(order);
    REQUIRE(ended.status == OrderStatus::Failed);
    CHECK(json::Reader(*ended.error).string("code") == "PROVIDER_FAILED");
    CHECK(json::Reader(*ended.error).string("detail") == "HTTP 503: come back tomorrow");
    const auto alerts = world.test.read([](db::Session& session) {
        return db::AlertRepository(session).list({.kind = "provider.failed"}, {.limit = 10});
    });
    REQUIRE(alerts.size() == 1);
    CHECK(alerts.front().occurrences == runs);
    CHECK(alerts.front().resource_id == est.id);
}

TEST_CASE("a refusal fails the order at once, with the CA's own words", "[issuance][providers][est]")
{
    World world(GENERATE(from_range(test_dialects())));
    const auto est = world.provider(ProviderKind::Est, est_configuration());
    const auto order = world.order(est, automated({"a.example.com"}));
    world.server.refusal = 403;
    world.server.words = "the owner of\nexample.com has to agree";
    world.work_on(order);
    const auto ended = world.now(order);
    REQUIRE(ended.status == OrderStatus::Failed);
    CHECK(json::Reader(*ended.error).string("detail") == "HTTP 403: the owner of example.com has to agree");
    CHECK_FALSE(world.job(order));
    CHECK(world.test.row_counts()["stored_keys"] == TestCore(test_dialects().front()).row_counts()["stored_keys"]);
}

TEST_CASE("an EST server that cannot be reached loses no order", "[issuance][providers][est]")
{
    World world(GENERATE(from_range(test_dialects())));
    const auto est = world.provider(ProviderKind::Est, est_configuration());
    const auto order = world.order(est, with_csr({"a.example.com"}));
    world.server.unreachable = 3;
    for (int i = 0; i < 3; ++i) {
        world.work_on(order);
        CHECK(world.now(order).status == OrderStatus::Processing);
        CHECK(world.external(order).last_words == "est.example.net: no route");
    }
    world.work_on(order);
    CHECK(world.now(order).status == OrderStatus::Complete);
}

TEST_CASE("who renews with the key that the platform holds shows the old certificate", "[issuance][providers][est]")
{
    World world(GENERATE(from_range(test_dialects())));
    const auto est = world.provider(ProviderKind::Est, est_configuration());
    const auto first = world.order(est, automated({"a.example.com"}));
    world.work_on(first);
    auto again = automated({"a.example.com"});
    again.kind = OrderKind::Renewal;
    again.renews_certificate = world.now(first).certificate_id.value();
    const auto second = world.order(est, again);
    world.work_on(second);
    CHECK(world.now(second).status == OrderStatus::Complete);
    CHECK(world.server.operations.back() == "simplereenroll");
    const auto old = world.test.read([&](db::Session& session) {
        return db::CertificateRepository(session).find(again.renews_certificate).value();
    });
    CHECK(old.renewed_to == world.now(second).certificate_id);
}

TEST_CASE("a check proves the credentials and shows the chain", "[issuance][providers][est]")
{
    World world(GENERATE(from_range(test_dialects())));
    const auto good = world.provider(ProviderKind::Est, est_configuration());
    const auto fine = run(issuance::providers::check_provider(world.test.core, good));
    CHECK(fine.succeeded);
    CHECK(fine.chain == std::vector<std::string>{world.server.ca.intermediate(), world.server.ca.root()});
    const auto bad = world.provider(
        ProviderKind::Est,
        R"({"url":")" + std::string(EstServer::kUrl) + R"(","username":"chancery","password":"wrong"})", "Other");
    const auto refused = run(issuance::providers::check_provider(world.test.core, bad));
    CHECK_FALSE(refused.succeeded);
    CHECK(refused.detail == "HTTP 401: who are you");
}

TEST_CASE("a revocation that no machine can pass on is recorded, and told in an alert", "[issuance][providers][est]")
{
    World world(GENERATE(from_range(test_dialects())));
    const auto order = world.order(world.provider(ProviderKind::Est, est_configuration()), with_csr({"a.example.com"}));
    world.work_on(order);
    const auto certificate = world.certificate(order);
    world.revoke(certificate, RevocationReason::Superseded);
    CHECK(world.certificate(order).revoked_at);
    CHECK(world.dispatch(certificate).failed_at);
    CHECK_FALSE(world.dispatch(certificate).job_id);
    CHECK(world.test.recorded("certificate.revoke.dispatched") == 0);
    const auto alerts = world.test.read([](db::Session& session) {
        return db::AlertRepository(session).list({.kind = "revocation.not_published"}, {.limit = 10});
    });
    CHECK(alerts.size() == 1);
}
