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
#include "tests/support/test_database.hpp"
#include "tests/unit/db/samples.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <functional>

using namespace chancery;
using namespace chancery::test;
using chancery::db::Dialect;
using chancery::db::PageRequest;
using chancery::db::Position;
using chancery::db::Query;

namespace {

using List = std::function<void(db::Session&)>;

/// What a database may do for a list.
enum class Work {
    Walk, ///< reads rows in the order they are wanted, through an index: stops at the end of the page
    Sort, ///< finds the rows by an index and sorts those
    Scan  ///< reads a table from its beginning to its end
};

struct Case {
    std::string what;
    List list;
    Work most = Work::Walk;
    std::string index{}; ///< that has to be used, if any
};

struct Statement {
    std::string sql;
    decltype(db::Prepared::parameters) parameters;
};

/// The statements that `list` prepares for its page: one, two lists that it puts together, or the inventory's walks by
/// terms. It counts beforehand what few rows a condition leaves.
std::vector<Statement> prepared_by(db::Session& session, const List& list)
{
    auto& statements = session.impl().statements;
    statements.clear();
    list(session);
    std::vector<Statement> page;
    bool by_terms = false;
    for (auto& [sql, statement] : statements) {
        by_terms = by_terms || sql.starts_with("WITH RECURSIVE terms");
        if (!sql.starts_with("SELECT count(*)") && !sql.starts_with("SELECT set_config") &&
            !sql.starts_with("EXPLAIN")) {
            page.push_back({.sql = statement->sql, .parameters = statement->parameters});
        }
    }
    REQUIRE_FALSE(page.empty());
    REQUIRE((by_terms || page.size() <= 2));
    return page;
}

std::string plan_of(db::Session& session, const Statement& listed)
{
    const bool sqlite = session.dialect() == Dialect::Sqlite;
    Query explain(session, (sqlite ? "EXPLAIN QUERY PLAN " : "EXPLAIN ") + listed.sql);
    for (const auto& cell : listed.parameters) {
        if (cell.is_number) {
            explain.bind(cell.number);
        } else {
            explain.bind(cell.text);
        }
    }
    std::string plan;
    for (const auto& line : explain.all([&](db::Row& row) {
             if (sqlite) {
                 for (int i = 0; i < 3; ++i) {
                     row.get<long long>();
                 }
             }
             return row.get<std::string>();
         })) {
        plan += line + '\n';
    }
    return plan;
}

bool contains(const std::string& text, std::string_view part)
{
    return text.find(part) != std::string::npos;
}

/// A line of SQLite's that reads a table from its beginning to its end, in no order that helps.
bool is_scan(std::string_view line, bool sorts)
{
    const auto at = line.find("SCAN ");
    if (at == std::string_view::npos) {
        return line.find("Seq Scan") != std::string_view::npos;
    }
    const auto what = line.substr(at + 5);
    // The log's key is its sequence: its rows are read in their order.
    const bool in_order = !sorts && what.starts_with("audit_events");
    // What the statement has made itself; each of the terms was found through the index.
    constexpr std::string_view kOwn[] = {"bucketed", "cells", "placed", "(subquery", "terms", "CONSTANT ROW"};
    const bool own = std::ranges::any_of(kOwn, [&](std::string_view name) { return what.starts_with(name); });
    return line.find("INDEX") == std::string_view::npos && !in_order && !own;
}

Work work_of(const std::string& plan)
{
    const bool sorts = contains(plan, "TEMP B-TREE") || contains(plan, "Sort");
    for (std::size_t at = 0; at < plan.size();) {
        const auto end = plan.find('\n', at);
        if (is_scan(std::string_view(plan).substr(at, end - at), sorts)) {
            return Work::Scan;
        }
        at = end + 1;
    }
    return sorts ? Work::Sort : Work::Walk;
}

/// PostgreSQL reads a small table whole, or sorts it, whatever indexes it has; this makes it show what it would do with
/// a large one.
void prefer_indexes(db::Session& session, Work most)
{
    if (session.dialect() == Dialect::Postgres) {
        const auto* const sort = most == Work::Walk ? "off" : "on";
        db::run_script(session, "SET enable_seqscan = off; SET enable_bitmapscan = off; "
                                "SET enable_incremental_sort = off; SET enable_sort = " +
                                    std::string(sort));
    }
}

void check_plans(TestDatabase& database, const std::vector<Case>& cases)
{
    database.store().write_now([&](db::UnitOfWork& session) {
        for (const auto& one : cases) {
            prefer_indexes(session, one.most);
            std::string all;
            for (const auto& statement : prepared_by(session, one.list)) {
                const auto plan = plan_of(session, statement);
                INFO(one.what << '\n' << statement.sql << '\n' << plan);
                CHECK(work_of(plan) <= one.most);
                all += plan;
            }
            INFO(one.what << '\n' << all);
            CHECK(contains(all, one.index));
        }
    });
}

void check_plans(const std::vector<Case>& cases)
{
    TestDatabase database(GENERATE(from_range(test_dialects())));
    check_plans(database, cases);
}

/// The first page, and the one after it.
std::vector<PageRequest> pages(const std::string& value)
{
    std::vector<PageRequest> all;
    for (const bool descending : {true, false}) {
        all.push_back({.limit = 51, .descending = descending});
        all.push_back({.limit = 51, .descending = descending, .after = Position{.value = value, .id = "x"}});
    }
    return all;
}

template <class Repository, class Filter>
void add(std::vector<Case>& cases, const std::string& what, const Filter& filter, Work most = Work::Walk,
         const std::string& index = "")
{
    for (const auto& page : pages("1800000000000")) {
        const auto name = what + (page.descending ? ", newest first" : ", oldest first") + (page.after ? ", on" : "");
        cases.push_back({name, [=](db::Session& session) { Repository(session).list(filter, page); }, most,
                         page.after ? "" : index});
    }
}

/// A condition on the inventory that all of `sample_certificate`s meet, or none.
struct Narrowed {
    std::string what;
    std::vector<FilterNode> where;
    Work when_few = Work::Sort; ///< where few rows are left by it
};

FilterNode is(CertificateField field, FilterOperator op, FilterValue value)
{
    return FilterNode::compare(field, op, std::move(value));
}

/// Every field with every operator that reaches the repository.
std::vector<Narrowed> certificate_conditions()
{
    using enum CertificateField;
    using enum FilterOperator;
    const auto moment = to_millis(at(500));
    std::vector<Narrowed> all = {
        {"everything", {}, Work::Walk},
        {"active", {is(Status, Equal, "active")}},
        {"expired or revoked", {FilterNode::among(Status, {"expired", "revoked"})}},
        {"not revoked", {FilterNode::none({is(Status, Equal, "revoked")})}, Work::Walk},
        {"days", {is(DaysUntilExpiry, Less, 30LL), is(DaysUntilExpiry, GreaterOrEqual, 0LL)}},
        {"a window of expiry", {is(ValidTo, GreaterOrEqual, moment), is(ValidTo, Less, moment + 1)}},
        {"any of two names", {FilterNode::among(Name, {"www.example.com", "b.example.com"})}},
        {"a domain", {is(Name, Under, "example.com")}},
        {"a part of a name", {is(Name, Contains, "exam")}, Work::Walk},
        {"a tag or a name", {FilterNode::any({is(Tag, Equal, "blue"), is(Name, Under, "example.com")})}},
        {"tagged", {is(Tag, Exists, 1LL)}, Work::Walk},
        {"a part of a tag", {is(Tag, Contains, "lu")}, Work::Walk},
        {"a part of the issuer", {is(Issuer, Contains, "test")}, Work::Walk},
        {"a text", {is(Text, Contains, "exam")}},
        {"a short text", {is(Text, Contains, "ex")}, Work::Walk},
        {"owned by", {is(Owner, Equal, "ops")}},
        {"owned by a group", {is(OwnerType, Equal, "group")}},
        {"a number of a custom field",
         {{.comparison = {.field = Custom, .op = Greater, .values = {5LL}, .custom = "cost"}}}},
        {"a text of a custom field",
         {{.comparison = {.field = Custom, .op = Equal, .values = {"x"}, .custom = "team"}}}},
        {"a key to export", {is(HasPrivateKey, Equal, 1LL)}},
        {"no key to export", {is(HasPrivateKey, Equal, 0LL)}, Work::Walk},
        {"superseded", {is(Superseded, Equal, 1LL)}},
        {"not superseded", {is(Superseded, Equal, 0LL)}, Work::Walk},
        {"with warnings", {is(HasPolicyWarnings, Equal, 1LL)}},
        {"revoked ever", {is(RevokedAt, Exists, 1LL)}},
        // Two tables say it, and of the usual value there is no index: docs/inventory.md.
        {"renewed by itself", {is(RenewsByItself, Equal, 1LL)}, Work::Walk},
        {"not renewed by itself", {is(RenewsByItself, Equal, 0LL)}, Work::Walk},
        {"a renewal planned", {is(RenewalDueAt, Exists, 1LL)}},
        {"a renewal due", {is(RenewalDueAt, GreaterOrEqual, moment), is(RenewalDueAt, Less, moment + 1)}},
        {"a usual algorithm", {is(Algorithm, Equal, "ec-256")}, Work::Walk},
        {"a domain, active, of one's own",
         {is(Name, Under, "example.com"), is(Status, Equal, "active"), is(RequesterId, Equal, "user-1")}},
    };
    const std::pair<CertificateField, const char*> texts[] = {{Id, "x"},
                                                              {CommonName, "a"},
                                                              {Name, "a.example.com"},
                                                              {Issuer, "CN=A"},
                                                              {AuthorityId, "a"},
                                                              {ProviderId, "p"},
                                                              {Algorithm, "rsa-2048"},
                                                              {Digest, "sha384"},
                                                              {Source, "discovered"},
                                                              {FingerprintSha256, "f"},
                                                              {SerialNumber, "0a"},
                                                              {RevocationReason, "superseded"},
                                                              {OrderId, "o"},
                                                              {RenewedFrom, "r"},
                                                              {RenewedTo, "r"},
                                                              {RequesterType, "user"},
                                                              {RequesterId, "u"},
                                                              {Tag, "blue"}};
    for (const auto& [field, value] : texts) {
        all.push_back({"field " + std::to_string(static_cast<int>(field)), {is(field, Equal, value)}});
        all.push_back({"two of field " + std::to_string(static_cast<int>(field)),
                       {FilterNode::among(field, {value, std::string(value) + "2"})}});
    }
    for (const auto field : {ValidFrom, ValidTo, RevokedAt, CreatedAt}) {
        all.push_back({"before, field " + std::to_string(static_cast<int>(field)), {is(field, Less, moment)}});
        all.push_back({"after, field " + std::to_string(static_cast<int>(field)), {is(field, Greater, moment)}});
    }
    return all;
}

std::vector<Case> certificate_cases()
{
    std::vector<Case> cases;
    for (const auto& one : certificate_conditions()) {
        for (const auto sort :
             {db::CertificateSort::CreatedAt, db::CertificateSort::ValidTo, db::CertificateSort::CommonName}) {
            for (const auto& page : pages(sort == db::CertificateSort::CommonName ? "a" : "1800000000000")) {
                const List list = [=](db::Session& session) {
                    const db::CertificateFilter filter{.where = one.where, .now = at(1)};
                    db::CertificateRepository(session).list(filter, sort, page);
                };
                cases.push_back({one.what + ", sort " + std::to_string(static_cast<int>(sort)), list, one.when_few});
            }
        }
    }
    return cases;
}

/// Conditions that leave all of many rows: on a column all of these have one value in.
std::vector<Narrowed> common_conditions()
{
    using enum CertificateField;
    using enum FilterOperator;
    return {{"CA", {is(AuthorityId, Equal, "authority-1")}},
            {"provider", {is(ProviderId, Equal, "provider-1")}},
            {"issuer", {is(Issuer, Equal, "CN=Test CA")}},
            {"requester", {is(RequesterId, Equal, "user-1")}},
            {"kind of requester", {is(RequesterType, Equal, "user")}},
            {"domain", {is(Name, Under, "example.com")}},
            {"name", {is(Name, Equal, "www.example.com")}},
            {"tag", {is(Tag, Equal, "blue")}},
            {"active", {is(Status, Equal, "active")}},
            {"expiry", {is(ValidTo, Greater, to_millis(at(1)))}},
            {"expiry before", {is(ValidTo, Less, to_millis(at(1'000'000)))}},
            {"issue", {is(CreatedAt, Greater, to_millis(at(1)))}},
            {"validity", {is(ValidFrom, Less, to_millis(at(1)))}},
            {"domain and tag", {is(Name, Under, "example.com"), is(Tag, Equal, "blue")}}};
}

} // namespace

TEST_CASE("the inventory finds the few rows of a condition by its index, by every field", "[unit][db]")
{
    check_plans(certificate_cases());
}

TEST_CASE("the inventory walks the index of its order where a condition leaves many rows", "[unit][db]")
{
    TestDatabase database(GENERATE(from_range(test_dialects())));
    database.store().write_now([&](db::UnitOfWork& work) {
        for (int i = 0; i <= db::kFewRows; ++i) {
            auto certificate = sample_certificate();
            certificate.tags = {"blue"};
            db::CertificateRepository(work).insert(certificate);
        }
    });
    std::vector<Case> cases;
    for (const auto& one : common_conditions()) {
        for (const auto sort :
             {db::CertificateSort::CreatedAt, db::CertificateSort::ValidTo, db::CertificateSort::CommonName}) {
            for (const auto& page : pages(sort == db::CertificateSort::CommonName ? "a" : "1800000000000")) {
                cases.push_back({one.what + ", sort " + std::to_string(static_cast<int>(sort)),
                                 [=](db::Session& session) {
                                     const db::CertificateFilter filter{.where = one.where, .now = at(1)};
                                     db::CertificateRepository(session).list(filter, sort, page);
                                 },
                                 Work::Walk});
            }
        }
    }
    const std::pair<const char*, db::OrderFilter> orders[] = {{"orders of a provider", {.provider_id = "provider-1"}},
                                                              {"orders of a CA", {.authority_id = "authority-1"}},
                                                              {"orders of a domain", {.domain = "example.com"}}};
    for (const auto& [what, filter] : orders) {
        add<db::OrderRepository>(cases, what, filter, Work::Walk, "orders_by_submission");
    }
    check_plans(database, cases);
}

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

TEST_CASE("what expires in a span and came in a window is looked for in that window alone", "[unit][db]")
{
    TestDatabase database(GENERATE(from_range(test_dialects())));
    constexpr long long kTerm = 90LL * 24 * 60 * 60;
    constexpr long long kCount = 5'020;
    std::vector<std::string> ids;
    database.store().write_now([&](db::UnitOfWork& work) {
        for (long long i = 0; i < kCount; ++i) {
            auto certificate = sample_certificate();
            certificate.created_at = at(i);
            certificate.valid_to = at(i + kTerm);
            certificate.names.clear();
            certificate.tags.clear();
            db::CertificateRepository(work).insert(certificate);
            ids.push_back(certificate.id);
        }
    });
    // More than a short walk.
    const auto from = to_millis(at(10));
    const auto to = to_millis(at(5'012));
    using enum CertificateField;
    using enum FilterOperator;
    const db::CertificateFilter filter{.where = {is(CreatedAt, GreaterOrEqual, from), is(CreatedAt, Less, to),
                                                 is(ValidTo, GreaterOrEqual, to_millis(at(1))),
                                                 is(ValidTo, Less, to_millis(at(3 * kTerm)))},
                                       .now = at(1)};
    for (const bool descending : {true, false}) {
        std::vector<std::string> found;
        const List list = [&](db::Session& session) {
            found.clear();
            for (const auto& one : db::CertificateRepository(session).list(filter, db::CertificateSort::CreatedAt,
                                                                           {.limit = 2, .descending = descending})) {
                found.push_back(one.id);
            }
        };
        const auto statements =
            database.store().write_now([&](db::UnitOfWork& session) { return prepared_by(session, list); });
        CHECK(found == (descending ? std::vector{ids[5'011], ids[5'010]} : std::vector{ids[10], ids[11]}));
        const auto walk = std::ranges::find_if(
            statements, [](const Statement& one) { return one.sql.starts_with("SELECT created_at, id"); });
        REQUIRE(walk != statements.end());
        // Each bound is in the condition, which every row is held against, and in the walk through the index.
        for (const auto bound : {from, to}) {
            CHECK(std::ranges::count_if(walk->parameters,
                                        [&](const auto& cell) { return cell.is_number && cell.number == bound; }) == 2);
        }
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
