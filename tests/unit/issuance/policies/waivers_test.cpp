#include "core/json.hpp"
#include "db/repositories/policy_waiver_repository.hpp"
#include "issuance/audit.hpp"
#include "issuance/policies/waivers.hpp"
#include "tests/support/test_core.hpp"

#include <catch2/catch.hpp>

using namespace chancery;
using namespace chancery::test;
namespace audit = chancery::issuance::audit;

namespace {

constexpr auto kMaxValidity = R"({"max_days":30})";

PolicyWaiver for_names(const TestCore& core, const Policy& policy, const std::vector<std::string>& names)
{
    PolicyWaiver waiver{.policy_id = policy.id,
                        .rule = policy.rules.front().action,
                        .reason = "The device cannot renew by itself.",
                        .expires_at = core.clock.now() + std::chrono::days(10)};
    for (const auto& name : names) {
        waiver.names.push_back({NameType::Dns, name});
    }
    return waiver;
}

Result<PolicyWaiver> grant(TestCore& core, const issuance::Caller& caller, const PolicyWaiver& waiver)
{
    return core.write([&](db::UnitOfWork& work) { return issuance::grant_waiver(core.core, work, caller, waiver); });
}

Result<void> revoke(TestCore& core, const issuance::Caller& caller, const PolicyWaiver& waiver)
{
    return core.write([&](db::UnitOfWork& work) {
        return issuance::revoke_waiver(core.core, work, caller, waiver.id, waiver.revision);
    });
}

bool is_refused(const Result<issuance::Accepted>& outcome)
{
    return !outcome && outcome.error().code == Code::PolicyHardFail;
}

std::string first_pointer(const Result<PolicyWaiver>& outcome)
{
    return outcome ? "granted" : outcome.error().errors.empty() ? "" : outcome.error().errors.front().pointer;
}

} // namespace

TEST_CASE("a waiver lets requests for its names through, recorded, until it expires", "[issuance][policies]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    const auto approver = core.user(Role::PolicyAdministrator);
    const auto requester = core.user(Role::User, {"example.com"});
    const auto policy = core.policy("*.example.com", "enforce_max_validity", Severity::Hard, kMaxValidity);
    CHECK(is_refused(core.accept(requester, automated({"a.example.com"}))));
    const auto waiver = grant(core, approver, for_names(core, policy, {"a.example.com", "b.example.com"}));
    REQUIRE(waiver.has_value());
    CHECK(core.recorded(audit::kPolicyWaiverGranted) == 1);

    const auto finished = core.issue(requester, automated({"a.example.com"}));
    REQUIRE(finished.has_value());
    CHECK(finished->order.policy_warnings == "[]");
    json::Reader decision(finished->order.decision);
    auto finding = decision.objects("findings").at(0);
    CHECK(finding.string("outcome") == "waived");
    CHECK(finding.string("waiver_id") == waiver->id);
    CHECK_FALSE(finding.string("message").empty());
    CHECK_FALSE(decision.boolean("blocked"));
    const auto events = core.events(audit::kPolicyWaived);
    REQUIRE(events.size() == 1);
    CHECK(events[0].details.contains(waiver->id));
    CHECK(events[0].resource_id == *finished->order.decision_id);

    CHECK(core.accept(requester, automated({"b.example.com", "a.example.com"})).has_value());
    CHECK(is_refused(core.accept(requester, automated({"c.example.com"}))));
    CHECK(is_refused(core.accept(requester, automated({"a.example.com", "c.example.com"}))));
    core.clock.advance(std::chrono::days(10));
    CHECK(is_refused(core.accept(requester, automated({"a.example.com"}))));
}

TEST_CASE("a waiver is for one rule of one policy", "[issuance][policies]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    const auto approver = core.user(Role::PolicyAdministrator);
    const auto requester = core.user(Role::User, {"example.com"});
    const auto policy = core.policy("*.example.com", "enforce_max_validity", Severity::Hard, kMaxValidity);
    core.policy("a.example.com", "enforce_max_validity", Severity::Hard, kMaxValidity);
    REQUIRE(grant(core, approver, for_names(core, policy, {"a.example.com", "b.example.com"})).has_value());
    CHECK(is_refused(core.accept(requester, automated({"a.example.com"})))); // the other policy
    CHECK(core.accept(requester, automated({"b.example.com"})).has_value());
    core.policy("*.example.com", "enforce_algorithm", Severity::Hard, R"({"algorithms":["rsa"]})");
    CHECK(is_refused(core.accept(requester, automated({"b.example.com"}))));
}

TEST_CASE("a soft finding that is waived is no warning", "[issuance][policies]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    const auto requester = core.user(Role::User, {"example.com"});
    const auto policy = core.policy("*.example.com", "enforce_max_validity", Severity::Soft, kMaxValidity);
    CHECK(core.issue(requester, automated({"a.example.com"}))->order.policy_warnings != "[]");
    REQUIRE(grant(core, core.administrator(), for_names(core, policy, {"a.example.com"})).has_value());
    CHECK(core.issue(requester, automated({"a.example.com"}))->order.policy_warnings == "[]");
    CHECK(core.recorded(audit::kPolicySoftFail) == 1);
}

TEST_CASE("nobody's own request passes by a waiver that they approved", "[issuance][policies]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    const auto admin = core.administrator();
    const auto policy = core.policy("*.example.com", "enforce_max_validity", Severity::Hard, kMaxValidity);
    REQUIRE(grant(core, admin, for_names(core, policy, {"a.example.com"})).has_value());
    CHECK(is_refused(core.accept(admin, automated({"a.example.com"}))));
    CHECK(core.accept(core.administrator(), automated({"a.example.com"})).has_value());

    auto request = automated({"b.example.com"});
    request.validity_days = 30;
    const auto certificate = core.certificate(admin, request);
    auto waiver = for_names(core, policy, {});
    waiver.certificate_id = certificate.id;
    CHECK(grant(core, admin, waiver).error().code == Code::Forbidden);
    CHECK(grant(core, core.administrator(), waiver).has_value());
}

TEST_CASE("a waiver for a certificate is for its renewals, one for an order for its resubmissions",
          "[issuance][policies]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    const auto requester = core.user(Role::DeploymentAdministrator, {"example.com"}); // who may renew
    auto request = automated({"a.example.com"});
    const auto certificate = core.certificate(requester, request);
    const auto order = certificate.order_id.value();
    const auto policy = core.policy("*.example.com", "enforce_max_validity", Severity::Hard, kMaxValidity);
    auto waiver = for_names(core, policy, {});
    SECTION("certificate")
    {
        waiver.certificate_id = certificate.id;
        REQUIRE(grant(core, core.administrator(), waiver).has_value());
        CHECK(is_refused(core.accept(requester, request)));
        request.kind = OrderKind::Renewal;
        request.renews_certificate = certificate.id;
        CHECK(core.accept(requester, request).has_value());
    }
    SECTION("order")
    {
        waiver.order_id = order;
        REQUIRE(grant(core, core.administrator(), waiver).has_value());
        CHECK(is_refused(core.accept(requester, request)));
        request.resubmission_of = order;
        CHECK(core.accept(requester, request).has_value());
    }
}

TEST_CASE("a waiver that was taken back lets nobody off, once and for all", "[issuance][policies]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    const auto requester = core.user(Role::User, {"example.com"});
    const auto policy = core.policy("*.example.com", "enforce_max_validity", Severity::Hard, kMaxValidity);
    const auto waiver = grant(core, core.administrator(), for_names(core, policy, {"a.example.com"}));
    REQUIRE(waiver.has_value());
    CHECK(core.accept(requester, automated({"a.example.com"})).has_value());
    auto stale = *waiver;
    stale.revision = 7;
    CHECK(revoke(core, core.administrator(), stale).error().code == Code::PreconditionFailed);
    CHECK(revoke(core, core.user(Role::PkiAdministrator), *waiver).error().code == Code::Forbidden);
    CHECK(revoke(core, core.administrator(), *waiver).has_value());
    CHECK(revoke(core, core.administrator(), *waiver).error().code == Code::Conflict);
    CHECK(core.recorded(audit::kPolicyWaiverRevoked) == 1);
    CHECK(is_refused(core.accept(requester, automated({"a.example.com"}))));
}

TEST_CASE("errors of the engine and conflicting values are never waived", "[issuance][policies]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    const auto requester = core.user(Role::User, {"example.com"});
    const auto first = core.policy("*.example.com", "enforce_values", Severity::Soft, R"({"country":"DE"})");
    const auto second = core.policy("a.example.com", "enforce_values", Severity::Soft, R"({"country":"FR"})");
    for (const auto& policy : {first, second}) {
        REQUIRE(grant(core, core.administrator(), for_names(core, policy, {"a.example.com"})).has_value());
    }
    CHECK(is_refused(core.accept(requester, automated({"a.example.com"}))));
    auto engine = for_names(core, first, {"a.example.com"});
    engine.rule = "policy_engine";
    CHECK(first_pointer(grant(core, core.administrator(), engine)) == "/rule");
}

TEST_CASE("who may approve a waiver, and what one must say", "[issuance][policies]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    const auto policy = core.policy("*.example.com", "enforce_max_validity", Severity::Hard, kMaxValidity);
    const auto good = for_names(core, policy, {"a.example.com"});
    for (const auto role : {Role::User, Role::DeploymentAdministrator, Role::PkiAdministrator, Role::ReportOperator}) {
        CHECK(grant(core, core.user(role), good).error().code == Code::Forbidden);
    }
    CHECK(grant(core, issuance::system_caller(), good).error().code == Code::Forbidden);
    auto machine = core.administrator();
    machine.actor.type = ActorType::ServiceAccount;
    CHECK(grant(core, machine, good).error().code == Code::Forbidden);

    const auto admin = core.administrator();
    const auto changed = [&](auto change) {
        auto waiver = good;
        change(waiver);
        return first_pointer(grant(core, admin, waiver));
    };
    CHECK(changed([](PolicyWaiver& w) { w.policy_id = "nothing"; }) == "/policy_id");
    CHECK(changed([](PolicyWaiver& w) { w.rule = "require_san"; }) == "/rule");
    CHECK(changed([](PolicyWaiver& w) { w.reason = "because"; }) == "/reason");
    CHECK(changed([&](PolicyWaiver& w) { w.expires_at = core.clock.now(); }) == "/expires_at");
    CHECK(changed([&](PolicyWaiver& w) { w.expires_at = core.clock.now() + std::chrono::days(367); }) == "/expires_at");
    CHECK(changed([](PolicyWaiver& w) { w.names.clear(); }).empty());
    CHECK(changed([](PolicyWaiver& w) { w.order_id = "x"; }).empty());
    CHECK(changed([](PolicyWaiver& w) { w.names[0].value = "a b"; }) == "/subject_alternative_names/0");
    CHECK(changed([](PolicyWaiver& w) {
              w.names.clear();
              w.certificate_id = "x";
          }) == "/certificate_id");
    CHECK(changed([](PolicyWaiver& w) {
              w.names.clear();
              w.order_id = "x";
          }) == "/order_id");
    CHECK(changed([](PolicyWaiver& w) { w.names[0].value = "A.EXAMPLE.com"; }) == "granted");
}
