#include "db/repositories/acme_repository.hpp"
#include "db/repositories/authority_repository.hpp"
#include "db/repositories/certificate_repository.hpp"
#include "db/repositories/identity_repository.hpp"
#include "db/repositories/operation_repository.hpp"
#include "db/repositories/order_repository.hpp"
#include "issuance/audit.hpp"
#include "issuance/authorities.hpp"
#include "pki/certificate.hpp"
#include "tests/support/run.hpp"
#include "tests/support/test_core.hpp"

#include <catch2/catch.hpp>

#include <thread>

using namespace chancery;
using namespace chancery::test;
namespace audit = chancery::issuance::audit;

namespace {

Order stored_order(TestCore& core, const std::string& id)
{
    return core.read([&](db::Session& session) { return db::OrderRepository(session).find(id).value(); });
}

bool has_intent(TestCore& core, const std::string& id)
{
    return core.read([&](db::Session& session) { return db::OrderRepository(session).find_intent(id).has_value(); });
}

std::vector<Alert> alerts(TestCore& core, const std::string& kind)
{
    const db::AlertFilter filter{.kind = kind};
    return core.read([&](db::Session& session) { return db::AlertRepository(session).list(filter, {.limit = 100}); });
}

} // namespace

TEST_CASE("an order that is finished at once leaves certificate, audit records and nothing half done",
          "[issuance][orders]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    const auto admin = core.administrator();
    auto request = automated({"app.example.com", "www.example.com"});
    request.tags = {"production"};
    const auto finished = core.issue(admin, request);
    REQUIRE(finished.has_value());
    REQUIRE(finished->certificate.has_value());
    const auto order = stored_order(core, finished->order.id);
    const auto certificate = core.read([&](db::Session& session) {
        return db::CertificateRepository(session).find(finished->certificate->id).value();
    });

    CHECK(order.status == OrderStatus::Complete);
    CHECK(order.certificate_id == certificate.id);
    CHECK(order.requested_by == admin.actor);
    CHECK(order.duration_ms() == 0);
    CHECK(order.revision == finished->order.revision);
    CHECK(certificate.common_name == "app.example.com");
    CHECK(certificate.names.size() == 2);
    CHECK(certificate.algorithm == "ec-256");
    CHECK(certificate.digest == Digest::Sha256);
    CHECK(certificate.order_id == order.id);
    CHECK(certificate.key_id.has_value());
    CHECK(certificate.tags == std::vector<std::string>{"production"});
    CHECK(certificate.authority_id == core.intermediate().id);
    CHECK_FALSE(has_intent(core, order.id));
    CHECK(core.jobs.stored(core.store()).empty());
    CHECK(core.recorded(audit::kRequestAutomatedSubmitted) == 1);
    CHECK(core.recorded(audit::kCertificateIssued) == 1);
    CHECK(core.audit_chain_holds());
}

TEST_CASE("an order that was accepted is finished after a crash, exactly once", "[issuance][orders][acme-097]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    const auto admin = core.administrator();
    auto request = automated({"a.example.com"});
    request.tags = {"kept"};
    const auto accepted = core.accept(admin, request);
    REQUIRE(accepted.has_value());
    CHECK(stored_order(core, accepted->order.id).status == OrderStatus::Processing);
    CHECK(has_intent(core, accepted->order.id));
    REQUIRE(core.jobs.stored(core.store()).size() == 1);

    core.clock.advance(std::chrono::minutes(5));
    CHECK(core.jobs.run_all(core.store()) == 1);
    const auto order = stored_order(core, accepted->order.id);
    CHECK(order.status == OrderStatus::Complete);
    CHECK(order.duration_ms() == 300'000);
    const auto rows = core.row_counts();
    CHECK(rows.at("certificates") == 1);
    CHECK(rows.at("certificate_tags") == 1);

    // Neither the job nor the request that comes back to life makes another.
    run(issuance::execute_order(core.core, order.id));
    const auto late = run(issuance::finish_order(core.core, *accepted));
    CHECK(late.certificate->id == order.certificate_id);
    CHECK(core.row_counts() == rows);
    CHECK(core.recorded(audit::kCertificateIssued) == 1);
    CHECK(core.audit_chain_holds());
}

TEST_CASE("two that finish the same order at the same time store one certificate", "[issuance][orders]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    const auto accepted = core.accept(core.administrator(), automated({"a.example.com"}));
    REQUIRE(accepted.has_value());
    std::vector<std::string> ids(4);
    {
        std::vector<std::jthread> threads;
        for (auto& id : ids) {
            threads.emplace_back(
                [&] { id = run(issuance::finish_order(core.core, *accepted)).certificate.value().id; });
        }
    }
    CHECK(std::ranges::all_of(ids, [&](const std::string& id) { return id == ids.front(); }));
    CHECK(core.row_counts().at("certificates") == 1);
    CHECK(core.recorded(audit::kCertificateIssued) == 1);
}

TEST_CASE("what else is written with the end of an order is written once for each finisher", "[issuance][orders]")
{
    TestCore core(db::Dialect::Sqlite);
    const auto accepted = core.accept(core.administrator(), automated({"a.example.com"}));
    int calls = 0;
    const auto also = [&](db::UnitOfWork&, const issuance::Finished& finished) {
        ++calls;
        CHECK(finished.order.status == OrderStatus::Complete);
        CHECK(finished.certificate.has_value());
    };
    run(issuance::finish_order(core.core, *accepted, also));
    run(issuance::finish_order(core.core, *accepted, also));
    CHECK(calls == 2);
}

TEST_CASE("an RSA key is made by the order's job, and the gate asked again", "[issuance][orders]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    const auto user = core.user(Role::User, {"example.com"});
    const auto accepted = core.accept(user, automated({"a.example.com"}, KeyAlgorithm::Rsa2048));
    REQUIRE(accepted.has_value());
    CHECK_FALSE(accepted->ready_to_sign);
    CHECK(accepted->order.status == OrderStatus::Pending);

    SECTION("it is completed")
    {
        core.jobs.run_all(core.store());
        const auto order = stored_order(core, accepted->order.id);
        REQUIRE(order.status == OrderStatus::Complete);
        const auto certificate = core.read(
            [&](db::Session& session) { return db::CertificateRepository(session).find_by_order(order.id).value(); });
        CHECK(certificate.algorithm == "rsa-2048");
        CHECK(certificate.key_id == order.key_id);
    }
    SECTION("a policy written meanwhile counts")
    {
        core.policy("*.example.com", "enforce_algorithm", Severity::Hard, R"({"algorithms": ["ecdsa"]})");
        core.jobs.run_all(core.store());
        const auto order = stored_order(core, accepted->order.id);
        CHECK(order.status == OrderStatus::Failed);
        CHECK(order.error->find("POLICY_HARD_FAIL") != std::string::npos);
        CHECK(alerts(core, "order.failed").size() == 1);
        CHECK(core.recorded(audit::kPolicyHardFail) == 1);
        CHECK(core.recorded(audit::kIssuanceFailed) == 1);
        CHECK(core.row_counts().at("certificates") == 0);
    }
    SECTION("a requester who was disabled gets nothing")
    {
        core.write([&](db::UnitOfWork& work) {
            db::UserRepository users(work);
            auto row = users.find(user.actor.id).value();
            row.enabled = false;
            return users.update(row);
        });
        core.jobs.run_all(core.store());
        CHECK(stored_order(core, accepted->order.id).status == OrderStatus::Failed);
    }
    CHECK(core.jobs.stored(core.store()).empty());
    CHECK(core.audit_chain_holds());
}

TEST_CASE("an order whose CA is retired before the signature fails, with its ACME order", "[issuance][orders]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    const issuance::Caller client{.actor = {.type = ActorType::AcmeClient, .id = "account-1", .name = "account-1"},
                                  .acme_account_id = "account-1"};
    const auto accepted = core.accept(client, by_acme({"a.example.com"}));
    REQUIRE(accepted.has_value());
    const AcmeOrder acme{.id = "acme-order",
                         .server_id = "s",
                         .account_id = "account-1",
                         .status = AcmeOrderStatus::Ready,
                         .identifiers = {{NameType::Dns, "a.example.com"}},
                         .expires_at = core.clock.now() + std::chrono::hours(1)};
    core.write([&](db::UnitOfWork& work) {
        db::AcmeOrderRepository(work).insert(acme);
        REQUIRE(db::AcmeOrderRepository(work).start_finalize(acme.id, accepted->order.id));
    });
    const auto acme_order = [&] {
        return core.read([&](db::Session& session) { return db::AcmeOrderRepository(session).find(acme.id).value(); });
    };
    SECTION("retired")
    {
        const auto intermediate = core.intermediate();
        REQUIRE(core.write([&](db::UnitOfWork& work) {
            return issuance::update_authority(core.core, work, issuance::system_caller(), intermediate.id,
                                              {.retired = true}, intermediate.revision);
        }));
        run(issuance::execute_order(core.core, accepted->order.id));
        CHECK(stored_order(core, accepted->order.id).status == OrderStatus::Failed);
        CHECK(acme_order().status == AcmeOrderStatus::Invalid);
        CHECK(acme_order().error->find("urn:ietf:params:acme:error:") != std::string::npos);
        CHECK(alerts(core, "order.failed").size() == 1);
        CHECK_FALSE(has_intent(core, accepted->order.id));
    }
    SECTION("otherwise the ACME order is valid with the certificate")
    {
        const auto finished = run(issuance::finish_order(core.core, *accepted));
        CHECK(acme_order().status == AcmeOrderStatus::Valid);
        CHECK(acme_order().certificate_id == finished.certificate->id);
        CHECK(finished.certificate->acme_account_id == "account-1");
    }
}

TEST_CASE("soft failures are kept with order and certificate, audited, and alert once each", "[issuance][orders]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    core.policy("*.example.com", "enforce_max_validity", Severity::Soft, R"({"max_days": 30})");
    core.policy("*.example.com", "enforce_algorithm", Severity::Soft, R"({"algorithms": ["rsa"]})");
    const auto finished = core.issue(core.administrator(), automated({"a.example.com"}));
    REQUIRE(finished.has_value());
    CHECK(json::parse_array(finished->certificate->policy_warnings).size() == 2);
    CHECK(finished->order.policy_warnings == finished->certificate->policy_warnings);
    CHECK(finished->order.decision_id.has_value());
    CHECK(finished->order.decision.find(*finished->order.decision_id) != std::string::npos);
    CHECK(core.recorded(audit::kPolicySoftFail) == 1);
    const auto raised = alerts(core, "policy.soft_fail");
    REQUIRE(raised.size() == 2);
    CHECK(raised[0].resource_id == finished->certificate->id);
}

TEST_CASE("waiting for an order ends with the order, or with the time", "[issuance][orders]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    const auto accepted = core.accept(core.administrator(), automated({"a.example.com"}));
    SECTION("with the order")
    {
        const auto started = std::chrono::steady_clock::now();
        std::jthread finisher([&] {
            std::this_thread::sleep_for(std::chrono::milliseconds(100));
            run(issuance::finish_order(core.core, *accepted));
        });
        const auto order = run(issuance::wait_for_order(core.core, accepted->order.id, std::chrono::seconds(20)));
        CHECK(order.status == OrderStatus::Complete);
        CHECK(std::chrono::steady_clock::now() - started < std::chrono::seconds(1)); // woken, not found by polling
    }
    SECTION("with the time")
    {
        const auto order = run(issuance::wait_for_order(core.core, accepted->order.id, std::chrono::seconds(0)));
        CHECK(order.status == OrderStatus::Processing);
    }
}

TEST_CASE("orders are seen by their requester and by administrators", "[issuance][orders]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    const auto user = core.user(Role::User, {"example.com"});
    const auto accepted = core.accept(user, automated({"a.example.com"}));
    const auto code = [&](const issuance::Caller& caller) {
        const auto order = core.read(
            [&](db::Session& session) { return issuance::read_order(core.core, session, caller, accepted->order.id); });
        return order ? std::nullopt : std::optional(order.error().code);
    };
    CHECK(code(user) == std::nullopt);
    CHECK(code(core.user(Role::ReportOperator)) == std::nullopt);
    CHECK(code(core.user(Role::User)) == Code::NotFound);
}

TEST_CASE("only a failed order is submitted again, as it was or edited, and linked", "[issuance][orders]")
{
    TestCore core(GENERATE(from_range(test_dialects())));
    const auto admin = core.administrator();
    const auto accepted = core.accept(admin, automated({"a.example.com"}, KeyAlgorithm::Rsa2048));
    const auto again = [&](const std::string& changes) {
        return core.read([&](db::Session& session) {
            return issuance::resubmission(core.core, session, admin, accepted->order.id, changes);
        });
    };
    CHECK(again("{}").error().code == Code::Conflict);
    const auto policy =
        core.policy("*.example.com", "enforce_algorithm", Severity::Hard, R"({"algorithms": ["ecdsa"]})");
    core.jobs.run_all(core.store());

    const auto request = again(R"({"key_algorithm": "ec-384", "validity_days": 10})");
    REQUIRE(request.has_value());
    CHECK(request->resubmission_of == accepted->order.id);
    const auto finished = core.issue(admin, *request);
    REQUIRE(finished.has_value());
    CHECK(finished->order.resubmission_of == accepted->order.id);
    CHECK(finished->certificate->algorithm == "ec-384");
    CHECK(again(R"({"surprise": 1})").error().code == Code::ValidationError);
    CHECK_FALSE(core.accept(admin, *again("{}")).has_value()); // as it was: blocked still
}
