#include "db/repositories/configuration_repository.hpp"
#include "tests/unit/issuance/providers/world.hpp"

#include <catch2/catch.hpp>

using namespace chancery;
using namespace chancery::test;

namespace {

using World = OutsideWorld<EstServer>;

Problem refusal(World& world, const Provider& at, issuance::CertificateRequest request)
{
    request.provider_id = at.id;
    const auto accepted = world.test.accept(world.caller, request);
    REQUIRE_FALSE(accepted);
    CHECK(world.server.operations.empty());
    return accepted.error();
}

} // namespace

TEST_CASE("what goes to a CA outside passes the same gate", "[issuance][providers][gate]")
{
    World world(GENERATE(from_range(test_dialects())));
    const auto est = world.provider(ProviderKind::Est, est_configuration());
    CHECK(refusal(world, est, automated({"a.example.net"})).code == Code::DomainNotActive);
    world.test.policy("example.com", "disable_wildcard", Severity::Hard, "{}");
    CHECK(refusal(world, est, automated({"*.example.com"})).code == Code::PolicyHardFail);
    world.test.policy("*.short.example.com", "enforce_max_validity", Severity::Hard, R"({"max_days":30})");
    CHECK(refusal(world, est, automated({"a.short.example.com"})).code == Code::PolicyHardFail);
    world.test.policy("*.key.example.com", "enforce_minimum_key_size", Severity::Hard, R"({"minimum_bits":521})");
    CHECK(refusal(world, est, with_csr({"a.key.example.com"})).code == Code::PolicyHardFail);
    CHECK(world.test.row_counts()["external_orders"] == 0);
}

TEST_CASE("a key that the platform makes later is judged before it goes outside", "[issuance][providers][gate]")
{
    World world(GENERATE(from_range(test_dialects())));
    const auto est = world.provider(ProviderKind::Est, est_configuration());
    const auto order = world.order(est, automated({"a.example.com"}, KeyAlgorithm::Rsa2048));
    CHECK(order.status == OrderStatus::Pending);
    world.test.policy("*.example.com", "enforce_algorithm", Severity::Hard, R"({"algorithms":["ecdsa"]})");
    world.test.jobs.run_all(world.test.database.store());
    CHECK(world.now(order).status == OrderStatus::Failed);
    CHECK(json::Reader(*world.now(order).error).string("code") == "POLICY_HARD_FAIL");
    CHECK(world.server.operations.empty());
}

TEST_CASE("an inactive or unknown provider issues nothing", "[issuance][providers][gate]")
{
    World world(GENERATE(from_range(test_dialects())));
    auto est = world.provider(ProviderKind::Est, est_configuration());
    world.test.write([&](db::UnitOfWork& work) {
        return issuance::providers::update_provider(world.test.core, work, world.caller, est.id,
                                                    {.name = est.name, .active = false}, est.revision);
    });
    CHECK(refusal(world, est, automated({"a.example.com"})).code == Code::ProviderNotActive);
    est.id = "0192f0c4-8a51-7c3e-b0a4-5d2f6f1c9e11";
    CHECK(refusal(world, est, automated({"a.example.com"})).code == Code::ProviderNotActive);
}

TEST_CASE("who may not read providers cannot name one", "[issuance][providers][gate]")
{
    World world(GENERATE(from_range(test_dialects())));
    const auto est = world.provider(ProviderKind::Est, est_configuration());
    world.caller.actor.type = ActorType::AcmeClient; // the one kind of caller without that right
    const auto problem = refusal(world, est, by_acme({"a.example.com"}));
    CHECK(problem.code == Code::ProviderNotActive);
    CHECK(problem.detail == "The provider does not exist.");
}

TEST_CASE("what a provider's CA cannot do is refused before anybody is asked", "[issuance][providers][gate]")
{
    World world(GENERATE(from_range(test_dialects())));
    const auto est = world.provider(ProviderKind::Est, est_configuration());
    auto request = automated({"a.example.com"});
    request.validity_days = 30;
    CHECK(refusal(world, est, request).errors.front().pointer == "/validity_days");
    request = automated({"a.example.com"});
    request.authority_id = world.test.intermediate().id;
    CHECK(refusal(world, est, request).errors.front().pointer == "/authority_id");
    request = automated({"a.example.com"});
    request.digest = Digest::Sha384;
    CHECK(refusal(world, est, request).errors.front().pointer == "/digest");
    const auto acme =
        world.provider(ProviderKind::Acme, R"({"directory_url":"https://acme.example.net/directory"})", "ACME");
    CHECK(refusal(world, acme, automated({"*.example.com"})).errors.front().code == "provider_capability");
    CHECK(refusal(world, acme, automated({"a.example.com"}, KeyAlgorithm::Ed25519)).errors.front().pointer ==
          "/key_algorithm");
}

TEST_CASE("a CSR for a CA outside must have every name itself", "[issuance][providers][gate]")
{
    World world(GENERATE(from_range(test_dialects())));
    const auto est = world.provider(ProviderKind::Est, est_configuration());
    auto request = with_csr({"a.example.com"});
    request.names = {{NameType::Dns, "a.example.com"}, {NameType::Dns, "b.example.com"}};
    CHECK(refusal(world, est, request).code == Code::BadCsr);
}
