#include "core/json.hpp"
#include "db/repositories/configuration_repository.hpp"
#include "db/repositories/policy_replay_repository.hpp"
#include "issuance/audit.hpp"
#include "issuance/policies/document.hpp"
#include "issuance/policies/replays.hpp"
#include "tests/support/run.hpp"
#include "tests/support/test_core.hpp"

#include <catch2/catch.hpp>

using namespace chancery;
using namespace chancery::test;
namespace audit = chancery::issuance::audit;

namespace {

Policy draft(std::vector<PolicyRule> rules, std::vector<std::string> patterns = {"*.example.com"})
{
    return {.name = "Draft",
            .enabled = false,
            .patterns = std::move(patterns),
            .actions = {PolicyAction::Generate, PolicyAction::Renew},
            .rules = std::move(rules)};
}

PolicyRule rule(std::string name, std::string values, Severity fail = Severity::Hard)
{
    return {.action = std::move(name), .fail = fail, .values = std::move(values)};
}

Result<PolicyReplay> start(TestCore& core, const issuance::Caller& caller, PolicyReplay wanted)
{
    return core.write([&](db::UnitOfWork& work) { return issuance::start_replay(core.core, work, caller, wanted); });
}

PolicyReplay stored(TestCore& core, const std::string& id)
{
    return core.read([&](db::Session& session) { return db::PolicyReplayRepository(session).find(id).value(); });
}

/// A draft's replay, run to its end.
PolicyReplay replayed(TestCore& core, const Policy& policy, long long order_days = 30,
                      ReplayedCertificates certificates = ReplayedCertificates::All)
{
    const auto started =
        start(core, core.user(Role::PolicyAdministrator),
              {.document = issuance::policy_document(policy), .certificates = certificates, .order_days = order_days});
    REQUIRE(started.has_value());
    core.jobs.run_all(core.store());
    return stored(core, started->id);
}

struct Counts {
    long long examined = 0;
    long long matched = 0;
    long long blocked = 0;
    long long warned = 0;
    bool operator==(const Counts&) const = default;
};

Counts counts(const PolicyReplay& replay, const std::string& of)
{
    json::Reader in(replay.tally);
    auto object = in.object(of);
    return {object.integer("examined"), object.integer("matched"), object.integer("blocked"), object.integer("warned")};
}

json::Reader of_rule(const PolicyReplay& replay, std::size_t index)
{
    return json::Reader(replay.tally).objects("rules").at(index);
}

} // namespace

TEST_CASE("a replay says what a draft would have done to each certificate and order", "[issuance][policies]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    const auto admin = core.administrator();
    auto brief = automated({"brief.example.com"});
    brief.validity_days = 10;
    core.certificate(admin, brief);
    core.certificate(admin, automated({"long.example.com"}));
    core.domain("example.net");
    core.certificate(admin, automated({"other.example.net"}));
    const auto before = core.row_counts();
    const auto replay = replayed(core, draft({rule("enforce_max_validity", R"({"max_days":30})"),
                                              rule("enforce_algorithm", R"({"algorithms":["rsa"]})", Severity::Soft)}));
    CHECK(replay.state == ReplayState::Complete);
    CHECK(replay.completed_at.has_value());
    // The listener's own certificate may be in the inventory, too: it matches nothing here.
    const auto of_certificates = counts(replay, "certificates");
    CHECK(of_certificates.examined == replay.certificate_total);
    CHECK(of_certificates.matched == 2);
    CHECK(of_certificates.blocked == 1);
    CHECK(of_certificates.warned == 1);
    const auto of_orders = counts(replay, "orders");
    CHECK(of_orders.examined == replay.order_total);
    CHECK(of_orders.examined >= 3);
    CHECK(of_orders.matched == 2);
    CHECK(of_orders.blocked == 1);
    auto validity = of_rule(replay, 0);
    CHECK(validity.integer("unmet") == 2); // a certificate and its order
    const auto examples = validity.objects("examples");
    REQUIRE(examples.size() == 2);
    CHECK(json::Reader(examples[0]).string("common_name") == "long.example.com");
    CHECK(of_rule(replay, 1).integer("unmet") == 4);
    for (const auto* table : {"certificates", "orders", "policies", "alerts"}) {
        CHECK(core.row_counts().at(table) == before.at(table));
    }
    CHECK(core.recorded(audit::kPolicyReplayStarted) == 1);
    CHECK(core.recorded(audit::kPolicyReplayCompleted) == 1);
    CHECK(core.recorded(audit::kPolicyHardFail) == 0);
}

TEST_CASE("a replay examines what it is asked for", "[issuance][policies]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    core.certificate(core.administrator(), automated({"old.example.com"}));
    core.clock.advance(std::chrono::days(100)); // expired, and its order is old
    core.certificate(core.administrator(), automated({"new.example.com"}));
    const auto policy = draft({rule("require_san", "{}")});
    const auto all = replayed(core, policy, 365, ReplayedCertificates::All);
    const auto active = replayed(core, policy, 30, ReplayedCertificates::Active);
    const auto orders = replayed(core, policy, 30, ReplayedCertificates::None);
    CHECK(counts(all, "certificates").matched == 2);
    CHECK(counts(all, "orders").matched == 2);
    CHECK(counts(active, "certificates").matched == 1);
    CHECK(counts(active, "orders").matched == 1);
    CHECK(counts(orders, "certificates") == Counts{});
    CHECK(counts(orders, "orders").matched == 1);
}

TEST_CASE("a replay judges who asked, with the roles of now, and failed orders by their request",
          "[issuance][policies]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    core.certificate(core.user(Role::User, {"example.com"}), automated({"user.example.com"}));
    core.certificate(core.administrator(), automated({"admin.example.com"}));
    const auto pending = core.accept(core.administrator(), automated({"rsa.example.com"}, KeyAlgorithm::Rsa2048));
    REQUIRE(pending.has_value());
    const auto blocking =
        core.policy("*.example.com", "enforce_algorithm", Severity::Hard, R"({"algorithms":["ecdsa"]})");
    core.jobs.run_all(core.store());
    const auto failed = core.read([&](db::Session& session) {
        return issuance::read_order(core.core, session, core.administrator(), pending->order.id);
    });
    REQUIRE(failed->status == OrderStatus::Failed);

    const auto by_role = replayed(core, draft({rule("restrict_requesters", R"({"roles":["super_administrator"]})")}));
    CHECK(counts(by_role, "certificates").blocked == 1);
    CHECK(counts(by_role, "orders").blocked == 1);
    CHECK(of_rule(by_role, 0).objects("examples").at(0).string("common_name") == "user.example.com");
    const auto by_key = replayed(core, draft({rule("enforce_algorithm", R"({"algorithms":["ecdsa"]})")}));
    CHECK(counts(by_key, "certificates").blocked == 0);
    CHECK(counts(by_key, "orders").blocked == 1);
}

TEST_CASE("a replay goes on where a dead process left it, and counts nothing twice", "[issuance][policies]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    for (int i = 0; i < 5; ++i) {
        core.certificate(core.administrator(), automated({"h" + std::to_string(i) + ".example.com"}));
    }
    const auto policy = draft({rule("enforce_max_validity", R"({"max_days":30})")});
    const auto whole = replayed(core, policy);
    const auto started = start(
        core, core.user(Role::PolicyAdministrator),
        {.document = issuance::policy_document(policy), .certificates = ReplayedCertificates::All, .order_days = 30});
    REQUIRE(started.has_value());
    // The clock is read once a batch: at the third reading the process "dies", with a batch stored.
    core.clock.fail_at(3);
    CHECK_THROWS_AS(run(issuance::run_replay(core.core, started->id)), ManualClock::Failure);
    const auto half = stored(core, started->id);
    CHECK(half.state == ReplayState::Running);
    core.jobs.run_all(core.store());
    const auto resumed = stored(core, started->id);
    CHECK(resumed.state == ReplayState::Complete);
    CHECK(resumed.tally == whole.tally);
    run(issuance::run_replay(core.core, started->id)); // once more: it is over
    CHECK(stored(core, started->id).revision == resumed.revision);
}

TEST_CASE("a cancelled replay stops and keeps what it found", "[issuance][policies]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    const auto admin = core.administrator();
    const auto started = start(core, admin,
                               {.document = issuance::policy_document(draft({rule("require_san", "{}")})),
                                .certificates = ReplayedCertificates::All});
    REQUIRE(started.has_value());
    const auto cancel = [&] {
        return core.write(
            [&](db::UnitOfWork& work) { return issuance::cancel_replay(core.core, work, admin, started->id); });
    };
    CHECK(cancel()->state == ReplayState::Cancelled);
    core.jobs.run_all(core.store());
    CHECK(stored(core, started->id).state == ReplayState::Cancelled);
    CHECK(cancel().error().code == Code::Conflict);
    CHECK(core.recorded(audit::kPolicyReplayCancelled) == 1);
}

TEST_CASE("who may start a replay, and of what", "[issuance][policies]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    const auto policy = core.policy("*.example.com", "require_san", Severity::Hard, "{}");
    const PolicyReplay good{.policy_id = policy.id, .certificates = ReplayedCertificates::All, .order_days = 30};
    for (const auto role : {Role::User, Role::DeploymentAdministrator, Role::ReportOperator}) {
        CHECK(start(core, core.user(role), good).error().code == Code::Forbidden);
    }
    const auto admin = core.administrator();
    const auto pointer = [&](PolicyReplay wanted) {
        const auto outcome = start(core, admin, std::move(wanted));
        return outcome ? "started" : outcome.error().errors.at(0).pointer;
    };
    CHECK(pointer({.policy_id = "nothing", .certificates = ReplayedCertificates::All}) == "/policy_id");
    CHECK(pointer({.policy_id = policy.id, .certificates = ReplayedCertificates::None}) == "/order_days");
    CHECK(pointer({.policy_id = policy.id, .order_days = 4000}) == "/order_days");
    const auto bad = draft({rule("enforce_max_validity", R"({"max_days":0})")});
    CHECK(pointer({.document = issuance::policy_document(bad)}) == "/policy/rules/0/values/max_days");
    const auto started = start(core, admin, good);
    REQUIRE(started.has_value());
    CHECK(started->policy_version == 1);
    for (int i = 0; i < 7; ++i) {
        CHECK(start(core, admin, good).has_value());
    }
    CHECK(start(core, admin, good).error().code == Code::Conflict);
}
