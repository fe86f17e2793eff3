#include "db/repositories/certificate_repository.hpp"
#include "db/repositories/operation_repository.hpp"
#include "db/repositories/order_repository.hpp"
#include "db/repositories/policy_decision_repository.hpp"
#include "db/sql_piece.hpp"
#include "db/store.hpp"
#include "tests/support/test_database.hpp"
#include "tests/unit/db/samples.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace chancery;
using namespace chancery::test;
using chancery::db::OrderRepository;
using chancery::db::PageRequest;
using chancery::db::Session;
using chancery::db::UnitOfWork;
using chancery::db::VisibleRequests;

namespace {

using Texts = std::vector<std::string>;

const Actor kAda{.type = ActorType::User, .id = "ada", .name = ""};

/// A database with one order for each of these sets of names; the first name is the common name, and the order's id.
class Requests {
public:
    explicit Requests(db::Dialect dialect) : database(dialect) {}

    void order(const Texts& names, const Actor& requester = {.type = ActorType::User, .id = "somebody", .name = ""},
               const std::string& belongs_to = "")
    {
        auto order = sample_order();
        order.id = order.common_name = names.front();
        order.requested_by = requester;
        order.submitted_at = at(++submitted);
        order.decision_id = "decision-" + order.id;
        if (!belongs_to.empty()) {
            order.belongs_to_type = "user";
            order.belongs_to_id = belongs_to;
        }
        database.store().write_now([&](UnitOfWork& unit) {
            OrderRepository(unit).insert(order, as_names(names));
            decide(unit, order.id, requester);
            db::AlertRepository(unit).raise({.id = "alert-" + order.id,
                                             .kind = "order.failed",
                                             .cause = order.id,
                                             .resource_type = "order",
                                             .resource_id = order.id,
                                             .last_at = order.submitted_at});
        });
    }

    /// A request that became no order.
    void refused(const Texts& names)
    {
        database.store().write_now([&](UnitOfWork& unit) {
            decide(unit, names.front(), {.type = ActorType::User, .id = "somebody", .name = ""});
            OrderRepository(unit).insert_names(names.front(), as_names(names));
        });
    }

    /// The orders, decisions and alerts that are visible, which agree with what is counted, paged, and found one by
    /// one.
    Texts orders(const VisibleRequests& visible)
    {
        return database.store().read_now([&](Session& session) {
            OrderRepository orders(session);
            const db::OrderFilter filter{.visible = visible};
            const auto page = [&](const PageRequest& request) { return orders.list(filter, request); };
            const auto time = [](const Order& order) { return to_millis(order.submitted_at); };
            const auto ids = checked(page, time, orders.count(filter));
            for (const auto& all : orders.list({}, {.limit = 10'000})) {
                CHECK(orders.find(all.id, visible).has_value() == (std::ranges::find(ids, all.id) != ids.end()));
            }
            const auto counted = orders.count_between(visible, {at(0), at(1'000'000)}).at(0);
            CHECK(counted.open == static_cast<long long>(ids.size()));
            return ids;
        });
    }

    Texts decisions(const VisibleRequests& visible)
    {
        return database.store().read_now([&](Session& session) {
            db::PolicyDecisionRepository decisions(session);
            const db::PolicyDecisionFilter filter{.visible = visible};
            const db::PolicyDecisionFilter by_outcome{
                .visible = visible, .rule = "r", .outcome = PolicyOutcome::Warned};
            const auto page = [&](const PageRequest& request) { return decisions.list(filter, request); };
            const auto time = [](const PolicyDecisionRecord& record) { return to_millis(record.decided_at); };
            auto ids = checked(page, time, decisions.count(filter));
            CHECK(ids_of(decisions.list(by_outcome, {.limit = 10'000, .descending = true})) == ids);
            CHECK(decisions.count(by_outcome) == static_cast<long long>(ids.size()));
            const auto counted = decisions.count_between(visible, {at(0), at(1'000'000)}).at(0);
            CHECK((counted.empty() ? 0 : counted.at(0).warned) == static_cast<long long>(ids.size()));
            for (const auto& all : decisions.list({}, {.limit = 10'000})) {
                // One by one there are those, too, of orders of somebody else's that are visible.
                CHECK((std::ranges::find(ids, all.id) == ids.end() || decisions.find(all.id, visible)));
            }
            for (auto& id : ids) {
                id.erase(0, std::string("decision-").size());
            }
            return ids;
        });
    }

    Texts alerts(const db::VisibleAlerts& visible)
    {
        return database.store().read_now([&](Session& session) {
            db::AlertRepository alerts(session);
            const db::AlertFilter filter{.visible = visible};
            const auto page = [&](const PageRequest& request) { return alerts.list(filter, request); };
            const auto time = [](const Alert& alert) { return to_millis(alert.last_at); };
            auto ids = checked(page, time, alerts.count(filter));
            for (const auto& all : alerts.list({}, {.limit = 10'000})) {
                CHECK(alerts.find(all.id, visible).has_value() == (std::ranges::find(ids, all.id) != ids.end()));
            }
            for (auto& id : ids) {
                id.erase(0, std::string("alert-").size());
            }
            return ids;
        });
    }

    TestDatabase database;
    long long submitted = 0;

private:
    static std::vector<Name> as_names(const Texts& texts)
    {
        std::vector<Name> names;
        for (const auto& text : texts) {
            names.push_back({text.contains('@') ? NameType::Email : NameType::Dns, text});
        }
        return names;
    }

    void decide(UnitOfWork& unit, const std::string& order_id, const Actor& requester)
    {
        db::PolicyDecisionRepository(unit).insert({.id = "decision-" + order_id,
                                                   .decided_at = at(++submitted),
                                                   .order_id = order_id,
                                                   .requested_by = requester,
                                                   .common_name = order_id,
                                                   .outcomes = {{"r", PolicyOutcome::Warned}}});
    }

    /// Newest first, page by page of two, and the same the other way round.
    template <class Page, class At> static Texts checked(const Page& page, const At& time, long long counted)
    {
        std::vector<Texts> both;
        for (const bool descending : {true, false}) {
            Texts ids;
            PageRequest request{.limit = 2, .descending = descending};
            for (auto rows = page(request); !rows.empty(); rows = page(request)) {
                for (const auto& row : rows) {
                    ids.push_back(row.id);
                }
                request.after = db::Position{.value = std::to_string(time(rows.back())), .id = rows.back().id};
            }
            both.push_back(ids);
        }
        std::ranges::reverse(both[1]);
        CHECK(both[0] == both[1]);
        CHECK(counted == static_cast<long long>(both[0].size()));
        return both[0];
    }
};

} // namespace

TEST_CASE("an order is seen by any of its names under a domain", "[unit][db][visible]")
{
    Requests requests(GENERATE(from_range(test_dialects())));
    requests.order({"example.com"});
    requests.order({"www.example.com"});
    requests.order({"*.example.com", "a.example.net"});
    requests.order({"other.example.org", "deep.down.example.com", "x.example.net"});
    requests.order({"example.com.example.org"});
    requests.order({"notexample.com", "wwwexample.com"});
    requests.order({"ops@example.com"});
    requests.order({"ops@example.com.example.org"});
    requests.order({"example.net", "ops@www.example.com"});

    const Texts under = {"example.net", "other.example.org", "*.example.com", "www.example.com", "example.com"};
    const VisibleRequests web{.own = kAda, .domains = {"example.com"}};
    CHECK(requests.orders(web) == under);
    CHECK(requests.decisions(web) == under);
    CHECK(requests.alerts({.certificates = {FilterNode::any({})}, .requests = web}) == under);
    const VisibleRequests mail{.own = kAda, .domains = {"@example.com"}};
    CHECK(requests.orders(mail) == Texts{"ops@example.com"});
    const VisibleRequests two{.own = kAda, .domains = {"notexample.com", "a.example.net"}};
    CHECK(requests.orders(two) == Texts{"notexample.com", "*.example.com"});
    CHECK(requests.orders({.own = kAda, .domains = {"ple.com"}}).empty());
}

TEST_CASE("one's own orders are those that one submitted and renewals of one's own certificates", "[unit][db][visible]")
{
    Requests requests(GENERATE(from_range(test_dialects())));
    requests.order({"a.example"}, kAda);
    requests.order({"b.example"});
    requests.order({"c.example"}, {.type = ActorType::System, .id = "system", .name = ""}, "ada");
    requests.order({"d.example"}, {.type = ActorType::ServiceAccount, .id = "ada", .name = ""});
    requests.order({"e.example"}, kAda);
    requests.order({"f.example"}, {.type = ActorType::System, .id = "system", .name = ""}, "somebody");
    CHECK(requests.orders({.own = kAda}) == Texts{"e.example", "c.example", "a.example"});
    CHECK(requests.decisions({.own = kAda}) == Texts{"e.example", "a.example"});
    CHECK(requests.alerts({.certificates = {FilterNode::any({})}, .requests = {.own = kAda}}) ==
          Texts{"e.example", "c.example", "a.example"});
    CHECK(requests.orders({.own = kAda, .domains = {"b.example"}}) ==
          Texts{"e.example", "c.example", "b.example", "a.example"});
    requests.database.store().read_now([&](Session& session) {
        CHECK(db::PolicyDecisionRepository(session).find("decision-c.example", VisibleRequests{.own = kAda}));
        CHECK_FALSE(db::PolicyDecisionRepository(session).find("decision-b.example", VisibleRequests{.own = kAda}));
        return true;
    });
}

TEST_CASE("what was decided about a refused request is seen by any of its names", "[unit][db][visible]")
{
    Requests requests(GENERATE(from_range(test_dialects())));
    requests.refused({"www.example.com"});
    requests.refused({"a.example.org", "b.example.com"});
    requests.refused({"example.org"});
    const VisibleRequests visible{.own = kAda, .domains = {"example.com"}};
    CHECK(requests.decisions(visible) == Texts{"a.example.org", "www.example.com"});
    CHECK(requests.orders(visible).empty());
}

TEST_CASE("few orders are found by their names, among many they are met on the way, and it is the same ones",
          "[unit][db][visible]")
{
    Requests requests(GENERATE(from_range(test_dialects())));
    requests.order({"example.net"});
    const int more = db::kFewRows;
    requests.database.store().write_now([&](UnitOfWork& unit) {
        for (int i = 0; i < more; ++i) {
            auto order = sample_order();
            order.submitted_at = at(100 + i);
            order.common_name = "www.example.com";
            OrderRepository(unit).insert(order);
        }
    });
    requests.order({"a.example.org", "b.example.com"});
    const VisibleRequests many{.own = kAda, .domains = {"example.com"}};
    requests.database.store().read_now([&](Session& session) {
        OrderRepository orders(session);
        CHECK(orders.count({.visible = many}) == more + 1);
        CHECK(ids_of(orders.list({.visible = many}, {.limit = 1})) == Texts{"a.example.org"});
        CHECK(orders.list({.visible = many}, {.limit = 10'000}).size() == static_cast<std::size_t>(more) + 1);
        CHECK(orders.count_between(many, {at(0), at(1'000'000)}).at(0).open == more + 1);
        return true;
    });
}

TEST_CASE("alerts about certificates are as these, and what is about neither is everybody's", "[unit][db][visible]")
{
    TestDatabase database(GENERATE(from_range(test_dialects())));
    const auto seen = sample_certificate("www.example.com");
    const auto unseen = sample_certificate("www.example.org");
    database.store().write_now([&](UnitOfWork& unit) {
        for (const auto& certificate : {seen, unseen}) {
            db::CertificateRepository(unit).insert(certificate);
        }
        const std::pair<std::string, std::string> about[] = {{"certificate", seen.id},
                                                             {"certificate", unseen.id},
                                                             {"certificate", "gone"},
                                                             {"provider", "p"},
                                                             {"order", "gone"}};
        for (const auto& [type, id] : about) {
            db::AlertRepository(unit).raise({.id = type + ' ' + id,
                                             .kind = "x",
                                             .cause = type + id,
                                             .resource_type = type,
                                             .resource_id = id,
                                             .last_at = at(1)});
        }
    });
    const db::VisibleAlerts visible{.certificates = {FilterNode::any({FilterNode::compare(
                                        CertificateField::Name, FilterOperator::Under, "example.com")})},
                                    .requests = {.own = kAda, .domains = {"example.com"}}};
    database.store().read_now([&](Session& session) {
        db::AlertRepository alerts(session);
        auto ids = ids_of(alerts.list({.visible = visible}, {}));
        std::ranges::sort(ids);
        CHECK(ids == Texts{"certificate " + seen.id, "provider p"});
        CHECK(alerts.count({.visible = visible}) == 2);
        CHECK_FALSE(alerts.find("certificate " + unseen.id, visible));
        CHECK(alerts.find("certificate " + seen.id, visible));
        return true;
    });
}
