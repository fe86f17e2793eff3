#include "db/repositories/policy_decision_repository.hpp"
#include "pki/pem.hpp"
#include "tests/unit/issuance/providers/world.hpp"

#include <catch2/catch.hpp>

using namespace chancery;
using namespace chancery::test;

namespace {

using World = OutsideWorld<EstServer>;

std::vector<Alert> alerts_of(World& world, const std::string& kind)
{
    return world.test.read(
        [&](db::Session& session) { return db::AlertRepository(session).list({.kind = kind}, {.limit = 10}); });
}

/// What came for an order, whatever became of it.
std::optional<Certificate> received(World& world, const Order& order)
{
    return world.test.read(
        [&](db::Session& session) { return db::CertificateRepository(session).find_by_order(order.id); });
}

Order issued(World& world, const Provider& at, issuance::CertificateRequest request)
{
    const auto order = world.order(at, std::move(request));
    world.work_on(order);
    return world.now(order);
}

} // namespace

TEST_CASE("a certificate that a policy blocks as it came fails its order and is revoked at the CA",
          "[issuance][providers][policies]")
{
    World world(GENERATE(from_range(test_dialects())));
    const auto est = world.provider(ProviderKind::Est, est_configuration());
    // The request is filled with the organization, which this CA leaves out.
    world.test.policy("*.example.com", "enforce_values", Severity::Hard, R"({"organization":"Example Ltd"})");
    const auto order = issued(world, est, automated({"a.example.com"}));

    REQUIRE(order.status == OrderStatus::Failed);
    CHECK(json::Reader(*order.error).string("code") == "POLICY_HARD_FAIL");
    CHECK(json::Reader(*order.error).string("detail").find("enforce_values") != std::string::npos);
    const auto decision = world.test.read([&](db::Session& session) {
        return db::PolicyDecisionRepository(session).find(json::Reader(*order.error).string("decision_id"));
    });
    REQUIRE(decision);
    CHECK(decision->order_id == order.id);
    CHECK(decision->id != order.decision_id);
    CHECK(world.test.recorded("certificate.policy_hard_fail") == 1);
    CHECK(alerts_of(world, "order.failed").size() == 1);

    const auto certificate = received(world, order);
    REQUIRE(certificate);
    CHECK(certificate->revoked_at);
    CHECK_FALSE(certificate->key_id);
    CHECK(world.dispatch(*certificate).provider_id == est.id);
    CHECK(world.test.audit_chain_holds());
}

TEST_CASE("what a policy warns of in a certificate as it came goes to order, certificate and alerts",
          "[issuance][providers][policies]")
{
    World world(GENERATE(from_range(test_dialects())));
    const auto est = world.provider(ProviderKind::Est, est_configuration());
    world.test.policy("*.example.com", "enforce_values", Severity::Soft, R"({"organization":"Example Ltd"})");
    const auto order = issued(world, est, automated({"a.example.com"}));
    REQUIRE(order.status == OrderStatus::Complete);
    CHECK(json::parse_array(order.policy_warnings).size() == 1);
    CHECK(world.certificate(order).policy_warnings == order.policy_warnings);
    CHECK_FALSE(world.certificate(order).revoked_at);
    CHECK(alerts_of(world, "policy.soft_fail").size() == 1);
}

TEST_CASE("a CA that leaves out a usage which a policy wants is found out", "[issuance][providers][policies]")
{
    World world(GENERATE(from_range(test_dialects())));
    const auto est = world.provider(ProviderKind::Est, est_configuration());
    world.test.policy("*.example.com", "enforce_key_usage", Severity::Hard, R"({"extended_key_usage":["clientAuth"]})");
    auto request = automated({"a.example.com"});
    request.extended_key_usage = {ExtendedKeyUsage::ServerAuth, ExtendedKeyUsage::ClientAuth};
    CHECK(issued(world, est, request).status == OrderStatus::Failed);

    // The CSR asks for it, so a CA that heeds CSRs has it right.
    world.server.change = [](pki::CertificatePlan& plan) {
        plan.extended_key_usage = {ExtendedKeyUsage::ServerAuth, ExtendedKeyUsage::ClientAuth};
    };
    const auto order = issued(world, est, request);
    CHECK(order.status == OrderStatus::Complete);
    const auto csr = pki::parse_csr(world.external(order).csr);
    REQUIRE(csr);
    CHECK(csr->extended_key_usage == request.extended_key_usage);
    CHECK(csr->key_usage == std::vector{KeyUsage::DigitalSignature});
}

TEST_CASE("a life other than planned is judged, unless a CA rounded it by a day", "[issuance][providers][policies]")
{
    World world(GENERATE(from_range(test_dialects())));
    const auto est = world.provider(ProviderKind::Est, est_configuration());
    world.test.policy("*.example.com", "enforce_min_validity", Severity::Hard, R"({"min_days":90})");
    world.test.policy("*.example.com", "enforce_max_validity", Severity::Hard, R"({"max_days":90})");
    const auto [less, expected] = GENERATE(table<int, OrderStatus>({{0, OrderStatus::Complete},
                                                                    {20, OrderStatus::Complete},
                                                                    {-20, OrderStatus::Complete},
                                                                    {30, OrderStatus::Failed}}));
    world.server.change = [hours = less](pki::CertificatePlan& plan) { plan.valid_to -= std::chrono::hours(hours); };
    const auto order = issued(world, est, automated({"a.example.com"}));
    INFO(less << " hours less: " << order.error.value_or(""));
    CHECK(order.status == expected);
}

TEST_CASE("a policy that came after the request is not held against what the CA returns",
          "[issuance][providers][policies]")
{
    World world(GENERATE(from_range(test_dialects())));
    const auto est = world.provider(ProviderKind::Est, est_configuration());
    const auto order = world.order(est, automated({"a.example.com"}));
    world.test.policy("*.example.com", "enforce_minimum_key_size", Severity::Hard, R"({"minimum_bits":521})");
    world.work_on(order);
    CHECK(world.now(order).status == OrderStatus::Complete);
    CHECK(received(world, order));
}

TEST_CASE("an upload that a policy blocks is refused, and the order goes on waiting", "[issuance][providers][policies]")
{
    World world(GENERATE(from_range(test_dialects())));
    const auto manual = world.provider(ProviderKind::Manual, R"({"validity_days":90})");
    world.test.policy("*.example.com", "enforce_values", Severity::Hard, R"({"organization":"Example Ltd"})");
    const auto order = world.order(manual, automated({"a.example.com"}));
    const auto upload = [&](const TestCa::Change& change) {
        const auto pem = world.server.ca.bundle_pem(world.server.ca.issue(world.external(order).csr, change));
        return world.test.write([&](db::UnitOfWork& work) {
            return issuance::providers::fulfil_by_hand(world.test.core, work, world.caller, order.id, pem);
        });
    };
    const auto refused = upload({});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().errors.front().pointer == "/certificate");
    CHECK(refused.error().decision_id);
    CHECK(world.now(order).status == OrderStatus::Processing);
    CHECK_FALSE(received(world, order));
    CHECK(world.test.recorded("certificate.policy_hard_fail") == 1);

    const auto accepted = upload([](pki::CertificatePlan& plan) { plan.subject.organization = "Example Ltd"; });
    REQUIRE(accepted);
    CHECK(accepted->order.status == OrderStatus::Complete);
}
