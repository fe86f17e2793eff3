#include "db/repositories/certificate_repository.hpp"
#include "pki/certificate.hpp"
#include "tests/support/digicert_server.hpp"
#include "tests/unit/issuance/providers/world.hpp"

#include <catch2/catch.hpp>

using namespace chancery;
using namespace chancery::test;

namespace {

using World = OutsideWorld<DigicertServer>;

std::string digicert_configuration(const std::string& key = std::string(DigicertServer::kKey))
{
    return R"({"organization_id":4711,"api_key":")" + key + R"("})";
}

} // namespace

TEST_CASE("an order at DigiCert has its number stored, is asked about, and is downloaded with its chain",
          "[issuance][providers][digicert]")
{
    World world(GENERATE(from_range(test_dialects())));
    const auto digicert = world.provider(ProviderKind::Digicert, digicert_configuration());
    auto request = automated({"a.example.com", "*.b.example.com"});
    request.validity_days = 30;
    const auto order = world.order(digicert, request);
    world.server.status = "pending";
    world.work_on(order);
    CHECK(world.external(order).handle == "1000");
    CHECK(world.server.days == 30);
    world.work_on(order);
    CHECK(world.now(order).status == OrderStatus::Processing);
    CHECK(world.job(order)->run_at == world.test.clock.now() + std::chrono::seconds(60));
    world.server.status = "issued";
    world.work_on(order);
    INFO(world.now(order).error.value_or(""));
    CHECK(world.now(order).status == OrderStatus::Complete);
    CHECK(world.server.asked == std::vector<std::string>{"POST /order/certificate/ssl_basic",
                                                         "GET /order/certificate/1000", "GET /order/certificate/1000",
                                                         "GET /certificate/91000/download/format/pem_all"});
}

TEST_CASE("what DigiCert says of an order that it refuses reaches who ordered", "[issuance][providers][digicert]")
{
    World world(GENERATE(from_range(test_dialects())));
    const auto digicert = world.provider(ProviderKind::Digicert, digicert_configuration("WRONG"));
    const auto order = world.order(digicert, automated({"a.example.com"}));
    world.work_on(order);
    REQUIRE(world.now(order).status == OrderStatus::Failed);
    CHECK(json::Reader(*world.now(order).error).string("detail") == "HTTP 401: invalid_auth: The API key is not valid");

    const auto good = world.provider(ProviderKind::Digicert, digicert_configuration(), "Good");
    const auto rejected = world.order(good, automated({"b.example.com"}));
    world.work_on(rejected);
    world.server.status = "rejected";
    world.work_on(rejected);
    CHECK(json::Reader(*world.now(rejected).error).string("detail") == "DigiCert's order 1000 is rejected.");
}

TEST_CASE("a check of DigiCert shows the chain of the newest certificate from there", "[issuance][providers][digicert]")
{
    World world(GENERATE(from_range(test_dialects())));
    const auto digicert = world.provider(ProviderKind::Digicert, digicert_configuration());
    const auto order = world.order(digicert, with_csr({"a.example.com"}));
    world.work_on(order);
    world.work_on(order);
    REQUIRE(world.now(order).status == OrderStatus::Complete);
    const auto check = run(issuance::providers::check_provider(world.test.core, digicert));
    CHECK(check.chain_origin == issuance::providers::ChainOrigin::Issued);
    REQUIRE_FALSE(check.chain.empty());
    CHECK(pki::is_issued_by(world.certificate(order).der, check.chain.front()));
    // It is another provider's.
    const auto other = world.provider(ProviderKind::Digicert, digicert_configuration(), "Other");
    CHECK(run(issuance::providers::check_provider(world.test.core, other)).chain.empty());
}

TEST_CASE("too many requests at DigiCert are a reason to wait", "[issuance][providers][digicert]")
{
    World world(GENERATE(from_range(test_dialects())));
    const auto digicert = world.provider(ProviderKind::Digicert, digicert_configuration());
    const auto order = world.order(digicert, with_csr({"a.example.com"}));
    world.server.limited = 1;
    world.work_on(order);
    CHECK(world.now(order).status == OrderStatus::Processing);
    CHECK(world.external(order).last_words.find("request_limit_exceeded") != std::string::npos);
    world.work_on(order);
    world.work_on(order);
    CHECK(world.now(order).status == OrderStatus::Complete);
}

TEST_CASE("a check of DigiCert looks at the key and at the organization", "[issuance][providers][digicert]")
{
    World world(GENERATE(from_range(test_dialects())));
    const auto digicert = world.provider(ProviderKind::Digicert, digicert_configuration());
    const auto first = run(issuance::providers::check_provider(world.test.core, digicert));
    CHECK(first.succeeded);
    CHECK(first.chain.empty());
    world.server.organization = "inactive";
    CHECK_FALSE(run(issuance::providers::check_provider(world.test.core, digicert)).succeeded);
    const auto bad = world.provider(ProviderKind::Digicert, digicert_configuration("WRONG"), "Bad");
    const auto check = run(issuance::providers::check_provider(world.test.core, bad));
    CHECK_FALSE(check.succeeded);
    CHECK(check.detail.find("WRONG") == std::string::npos);
}

TEST_CASE("a revocation is recorded at once and published when DigiCert has carried it out",
          "[issuance][providers][digicert]")
{
    World world(GENERATE(from_range(test_dialects())));
    const auto digicert = world.provider(ProviderKind::Digicert, digicert_configuration());
    const auto order = world.order(digicert, with_csr({"a.example.com"}));
    world.work_on(order);
    world.work_on(order);
    const auto certificate = world.certificate(order);
    world.revoke(certificate, RevocationReason::Superseded);
    CHECK(world.certificate(order).revoked_at);
    REQUIRE(world.test.events("certificate.revoke.dispatched").size() == 1);
    const auto job_id = world.dispatch(certificate).job_id.value();
    CHECK(json::Reader(world.test.events("certificate.revoke.dispatched").front().details).string("job_id") == job_id);

    world.server.limited = 1;
    world.tell_the_ca(certificate);
    CHECK_FALSE(world.dispatch(certificate).published_at);
    CHECK(world.dispatch(certificate).tries == 1);
    const auto waiting = world.test.read([&](db::Session& session) { return db::JobRepository(session).find(job_id); });
    REQUIRE(waiting);
    CHECK(waiting->run_at > world.test.clock.now());

    world.tell_the_ca(certificate);
    CHECK(world.dispatch(certificate).published_at == world.test.clock.now());
    CHECK(world.server.revoked == std::vector<std::string>{"superseded"});
    CHECK(world.test.recorded("certificate.revoke_publish.success") == 1);
    world.tell_the_ca(certificate); // a job that runs once more says nothing twice
    CHECK(world.server.revoked.size() == 1);
    CHECK_FALSE(world.test.read([&](db::Session& session) { return db::JobRepository(session).find(job_id); }));
}

TEST_CASE("a revocation that DigiCert refuses for good is recorded as such", "[issuance][providers][digicert]")
{
    World world(GENERATE(from_range(test_dialects())));
    const auto digicert = world.provider(ProviderKind::Digicert, digicert_configuration());
    const auto first = world.order(digicert, with_csr({"a.example.com"}));
    world.work_on(first);
    world.work_on(first);
    const auto second = world.order(digicert, with_csr({"b.example.com"})); // makes the server forget the first
    world.work_on(second);
    world.work_on(second);
    const auto certificate = world.certificate(first);
    world.revoke(certificate, RevocationReason::Unspecified);
    world.tell_the_ca(certificate);
    CHECK(world.dispatch(certificate).failed_at);
    CHECK(world.dispatch(certificate).last_words.find("was not found") != std::string::npos);
    CHECK(world.test.recorded("certificate.revoke_publish.failure") == 1);
}
