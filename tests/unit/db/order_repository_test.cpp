#include "db/repositories/certificate_repository.hpp"
#include "db/repositories/order_repository.hpp"
#include "db/repositories/policy_decision_repository.hpp"
#include "db/store.hpp"
#include "tests/support/test_database.hpp"
#include "tests/unit/db/samples.hpp"

#include <catch2/catch.hpp>

using namespace chancery;
using namespace chancery::test;
using chancery::db::OrderFilter;
using chancery::db::OrderRepository;
using chancery::db::PageRequest;
using chancery::db::Session;
using chancery::db::UnitOfWork;

namespace {

using Ids = std::vector<std::string>;

void insert(db::Store& store, const Order& order)
{
    store.write_now([&](UnitOfWork& unit) { OrderRepository(unit).insert(order); });
}

Order load(db::Store& store, const std::string& id)
{
    return store.read_now([&](Session& session) { return OrderRepository(session).find(id).value(); });
}

Ids found(db::Store& store, const OrderFilter& filter)
{
    return store.read_now([&](Session& session) {
        auto ids = ids_of(OrderRepository(session).list(filter, PageRequest{}));
        CHECK(OrderRepository(session).count(filter) == static_cast<long long>(ids.size()));
        return ids;
    });
}

} // namespace

TEST_CASE("an order comes back as it was stored", "[unit][db]")
{
    TestDatabase database(GENERATE(from_range(test_dialects())));
    auto order = sample_order();
    order.type = OrderType::ExternalCa;
    order.kind = OrderKind::Renewal;
    order.pathway = Pathway::Acme;
    order.status = OrderStatus::Failed;
    order.authority_id = "authority-1";
    order.certificate_id = "certificate-1";
    order.error = R"({"code":"x"})";
    order.decision = "{}"; // as of an order that is older than the table of decisions
    order.renews_certificate = "certificate-0";
    order.acme_account_id = "account-1";
    order.key_id = "key-1";
    order.completed_at = at(99);
    order.revision = 4;
    insert(database.store(), order);
    const auto stored = load(database.store(), order.id);
    CHECK(stored.common_name == order.common_name);
    CHECK(stored.type == order.type);
    CHECK(stored.kind == order.kind);
    CHECK(stored.pathway == order.pathway);
    CHECK(stored.status == order.status);
    CHECK(stored.requested_by == order.requested_by);
    CHECK(stored.provider_id == order.provider_id);
    CHECK(stored.authority_id == order.authority_id);
    CHECK(stored.request == order.request);
    CHECK(stored.certificate_id == order.certificate_id);
    CHECK(stored.error == order.error);
    CHECK(stored.decision == order.decision);
    CHECK(stored.decision_id == order.decision_id);
    CHECK(stored.policy_warnings == order.policy_warnings);
    CHECK(stored.resubmission_of == order.resubmission_of);
    CHECK(stored.renews_certificate == order.renews_certificate);
    CHECK(stored.acme_account_id == order.acme_account_id);
    CHECK(stored.key_id == order.key_id);
    CHECK(stored.submitted_at == order.submitted_at);
    CHECK(stored.completed_at == order.completed_at);
    CHECK(stored.revision == 4);
}

TEST_CASE("an order goes from pending through processing to complete, each step once", "[unit][db]")
{
    TestDatabase database(GENERATE(from_range(test_dialects())));
    auto order = sample_order();
    insert(database.store(), order);
    order.authority_id = "authority-1";
    order.decision = R"({"ok":true})";
    order.decision_id = "decision-1";
    order.policy_warnings = R"([{"rule":"r"}])";
    order.key_id = "key-1";
    database.store().write_now([&](UnitOfWork& unit) {
        OrderRepository orders(unit);
        db::PolicyDecisionRepository(unit).insert(
            {.id = "decision-1", .order_id = order.id, .document = order.decision});
        CHECK_FALSE(orders.complete(order.id, "certificate-1", at(20)));
        CHECK(orders.mark_processing(order));
        CHECK_FALSE(orders.mark_processing(order));
        CHECK(orders.complete(order.id, "certificate-1", at(20)));
        CHECK_FALSE(orders.complete(order.id, "certificate-2", at(21)));
        CHECK_FALSE(orders.fail(order.id, "{}", at(22)));
    });
    const auto stored = load(database.store(), order.id);
    CHECK(stored.status == OrderStatus::Complete);
    CHECK(stored.certificate_id == "certificate-1");
    CHECK(stored.authority_id == "authority-1");
    CHECK(stored.decision == order.decision);
    CHECK(stored.decision_id == order.decision_id);
    CHECK(stored.policy_warnings == order.policy_warnings);
    CHECK(stored.key_id == "key-1");
    CHECK(stored.duration_ms() == 10'000);
    CHECK(stored.revision == 3);
}

TEST_CASE("a failed order keeps its error and fails once", "[unit][db]")
{
    TestDatabase database(GENERATE(from_range(test_dialects())));
    const auto order = sample_order();
    insert(database.store(), order);
    database.store().write_now([&](UnitOfWork& unit) {
        CHECK(OrderRepository(unit).fail(order.id, R"({"code":"X"})", at(20)));
        CHECK_FALSE(OrderRepository(unit).fail(order.id, R"({"code":"Y"})", at(30)));
    });
    const auto stored = load(database.store(), order.id);
    CHECK(stored.status == OrderStatus::Failed);
    CHECK(stored.error == R"({"code":"X"})");
    CHECK(stored.completed_at == at(20));
}

TEST_CASE("orders are narrowed by every filter and paged by submission", "[unit][db]")
{
    TestDatabase database(GENERATE(from_range(test_dialects())));
    auto& store = database.store();
    auto first = sample_order();
    auto second = sample_order();
    second.type = OrderType::Acme;
    second.kind = OrderKind::Renewal;
    second.requested_by.id = "user-2";
    second.submitted_at = at(20);
    auto third = sample_order();
    third.status = OrderStatus::Failed;
    third.common_name = "other.example.com";
    third.submitted_at = at(30);
    for (const auto& order : {first, second, third}) {
        insert(store, order);
    }
    CHECK(found(store, {}) == Ids{first.id, second.id, third.id});
    CHECK(found(store, {.statuses = {OrderStatus::Failed}}) == Ids{third.id});
    CHECK(found(store, {.statuses = {OrderStatus::Failed, OrderStatus::Pending}}).size() == 3);
    CHECK(found(store, {.type = OrderType::Acme}) == Ids{second.id});
    CHECK(found(store, {.kind = OrderKind::Renewal}) == Ids{second.id});
    CHECK(found(store, {.requester_id = "user-2"}) == Ids{second.id});
    CHECK(found(store, {.common_name = "other.example.com"}) == Ids{third.id});
    CHECK(found(store, {.submitted_before = at(20)}) == Ids{first.id});
    CHECK(found(store, {.submitted_after = at(20)}) == Ids{third.id});
    store.read_now([&](Session& session) {
        OrderRepository orders(session);
        CHECK(ids_of(orders.list({}, {.limit = 2, .descending = true})) == Ids{third.id, second.id});
        const db::Position after{.value = std::to_string(to_millis(second.submitted_at)), .id = second.id};
        CHECK(ids_of(orders.list({}, {.limit = 2, .descending = true, .after = after})) == Ids{first.id});
        CHECK(orders.unfinished(10) == Ids{first.id, second.id});
        CHECK(orders.unfinished(1) == Ids{first.id});
        return true;
    });
}

TEST_CASE("orders are found by where they went, by a part of the name and by what became of them", "[unit][db]")
{
    TestDatabase database(GENERATE(from_range(test_dialects())));
    auto& store = database.store();
    const auto add = [&](const std::string& name, const auto& change) {
        auto order = sample_order();
        order.common_name = name;
        order.status = OrderStatus::Complete;
        order.authority_id = "authority-1";
        order.certificate_id = fresh_id();
        order.pathway = Pathway::Acme;
        order.requested_by.type = ActorType::AcmeClient;
        order.resubmission_of.reset();
        change(order);
        insert(store, order);
        if (order.certificate_id) {
            auto certificate = sample_certificate(name);
            certificate.id = *order.certificate_id;
            certificate.order_id = order.id;
            certificate.provider_id = order.provider_id;
            certificate.authority_id = order.authority_id;
            store.write_now([&](UnitOfWork& unit) { db::CertificateRepository(unit).insert(certificate); });
        }
        return order;
    };
    const auto plain = add("www.example.com", [](Order&) {});
    const auto outside = add("shop.example.org", [](Order& order) {
        order.type = OrderType::ExternalCa;
        order.provider_id = "provider-2";
        order.authority_id.reset();
        order.pathway = Pathway::Automated;
        order.requested_by.type = ActorType::System;
        order.policy_warnings = R"([{"rule":"r"}])";
        order.submitted_at = at(20);
    });
    const auto renewal = add("deep.www.example.com", [&](Order& order) {
        order.kind = OrderKind::Renewal;
        order.renews_certificate = plain.certificate_id;
        order.authority_id = "authority-2";
        order.submitted_at = at(30);
    });
    // Without a certificate, failed and under way.
    const auto failed = add("badexample.com", [](Order& order) {
        order.status = OrderStatus::Failed;
        order.certificate_id.reset();
        order.provider_id = "provider-2";
        order.authority_id = "authority-2";
        order.submitted_at = at(40);
    });
    const auto open = add("a_b.example.com", [&](Order& order) {
        order.status = OrderStatus::Processing;
        order.certificate_id.reset();
        order.resubmission_of = failed.id;
        order.authority_id = "authority-2";
        order.submitted_at = at(50);
    });
    CHECK(found(store, {.provider_id = "provider-1"}) == Ids{plain.id, renewal.id, open.id});
    CHECK(found(store, {.provider_id = "provider-2"}) == Ids{outside.id, failed.id});
    CHECK(found(store, {.provider_id = "provider-3"}).empty());
    CHECK(found(store, {.authority_id = "authority-1"}) == Ids{plain.id});
    CHECK(found(store, {.authority_id = "authority-2"}) == Ids{renewal.id, failed.id, open.id});
    CHECK(found(store, {.domain = "example.com"}) == Ids{plain.id, renewal.id, open.id});
    CHECK(found(store, {.domain = "www.example.com"}) == Ids{plain.id, renewal.id});
    CHECK(found(store, {.domain = "badexample.com"}) == Ids{failed.id});
    CHECK(found(store, {.domain = "b.example.com"}).empty()); // '_' stands for itself
    CHECK(found(store, {.name_substring = "example"}).size() == 5);
    CHECK(found(store, {.name_substring = "bad"}) == Ids{failed.id});
    CHECK(found(store, {.name_substring = "op"}) == Ids{outside.id});
    CHECK(found(store, {.name_substring = "a_b"}) == Ids{open.id});
    CHECK(found(store, {.name_substring = "w_w"}).empty());
    CHECK(found(store, {.provider_id = "provider-2", .domain = "example.org"}) == Ids{outside.id});
    CHECK(found(store, {.authority_id = "authority-1", .domain = "example.org"}).empty());
    CHECK(found(store, {.statuses = {OrderStatus::Failed}, .authority_id = "authority-2"}) == Ids{failed.id});
    CHECK(found(store, {.pathway = Pathway::Automated}) == Ids{outside.id});
    CHECK(found(store, {.pathway = Pathway::Acme}).size() == 4);
    CHECK(found(store, {.requester_type = ActorType::System}) == Ids{outside.id});
    CHECK(found(store, {.requester_type = ActorType::AcmeClient}).size() == 4);
    CHECK(found(store, {.certificate_id = renewal.certificate_id.value()}) == Ids{renewal.id});
    CHECK(found(store, {.certificate_id = "nobody's"}).empty());
    CHECK(found(store, {.renews_certificate = plain.certificate_id.value()}) == Ids{renewal.id});
    CHECK(found(store, {.resubmission_of = failed.id}) == Ids{open.id});
    CHECK(found(store, {.has_policy_warnings = true}) == Ids{outside.id});
    CHECK(found(store, {.has_policy_warnings = false}).size() == 4);
}

TEST_CASE("an intent is kept until it is removed, with its exact bytes", "[unit][db]")
{
    TestDatabase database(GENERATE(from_range(test_dialects())));
    const IssuanceIntent intent{.order_id = "order-1",
                                .authority_id = "authority-1",
                                .serial_number = "0a1b",
                                .tbs = std::string("\x30\x00\xff\x00", 4),
                                .digest = Digest::Sha384,
                                .created_at = at(3)};
    database.store().write_now([&](UnitOfWork& unit) { OrderRepository(unit).insert_intent(intent); });
    database.store().write_now([&](UnitOfWork& unit) {
        const auto stored = OrderRepository(unit).find_intent("order-1").value();
        CHECK(stored.authority_id == intent.authority_id);
        CHECK(stored.serial_number == intent.serial_number);
        CHECK(stored.tbs == intent.tbs);
        CHECK(stored.digest == intent.digest);
        CHECK(stored.created_at == intent.created_at);
        OrderRepository(unit).remove_intent("order-1");
        CHECK_FALSE(OrderRepository(unit).find_intent("order-1"));
    });
}
