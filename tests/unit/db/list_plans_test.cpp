#include "db/connection.hpp"
#include "db/repositories/audit_repository.hpp"
#include "db/repositories/authority_repository.hpp"
#include "db/repositories/certificate_conditions.hpp"
#include "db/repositories/certificate_repository.hpp"
#include "db/repositories/configuration_repository.hpp"
#include "db/repositories/identity_repository.hpp"
#include "db/repositories/operation_repository.hpp"
#include "db/repositories/order_repository.hpp"
#include "db/repositories/policy_decision_repository.hpp"
#include "db/repositories/renewal_repository.hpp"
#include "db/repositories/revocation_batch_repository.hpp"
#include "db/statement.hpp"
#include "db/store.hpp"
#include "tests/unit/db/list_plans.hpp"
#include "tests/unit/db/samples.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace chancery;
using namespace chancery::test;
using chancery::db::Dialect;
using chancery::db::PageRequest;
using chancery::db::Position;
using chancery::db::Query;

TEST_CASE("orders are listed through an index, by every filter", "[unit][db]")
{
    std::vector<Case> cases;
    const auto add_order = [&](const std::string& what, const db::OrderFilter& filter, const std::string& index = "",
                               Work most = Work::Walk) { add<db::OrderRepository>(cases, what, filter, most, index); };
    add_order("all", {}, "orders_by_submission");
    add_order("failed", {.statuses = {OrderStatus::Failed}}, "orders_failed");
    add_order("complete", {.statuses = {OrderStatus::Complete}});
    add_order("pending or processing", {.statuses = {OrderStatus::Pending, OrderStatus::Processing}});
    add_order("type", {.type = OrderType::LocalPki});
    add_order("kind", {.kind = OrderKind::Issue});
    add_order("requester", {.requester_id = "u"}, "orders_by_requester");
    add_order("common name", {.common_name = "a"}, "orders_by_reversed_name");
    add_order("type, a rare one", {.type = OrderType::ExternalCa}, "orders_by_rare_type");
    add_order("renewals", {.kind = OrderKind::Renewal}, "orders_of_renewals");
    add_order("pathway", {.pathway = Pathway::Acme});
    add_order("pathway, a rare one", {.pathway = Pathway::Csr}, "orders_by_rare_pathway");
    add_order("kind of requester", {.requester_type = ActorType::AcmeClient});
    add_order("kind of requester, a rare one", {.requester_type = ActorType::User}, "orders_by_rare_requester_type");
    add_order("what renews a certificate", {.renews_certificate = "c"}, "orders_replacing");
    add_order("what submits an order again", {.resubmission_of = "o"}, "orders_by_resubmission");
    add_order("with warnings", {.has_policy_warnings = true}, "orders_with_warnings");
    add_order("without warnings", {.has_policy_warnings = false});
    add_order("what produced a certificate", {.certificate_id = "c"}, "", Work::Sort);
    add_order("provider", {.provider_id = "p"}, "orders_failed", Work::Sort);
    add_order("CA", {.authority_id = "a"}, "orders_failed", Work::Sort);
    add_order("domain", {.domain = "example.com"}, "orders_failed", Work::Sort);
    add_order("a part of the name", {.name_substring = "exam"}, "orders_failed", Work::Sort);
    add_order("a short part of the name", {.name_substring = "ex"}, "orders_by_submission");
    add_order("before", {.submitted_before = at(1)}, "orders_by_submission");
    add_order("after", {.submitted_after = at(1)}, "orders_by_submission");
    const db::VisibleRequests own{.own = {.type = ActorType::User, .id = "u", .name = ""}};
    add_order("one's own", {.visible = own}, "orders_by_requester");
    add_order("one's own, of others", {.visible = own}, "orders_by_whom_they_belong_to");
    add_order("one's own failed ones", {.statuses = {OrderStatus::Failed}, .visible = own});
    check_plans(cases);
}

namespace {

const db::VisibleRequests kUnderTwo{.own = {.type = ActorType::User, .id = "u", .name = ""},
                                    .domains = {"example.com", "@example.org"}};

std::vector<Case> narrowed_cases(Work most)
{
    std::vector<Case> cases;
    add<db::OrderRepository>(cases, "orders", db::OrderFilter{.visible = kUnderTwo}, most);
    add<db::OrderRepository>(cases, "failed orders",
                             db::OrderFilter{.statuses = {OrderStatus::Failed}, .visible = kUnderTwo}, most);
    add<db::OrderRepository>(cases, "orders of a requester", db::OrderFilter{.requester_id = "x", .visible = kUnderTwo},
                             most);
    add<db::PolicyDecisionRepository>(cases, "decisions", db::PolicyDecisionFilter{.visible = kUnderTwo}, most);
    add<db::PolicyDecisionRepository>(
        cases, "decisions by outcome",
        db::PolicyDecisionFilter{.visible = kUnderTwo, .rule = "r", .outcome = PolicyOutcome::Warned}, most);
    add<db::AlertRepository>(
        cases, "alerts",
        db::AlertFilter{
            .visible = db::VisibleAlerts{
                .certificates = {FilterNode::any({is(CertificateField::RequesterId, FilterOperator::Equal, "u"),
                                                  is(CertificateField::Name, FilterOperator::Under, "example.com")})},
                .requests = kUnderTwo}});
    return cases;
}

} // namespace

TEST_CASE("who sees a few orders under a domain has them found by their names", "[unit][db]")
{
    check_plans(narrowed_cases(Work::Sort));
}

TEST_CASE("who sees many orders under a domain walks the index of the list", "[unit][db]")
{
    TestDatabase database(GENERATE(from_range(test_dialects())));
    database.store().write_now([&](db::UnitOfWork& work) {
        for (int i = 0; i <= db::kFewRows; ++i) {
            auto order = sample_order();
            order.decision_id = order.id;
            db::OrderRepository(work).insert(order);
            db::PolicyDecisionRepository(work).insert({.id = order.id, .decided_at = at(i), .order_id = order.id});
        }
    });
    check_plans(database, narrowed_cases(Work::Walk));
}

TEST_CASE("policy decisions are listed through an index, by every filter", "[unit][db]")
{
    const db::VisibleRequests own{.own = {.type = ActorType::User, .id = "u", .name = ""}};
    std::vector<Case> cases;
    const auto add_decisions = [&](const std::string& what, const db::PolicyDecisionFilter& filter,
                                   const std::string& index) {
        add<db::PolicyDecisionRepository>(cases, what, filter, Work::Walk, index);
    };
    add_decisions("all", {}, "policy_decisions_by_time");
    add_decisions("one's own", {.visible = own}, "policy_decisions_by_requester");
    add_decisions("rule", {.rule = "r"}, "policy_outcomes_of_rule");
    add_decisions("rule, of a time", {.rule = "r", .since = at(1), .until = at(2)}, "policy_outcomes_of_rule");
    add_decisions("outcome", {.outcome = PolicyOutcome::Refused}, "policy_outcomes_by_outcome");
    add_decisions("outcome, of a time", {.outcome = PolicyOutcome::Waived, .since = at(1), .until = at(2)},
                  "policy_outcomes_by_outcome");
    add_decisions("rule and outcome", {.rule = "r", .outcome = PolicyOutcome::Refused}, "policy_outcomes_by_rule");
    add_decisions("rule and outcome, of a time",
                  {.rule = "r", .outcome = PolicyOutcome::Refused, .since = at(1), .until = at(2)},
                  "policy_outcomes_"); // an empty table says nothing for one of two
    add_decisions("one's own of a rule and outcome", {.visible = own, .rule = "r", .outcome = PolicyOutcome::Warned},
                  "policy_decisions_by_requester");
    check_plans(cases);
}

TEST_CASE("decisions of a rule or an outcome are listed once each, whatever else they found", "[unit][db]")
{
    using enum PolicyOutcome;
    using Outcomes = std::vector<UnmetRule>;
    TestDatabase database(GENERATE(from_range(test_dialects())));
    const Actor ada{.type = ActorType::User, .id = "u", .name = "Ada"};
    const std::vector<Outcomes> decisions = {{{"a", Refused}, {"a", Warned}, {"b", Refused}},
                                             {},
                                             {{"b", Warned}, {"c", Warned}},
                                             {{"a", Waived}},
                                             {{"a", Refused}, {"b", Refused}, {"c", Refused}}};
    database.store().write_now([&](db::UnitOfWork& unit) {
        for (std::size_t i = 0; i < decisions.size(); ++i) {
            db::PolicyDecisionRepository(unit).insert({.id = "d" + std::to_string(i),
                                                       .decided_at = at(static_cast<long long>(i)),
                                                       .requested_by = ada,
                                                       .outcomes = decisions[i]});
        }
    });
    const auto listed = [&](bool own, db::PolicyDecisionFilter filter) {
        if (own) {
            filter.visible = db::VisibleRequests{.own = ada};
        }
        return database.store().read_now([&](db::Session& session) {
            db::PolicyDecisionRepository repository(session);
            std::string ids;
            PageRequest page{.limit = 1};
            for (auto found = repository.list(filter, page); !found.empty(); found = repository.list(filter, page)) {
                ids += found[0].id + ' ';
                page.after = Position{.value = std::to_string(to_millis(found[0].decided_at)), .id = found[0].id};
            }
            CHECK(repository.count(filter) == std::ranges::count(ids, ' '));
            return ids;
        });
    };
    for (const bool own : {false, true}) { // by outcomes, and by decisions
        CHECK(listed(own, {.outcome = Refused}) == "d0 d4 ");
        CHECK(listed(own, {.outcome = Warned}) == "d0 d2 ");
        CHECK(listed(own, {.outcome = Waived}) == "d3 ");
        CHECK(listed(own, {.rule = "a"}) == "d0 d3 d4 ");
        CHECK(listed(own, {.rule = "b"}) == "d0 d2 d4 ");
        CHECK(listed(own, {.rule = "b", .outcome = Refused}) == "d0 d4 ");
        CHECK(listed(own, {.rule = "d"}).empty());
        CHECK(listed(own, {.outcome = Refused, .since = at(1), .until = at(9)}) == "d4 ");
        CHECK(listed(own, {.rule = "a", .since = at(1), .until = at(4)}) == "d3 ");
    }
}

TEST_CASE("statistics read indexes instead of tables", "[unit][db]")
{
    const std::vector<Time> bounds = {at(1), at(2), at(3)};
    const db::VisibleRequests own{.own = {.type = ActorType::User, .id = "u", .name = ""}};
    const auto parts = [=](CertificateField moment, std::vector<FilterNode> where, std::vector<FilterNode> of) {
        where.push_back(is(moment, FilterOperator::GreaterOrEqual, to_millis(at(1))));
        where.push_back(is(moment, FilterOperator::Less, to_millis(at(3))));
        return [=](db::Session& session) {
            const db::CertificateFilter filter{.where = where, .now = at(1)};
            db::CertificateRepository(session).count_parts(filter, moment, bounds, of);
        };
    };
    using enum CertificateField;
    using enum FilterOperator;
    check_plans({
        {"what ends by what follows",
         parts(ValidTo, {is(RevokedAt, Exists, 0LL)},
               {is(Superseded, Equal, 1LL), is(RenewsByItself, Equal, 1LL), is(RenewsByItself, Equal, 0LL)}),
         Work::Sort, "certificates_statistics"},
        {"what came by how",
         parts(CreatedAt, {is(Source, Equal, "managed")},
               {is(RequesterType, Equal, "acme_client"), is(Source, Equal, "discovered")}),
         Work::Sort, "certificates_by_created_at"},
        {"orders", [=](db::Session& session) { db::OrderRepository(session).count_between({}, bounds); }, Work::Sort,
         "orders_complete"},
        {"one's own orders", [=](db::Session& session) { db::OrderRepository(session).count_between(own, bounds); },
         Work::Sort},
        {"durations", [](db::Session& session) { db::OrderRepository(session).durations({}, at(1), 10); }, Work::Sort,
         "orders_complete"},
        {"one's own durations", [=](db::Session& session) { db::OrderRepository(session).durations(own, at(1), 10); },
         Work::Sort},
        {"outcomes", [=](db::Session& session) { db::PolicyDecisionRepository(session).count_between({}, bounds); },
         Work::Sort, "policy_outcomes_by_time"},
        {"outcomes of one's own",
         [=](db::Session& session) { db::PolicyDecisionRepository(session).count_between(own, bounds); }, Work::Sort,
         "policy_outcomes_by_time"},
    });
}

TEST_CASE("the audit log is listed through an index, by every filter", "[unit][db]")
{
    std::vector<Case> cases;
    const auto add_events = [&](const std::string& what, const db::AuditFilter& filter, Work most = Work::Walk,
                                const std::string& index = "") {
        add<db::AuditRepository>(cases, what, filter, most, index);
    };
    add_events("all", {});
    add_events("action", {.action = "user.created"}, Work::Walk, "audit_events_by_action");
    add_events("actions", {.action = "certificate.*"}, Work::Sort);
    add_events("actor", {.actor_id = "u"}, Work::Walk, "audit_events_by_actor");
    add_events("resource", {.resource_id = "r"}, Work::Walk, "audit_events_by_resource");
    add_events("kind of resource", {.resource_type = "user"});
    add_events("failures", {.outcome = Outcome::Failure}, Work::Walk, "audit_events_failed");
    add_events("successes", {.outcome = Outcome::Success});
    add_events("request", {.request_id = "r"}, Work::Sort, "audit_events_by_request");
    add_events("since", {.since = at(1)}, Work::Sort);
    add_events("until", {.until = at(1)}, Work::Sort);
    check_plans(cases);
}

TEST_CASE("alerts are listed through an index, by every filter", "[unit][db]")
{
    std::vector<Case> cases;
    add<db::AlertRepository>(cases, "all", db::AlertFilter{}, Work::Walk, "alerts_by_last_at");
    add<db::AlertRepository>(cases, "open", db::AlertFilter{.states = {AlertState::Open}}, Work::Walk, "alerts_open");
    add<db::AlertRepository>(cases, "severity", db::AlertFilter{.severities = {AlertSeverity::Critical}});
    add<db::AlertRepository>(cases, "kind", db::AlertFilter{.kind = "order_failed"});
    check_plans(cases);
}

TEST_CASE("configuration is listed through an index", "[unit][db]")
{
    std::vector<Case> cases = {
        {"CAs", [](db::Session& session) { db::AuthorityRepository(session).list(); }},
        {"providers", [](db::Session& session) { db::ProviderRepository(session).list(); }},
        {"policies", [](db::Session& session) { db::PolicyRepository(session).list(); }},
        {"versions", [](db::Session& session) { db::PolicyRepository(session).versions("p"); }},
        {"ACME servers", [](db::Session& session) { db::AcmeServerRepository(session).list(); }},
        {"keys", [](db::Session& session) { db::KeyRepository(session).list_by_purpose("authority"); }},
        {"tokens", [](db::Session& session) { db::ApiTokenRepository(session).list_by_user("u"); }},
        {"domains", [](db::Session& session) { db::DomainRepository(session).list(); }}};
    for (const auto& page : pages("a")) {
        cases.push_back({"users", [=](db::Session& session) { db::UserRepository(session).list(page); }});
        cases.push_back(
            {"domains, paged", [=](db::Session& session) { db::DomainRepository(session).list({}, "", page); }});
        cases.push_back(
            {"enabled domains", [=](db::Session& session) { db::DomainRepository(session).list(true, "", page); }});
        cases.push_back({"domains with a text",
                         [=](db::Session& session) { db::DomainRepository(session).list({}, "exam", page); }});
    }
    check_plans(cases);
}

TEST_CASE("what renewal and revocation look up is found by an index", "[unit][db]")
{
    const Certificate certificate{.id = "c", .names = {{NameType::Dns, "a.example"}}, .spki_sha256 = "s"};
    std::vector<Case> cases = {
        {"due renewals", [](db::Session& session) { db::RenewalRepository(session).due(at(1), 10); }, Work::Walk,
         "planned_renewals_due"},
        {"stale renewals", [](db::Session& session) { db::RenewalRepository(session).stale(2, 10); }, Work::Walk,
         "planned_renewals_by_plan"},
        {"CAs to ask", [](db::Session& session) { db::RenewalRepository(session).to_ask(at(1), 10); }, Work::Walk,
         "planned_renewals_to_ask"},
        {"a renewal under way", [](db::Session& session) { db::OrderRepository(session).open_renewal("c"); },
         Work::Walk},
        {"orders that replace", [](db::Session& session) { db::OrderRepository(session).replacing("c", 10); },
         Work::Walk, "orders_replacing"},
        {"the same key",
         [=](db::Session& session) { db::CertificateRepository(session).sharing_key(certificate, at(1), 10); },
         Work::Walk, "certificates_by_spki"},
        {"the same names",
         [=](db::Session& session) { db::CertificateRepository(session).sharing_names(certificate, at(1), 10); },
         Work::Walk, "certificates_by_name_set"},
        {"compromised", [](db::Session& session) { db::CertificateRepository(session).is_compromised("s"); },
         Work::Walk, "certificates_by_spki"},
        {"open items", [](db::Session& session) { db::RevocationBatchRepository(session).open_items("b", 10); },
         Work::Walk, "revocation_batch_items_open"}};
    for (const auto& page : pages("1")) {
        cases.push_back(
            {"items", [=](db::Session& session) { db::RevocationBatchRepository(session).list_items("b", {}, page); }});
        cases.push_back(
            {"batches", [=](db::Session& session) { db::RevocationBatchRepository(session).list("", page); }});
        cases.push_back({"one person's batches",
                         [=](db::Session& session) { db::RevocationBatchRepository(session).list("u", page); },
                         Work::Walk, "revocation_batches_by_actor"});
        cases.push_back(
            {"blocked keys", [=](db::Session& session) { db::BlockedKeyRepository(session).list("", page); }});
    }
    check_plans(cases);
}
