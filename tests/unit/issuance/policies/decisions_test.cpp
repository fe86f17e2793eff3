#include "core/json.hpp"
#include "db/repositories/policy_decision_repository.hpp"
#include "issuance/audit.hpp"
#include "issuance/policies/decisions.hpp"
#include "issuance/policies/evaluations.hpp"
#include "tests/support/test_core.hpp"

#include <catch2/catch.hpp>
#include <soci/soci.h>

using namespace chancery;
using namespace chancery::test;
namespace audit = chancery::issuance::audit;

namespace {

Result<PolicyDecisionRecord> read_decision(TestCore& core, const issuance::Caller& caller, const std::string& id)
{
    return core.read(
        [&](db::Session& session) { return issuance::read_policy_decision(core.core, session, caller, id); });
}

long long decisions(TestCore& core)
{
    return core.read([](db::Session& session) {
        long long count = 0;
        session.sql() << "SELECT count(*) FROM policy_decisions", soci::into(count);
        return count;
    });
}

} // namespace

TEST_CASE("what the policies decided is kept of an admitted request and leads to its order", "[issuance][policies]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    const auto admin = core.administrator();
    core.policy("*.example.com", "enforce_max_validity", Severity::Soft, R"({"max_days":30})");
    const auto finished = core.issue(admin, automated({"a.example.com", "b.example.com"}));
    REQUIRE(finished.has_value());
    const auto& order = finished->order;
    const auto record = read_decision(core, admin, order.decision_id.value());
    REQUIRE(record.has_value());
    CHECK(record->order_id == order.id);
    CHECK(record->requested_by.id == admin.actor.id);
    CHECK(record->common_name == "a.example.com");
    CHECK(record->name_count == 2);
    CHECK(record->names.size() == 2);
    CHECK(record->document.contains(R"("outcome":"warn")"));
    const auto stored = core.read([&](db::Session& s) { return issuance::read_order(core.core, s, admin, order.id); });
    CHECK(stored->decision == record->document);
}

TEST_CASE("a refused request leaves its decision and a failed order although everything else is undone",
          "[issuance][policies]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    const auto admin = core.administrator();
    core.policy("*.example.com", "disable_wildcard", Severity::Hard, "{}");
    auto rows = core.row_counts();
    rows.at("orders") += 3;
    for (const auto& request :
         {automated({"*.example.com"}), with_csr({"*.example.com"}), by_acme({"*.example.com"})}) {
        const auto refused = core.accept(admin, request);
        REQUIRE_FALSE(refused.has_value());
        const auto id = refused.error().decision_id.value();
        const auto record = read_decision(core, admin, id);
        REQUIRE(record.has_value());
        CHECK(record->pathway == request.pathway);
        json::Reader decision(record->document);
        CHECK(decision.boolean("blocked"));
        CHECK(decision.string("id") == id);
        CHECK(record->order_id == refused.error().order_id);
        const auto events = core.events(audit::kPolicyHardFail);
        const auto event = std::ranges::find(events, id, &AuditEvent::resource_id);
        REQUIRE(event != events.end());
        json::Reader details(event->details);
        CHECK(details.string("decision_id") == id);
        CHECK(details.objects("failures").size() == 1);
    }
    CHECK(decisions(core) == 3);
    CHECK(core.row_counts() == rows);
    CHECK(core.audit_chain_holds());
}

TEST_CASE("a request that a later check refuses keeps its decision, too", "[issuance][policies]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    auto request = automated({"a.example.com"});
    request.provider_id = "01900000-0000-7000-8000-0000000000aa";
    CHECK_FALSE(core.accept(core.administrator(), request).has_value());
    CHECK(decisions(core) == 1);
}

TEST_CASE("a request that is refused before the policies has no decision", "[issuance][policies]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    CHECK_FALSE(core.accept(core.administrator(), automated({"a.example.org"})).has_value());
    CHECK(decisions(core) == 0);
}

TEST_CASE("an order whose key came later has both decisions, and shows the one it was issued by",
          "[issuance][policies]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    const auto admin = core.administrator();
    const auto accepted = core.accept(admin, automated({"a.example.com"}, KeyAlgorithm::Rsa2048));
    REQUIRE(accepted.has_value());
    const auto first = accepted->order.decision_id.value();
    core.jobs.run_all(core.store());
    const auto order =
        core.read([&](db::Session& s) { return issuance::read_order(core.core, s, admin, accepted->order.id); });
    REQUIRE(order.has_value());
    CHECK(order->status == OrderStatus::Complete);
    const auto second = order->decision_id.value();
    CHECK(first != second);
    CHECK(read_decision(core, admin, first)->order_id == order->id);
    CHECK(read_decision(core, admin, second)->order_id == order->id);
    CHECK(order->decision == read_decision(core, admin, second)->document);
}

TEST_CASE("ordinary users read the decisions about their own requests", "[issuance][policies]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    const auto mine = core.user(Role::User, {"example.com"});
    const auto other = core.user(Role::User, {"example.com"});
    const auto id = core.issue(mine, automated({"a.example.com"}))->order.decision_id.value();
    CHECK(read_decision(core, mine, id).has_value());
    CHECK(read_decision(core, core.user(Role::ReportOperator), id).has_value());
    CHECK(read_decision(core, other, id).error().code == Code::NotFound);
    CHECK(read_decision(core, mine, "01900000-0000-7000-8000-0000000000aa").error().code == Code::NotFound);
}

TEST_CASE("decisions can be neither changed nor removed", "[issuance][policies]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    REQUIRE(core.issue(core.administrator(), automated({"a.example.com"})).has_value());
    CHECK_THROWS(core.write(
        [](db::UnitOfWork& work) { work.session().sql() << "UPDATE policy_decisions SET document = '{}'"; }));
    CHECK_THROWS(core.write([](db::UnitOfWork& work) { work.session().sql() << "DELETE FROM policy_decisions"; }));
    CHECK(decisions(core) == 1);
}

TEST_CASE("an evaluation gives the decision that the gate would make, but for its id", "[issuance][policies]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    const auto admin = core.administrator();
    core.policy("*.example.com", "enforce_algorithm", Severity::Soft, R"({"algorithms":["rsa"]})");
    core.policy("*.example.com", "enforce_values", Severity::Hard, R"({"organization":"Example Ltd"})");
    // No key algorithm is named: the platform makes a P-256 key, and the evaluation knows.
    auto request = automated({"a.example.com"});
    request.key_algorithm.reset();
    const auto evaluated = core.read([&](db::Session& session) {
        return issuance::evaluate(core.core, session, admin, {.request = request}).value();
    });
    CHECK(decisions(core) == 0);
    const auto order = core.accept(admin, request)->order;
    auto expected = evaluated;
    expected.id = order.decision_id.value();
    CHECK(expected.to_json() == order.decision);
}
