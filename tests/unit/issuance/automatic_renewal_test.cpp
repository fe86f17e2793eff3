#include "db/repositories/certificate_repository.hpp"
#include "db/repositories/configuration_repository.hpp"
#include "db/repositories/operation_repository.hpp"
#include "db/repositories/order_repository.hpp"
#include "db/repositories/renewal_repository.hpp"
#include "issuance/administration.hpp"
#include "issuance/audit.hpp"
#include "issuance/authorities.hpp"
#include "issuance/policies/waivers.hpp"
#include "issuance/providers/administration.hpp"
#include "issuance/providers/external_orders.hpp"
#include "issuance/renewal/automatic.hpp"
#include "issuance/renewal/renewal.hpp"
#include "issuance/revocation/revocation.hpp"
#include "tests/support/run.hpp"
#include "tests/support/test_ca.hpp"
#include "tests/support/test_core.hpp"

#include <catch2/catch.hpp>

#include <thread>

using namespace chancery;
using namespace chancery::test;
namespace audit = chancery::issuance::audit;

namespace {

using std::chrono::hours;

constexpr auto kDay = hours(24);

struct RenewalCore : TestCore {
    explicit RenewalCore(db::Dialect dialect) : TestCore(dialect), requester(user(Role::User, {"example.com"})) {}

    Certificate stored(const std::string& id)
    {
        return read([&](db::Session& session) { return db::CertificateRepository(session).find(id).value(); });
    }

    std::optional<PlannedRenewal> planned(const std::string& id)
    {
        return read([&](db::Session& session) { return db::RenewalRepository(session).find(id); });
    }

    /// What a minute of the server's life does.
    void minute()
    {
        run(issuance::schedule_renewals(core));
        jobs.run_all(store());
    }

    long long renewed() { return recorded(audit::kRenewSuccess); }

    std::vector<Alert> alerts(const std::string& kind = "renewal.failed")
    {
        const db::AlertFilter filter{.kind = kind};
        return read([&](db::Session& session) { return db::AlertRepository(session).list(filter, {.limit = 100}); });
    }

    void set_domain(bool enabled)
    {
        write([&](db::UnitOfWork& work) {
            auto domain = db::DomainRepository(work).find_by_name(DomainKind::Dns, "example.com").value();
            domain.enabled = enabled;
            REQUIRE(issuance::update_domain(core, work, issuance::system_caller(), domain, domain.revision));
        });
    }

    issuance::Caller requester;
};

} // namespace

TEST_CASE("a certificate whose key is here is renewed by itself when its time has come", "[issuance][renewal]")
{
    RenewalCore core(GENERATE(from_range(test_dialects())));
    const auto old = core.certificate(core.requester, automated({"a.example.com"}));
    const auto by_csr = core.certificate(core.requester, with_csr({"b.example.com"}));
    CHECK_FALSE(core.planned(by_csr.id).has_value());
    const auto due = core.planned(old.id).value().due_at.value();

    core.clock.set(due - std::chrono::minutes(1));
    core.minute();
    CHECK(core.renewed() == 0);
    core.clock.set(due);
    core.minute();
    REQUIRE(core.renewed() == 1);
    const auto fresh = core.stored(core.stored(old.id).renewed_to.value());
    CHECK(fresh.requester_id == core.requester.actor.id);
    CHECK(fresh.names == old.names);
    CHECK(fresh.spki_sha256 != old.spki_sha256);
    CHECK_FALSE(core.planned(old.id).has_value());
    CHECK(core.planned(fresh.id).value().due_at.value() > core.clock.now());
    CHECK(core.alerts().empty());

    core.minute(); // nothing is left to do
    CHECK(core.renewed() == 1);
    CHECK(core.jobs.stored(core.store()).empty());
    CHECK(core.audit_chain_holds());
}

TEST_CASE("an RSA certificate is renewed by itself, too", "[issuance][renewal]")
{
    RenewalCore core(GENERATE(from_range(test_dialects())));
    const auto accepted = core.accept(core.requester, automated({"a.example.com"}, KeyAlgorithm::Rsa2048));
    REQUIRE(accepted.has_value());
    core.jobs.run_all(core.store());
    core.clock.advance(kDay * 80);
    core.minute();
    CHECK(core.renewed() == 1);
}

TEST_CASE("what was renewed, was revoked or expired long ago is passed over and forgotten", "[issuance][renewal]")
{
    RenewalCore core(GENERATE(from_range(test_dialects())));
    const auto certificate = core.certificate(core.requester, automated({"a.example.com"}));
    SECTION("revoked")
    {
        REQUIRE(core.write([&](db::UnitOfWork& work) {
            return issuance::revoke(core.core, work, issuance::system_caller(), certificate,
                                    RevocationReason::Superseded);
        }));
        core.clock.advance(kDay * 80);
    }
    SECTION("superseded by another way")
    {
        core.write(
            [&](db::UnitOfWork& work) { db::CertificateRepository(work).link_renewal(certificate.id, "another"); });
        core.clock.advance(kDay * 80);
    }
    SECTION("expired long ago")
    {
        core.clock.advance(kDay * 98);
    }
    core.minute();
    CHECK(core.renewed() == 0);
    CHECK_FALSE(core.planned(certificate.id).has_value());
    CHECK(core.alerts().empty());
}

TEST_CASE("one that expired while the server was down is renewed", "[issuance][renewal]")
{
    RenewalCore core(GENERATE(from_range(test_dialects())));
    core.certificate(core.requester, automated({"a.example.com"}));
    core.clock.advance(kDay * 92);
    core.minute();
    CHECK(core.renewed() == 1);
}

TEST_CASE("a renewal that fails has one alert, is tried again later, and resolves it", "[issuance][renewal]")
{
    RenewalCore core(GENERATE(from_range(test_dialects())));
    const auto certificate = core.certificate(core.requester, automated({"a.example.com"}));
    core.clock.advance(kDay * 75);
    core.set_domain(false);
    core.minute();
    core.minute(); // too early for another try
    REQUIRE(core.alerts().size() == 1);
    CHECK(core.alerts().front().count == 1);
    CHECK(core.recorded(audit::kRenewFailure) == 1);
    CHECK(core.planned(certificate.id).value().attempts == 1);
    CHECK_FALSE(core.planned(certificate.id).value().last_error.empty());

    core.clock.advance(hours(1));
    core.minute();
    core.clock.advance(hours(1));
    core.minute(); // the second wait is two hours
    REQUIRE(core.alerts().size() == 1);
    CHECK(core.alerts().front().count == 2);
    CHECK(core.alerts().front().state == AlertState::Open);

    core.set_domain(true);
    core.clock.advance(hours(1));
    core.minute();
    CHECK(core.renewed() == 1);
    CHECK(core.alerts().front().state == AlertState::Resolved);
    CHECK(core.row_counts().at("orders") == core.row_counts().at("certificates") + 2); // each try is an order
}

TEST_CASE("a revocation ends what was planned, and the alert of a renewal that failed", "[issuance][renewal]")
{
    RenewalCore core(GENERATE(from_range(test_dialects())));
    const auto certificate = core.certificate(core.requester, automated({"a.example.com"}));
    core.clock.advance(kDay * 75);
    core.set_domain(false);
    core.minute();
    REQUIRE(core.alerts().front().state == AlertState::Open);
    REQUIRE(core.write([&](db::UnitOfWork& work) {
        return issuance::revoke(core.core, work, issuance::system_caller(), certificate,
                                RevocationReason::CessationOfOperation);
    }));
    CHECK_FALSE(core.planned(certificate.id).has_value());
    CHECK(core.alerts().front().state == AlertState::Resolved);
}

TEST_CASE("of two schedulers at once each certificate is renewed by one", "[issuance][renewal][races]")
{
    RenewalCore core(GENERATE(from_range(test_dialects())));
    constexpr int kCount = 20;
    for (int i = 0; i < kCount; ++i) {
        core.certificate(core.requester, automated({"n" + std::to_string(i) + ".example.com"}));
    }
    const auto before = core.row_counts().at("certificates");
    core.clock.advance(kDay * 80);
    {
        std::jthread one([&] { run(issuance::run_renewals(core.core)); });
        std::jthread other([&] { run(issuance::run_renewals(core.core)); });
    }
    core.jobs.run_all(core.store());
    CHECK(core.renewed() == kCount);
    CHECK(core.row_counts().at("certificates") == before + kCount);
    CHECK(core.row_counts().at("planned_renewals") == kCount);
    CHECK(core.alerts().empty());
    CHECK(core.audit_chain_holds());
}

TEST_CASE("however many servers look, there is one job", "[issuance][renewal]")
{
    RenewalCore core(GENERATE(from_range(test_dialects())));
    core.certificate(core.requester, automated({"a.example.com"}));
    run(issuance::schedule_renewals(core.core));
    CHECK(core.jobs.stored(core.store()).empty()); // nothing is due
    core.clock.advance(kDay * 80);
    for (int server = 0; server < 3; ++server) {
        run(issuance::schedule_renewals(core.core));
    }
    const auto jobs = core.jobs.stored(core.store());
    REQUIRE(jobs.size() == 1);
    CHECK(jobs.front().lease_owner.empty()); // the first to claim it runs it
    const auto claim = [&](const std::string& owner) {
        return core.write([&](db::UnitOfWork& work) {
            const auto now = core.clock.now();
            return db::JobRepository(work).claim(owner, now, now + std::chrono::seconds(20), 10).size();
        });
    };
    CHECK(claim("one") == 1);
    CHECK(claim("other") == 0);
}

TEST_CASE("wherever a scheduler dies, every certificate is renewed once", "[issuance][renewal][faults]")
{
    RenewalCore core(GENERATE(from_range(test_dialects())));
    const auto certificate = core.certificate(core.requester, automated({"a.example.com"}));
    core.clock.advance(kDay * 80);
    for (int n = 1; n < 12; ++n) {
        core.clock.fail_at(n);
        try {
            run(issuance::run_renewals(core.core));
        } catch (const ManualClock::Failure&) {
        }
        core.clock.fail_at(0);
        CHECK(core.audit_chain_holds());
        CHECK(core.renewed() <= 1);
        core.clock.advance(kDay / 2); // later than the next try
    }
    core.clock.advance(kDay);
    core.jobs.run_all(core.store());
    core.minute();
    CHECK(core.renewed() == 1);
    CHECK(core.stored(certificate.id).renewed_to.has_value());
    CHECK(core.row_counts().at("orders") == core.row_counts().at("certificates"));
}

TEST_CASE("settings of all and of one decide, at once", "[issuance][renewal]")
{
    RenewalCore core(GENERATE(from_range(test_dialects())));
    const auto admin = core.administrator();
    const auto one = core.certificate(core.requester, automated({"a.example.com"}));
    const auto other = core.certificate(core.requester, automated({"b.example.com"}));
    const auto change = [&](RenewalThreshold threshold) {
        const auto settings = core.read([](db::Session& session) { return db::RenewalRepository(session).settings(); });
        REQUIRE(core.write([&](db::UnitOfWork& work) {
            return issuance::update_renewal_settings(core.core, work, admin, threshold, settings.revision);
        }));
    };
    const auto own = [&](const std::string& id, OwnRenewalSettings settings) {
        const auto revision = core.planned(id).value().revision;
        return core.write([&](db::UnitOfWork& work) {
            return issuance::update_own_renewal_settings(core.core, work, admin, id, settings, revision);
        });
    };
    SECTION("all switched off, between what was planned and its time")
    {
        core.clock.advance(kDay * 80);
        change({.automatic = false});
        REQUIRE(own(other.id, {.automatic = true}));
        core.minute();
        CHECK(core.renewed() == 1);
        CHECK(core.stored(other.id).renewed_to.has_value());
        CHECK_FALSE(core.planned(one.id).value().due_at.has_value());
        change({.automatic = true});
        core.minute();
        CHECK(core.renewed() == 2);
    }
    SECTION("one switched off")
    {
        REQUIRE(own(one.id, {.automatic = false}));
        core.clock.advance(kDay * 80);
        core.minute();
        CHECK(core.renewed() == 1);
        CHECK_FALSE(core.stored(one.id).renewed_to.has_value());
    }
    SECTION("another threshold, which its successor keeps")
    {
        REQUIRE(own(one.id, {.threshold_days = 60, .lifetime_percent = 90}));
        core.clock.advance(kDay * 44);
        core.minute();
        REQUIRE(core.renewed() == 1);
        const auto successor = core.stored(one.id).renewed_to.value();
        CHECK(core.planned(successor).value().own.threshold_days == 60);
    }
    SECTION("out of range, or changed meanwhile")
    {
        CHECK(own(one.id, {.threshold_days = 0}).error().code == Code::ValidationError);
        CHECK(own(one.id, {.lifetime_percent = 91}).error().code == Code::ValidationError);
        const auto stale = core.write(
            [&](db::UnitOfWork& work) { return issuance::update_renewal_settings(core.core, work, admin, {}, 99); });
        CHECK(stale.error().code == Code::PreconditionFailed);
    }
}

TEST_CASE("when its CA is retired a certificate is renewed by another within a day", "[issuance][renewal]")
{
    RenewalCore core(GENERATE(from_range(test_dialects())));
    const auto certificate = core.certificate(core.requester, automated({"a.example.com"}));
    const auto first = core.intermediate();
    issuance::NewAuthority wanted{.kind = AuthorityKind::Intermediate, .name = "Second"};
    wanted.subject.common_name = "Second";
    wanted.parent_id = *first.parent_id;
    const auto key = pki::PrivateKey::generate(KeyAlgorithm::Ec256);
    const auto second = core.write([&](db::UnitOfWork& work) {
        return issuance::create_authority(core.core, work, issuance::system_caller(), wanted, key);
    });
    REQUIRE(second.has_value());
    REQUIRE(core.write([&](db::UnitOfWork& work) {
        return issuance::update_authority(core.core, work, issuance::system_caller(), first.id, {.retired = true},
                                          first.revision);
    }));
    core.minute(); // works out anew what is planned
    CHECK(core.planned(certificate.id).value().due_at.value() < core.clock.now() + kDay);
    core.clock.advance(kDay);
    core.minute();
    REQUIRE(core.renewed() == 1);
    CHECK(core.stored(core.stored(certificate.id).renewed_to.value()).authority_id == second->id);
}

TEST_CASE("a renewal that somebody began and nobody finishes is told in the second half of its time",
          "[issuance][renewal]")
{
    RenewalCore core(GENERATE(from_range(test_dialects())));
    const auto accepted = core.accept(core.requester, automated({"a.example.com"}, KeyAlgorithm::Rsa2048));
    REQUIRE(accepted.has_value());
    core.jobs.run_all(core.store());
    const auto certificate = core.read([&](db::Session& session) {
        return db::CertificateRepository(session).find_by_order(accepted->order.id).value();
    });
    core.clock.set(core.planned(certificate.id).value().due_at.value() - hours(1));
    const auto admin = core.administrator();
    const auto by_hand = core.write([&](db::UnitOfWork& work) -> Result<issuance::Accepted> {
        CHANCERY_TRY(request, issuance::renewal_of(core.core, work, admin, certificate.id, "{}"));
        return issuance::accept_order(core.core, work, admin, request);
    });
    INFO((by_hand ? "" : by_hand.error().detail));
    REQUIRE(by_hand.has_value()); // its job makes the key, and does not run yet
    const auto waiting = [&] { return core.alerts("renewal.waiting"); };

    core.clock.advance(hours(1));
    run(issuance::run_renewals(core.core));
    CHECK(waiting().empty()); // there is time
    core.clock.set(certificate.valid_to - hours(24));
    run(issuance::run_renewals(core.core));
    REQUIRE(waiting().size() == 1);
    CHECK(waiting().front().severity == AlertSeverity::Critical);
    CHECK(waiting().front().detail.contains(by_hand->order.id));
    CHECK(core.alerts().empty()); // nothing failed

    core.jobs.run_all(core.store());
    CHECK(core.renewed() == 1);
    CHECK(waiting().front().state == AlertState::Resolved);
}

TEST_CASE("a renewal at a manual provider waits for an operator, and an alert says so until the certificate is there",
          "[issuance][renewal]")
{
    RenewalCore core(GENERATE(from_range(test_dialects())));
    const TestCa ca(core.clock);
    const auto operates = core.administrator();
    const auto manual = core.write([&](db::UnitOfWork& work) {
        return issuance::providers::create_provider(
            core.core, work, operates,
            {.name = "By hand", .kind = ProviderKind::Manual, .configuration = R"({"validity_days":90})"});
    });
    REQUIRE(manual.has_value());
    const auto bring = [&](const std::string& order_id) {
        const auto finished = core.write([&](db::UnitOfWork& work) {
            const auto der = issuance::providers::csr_of_order(core.core, work, operates, order_id);
            return issuance::providers::fulfil_by_hand(core.core, work, operates, order_id,
                                                       ca.bundle_pem(ca.issue(der.value())));
        });
        REQUIRE(finished.has_value());
        return core.stored(finished->order.certificate_id.value());
    };
    auto request = automated({"a.example.com"});
    request.provider_id = manual->id;
    const auto first = core.accept(core.requester, request);
    REQUIRE(first.has_value());
    const auto certificate = bring(first->order.id);

    core.clock.set(core.planned(certificate.id).value().due_at.value());
    core.minute();
    const auto waiting = [&] { return core.alerts("renewal.waiting"); };
    REQUIRE(waiting().size() == 1);
    CHECK(waiting().front().severity == AlertSeverity::Warning);
    const auto open = core.read(
        [&](db::Session& session) { return db::OrderRepository(session).open_renewal(certificate.id).value(); });
    CHECK(waiting().front().detail.contains(open));

    const auto successor = bring(open);
    CHECK(core.stored(certificate.id).renewed_to == successor.id);
    CHECK(waiting().front().state == AlertState::Resolved);
}

TEST_CASE("a renewal by schedule passes by a waiver for its name, recorded, and without one it is refused",
          "[issuance][renewal][policies]")
{
    RenewalCore core(GENERATE(from_range(test_dialects())));
    const auto certificate = core.certificate(core.requester, automated({"a.example.com"}));
    const auto policy = core.policy("*.example.com", "enforce_max_validity", Severity::Hard, R"({"max_days":30})");
    const bool waived = GENERATE(true, false);
    core.clock.set(core.planned(certificate.id).value().due_at.value());
    if (waived) {
        const PolicyWaiver waiver{.policy_id = policy.id,
                                  .rule = policy.rules.front().action,
                                  .names = {{NameType::Dns, "a.example.com"}},
                                  .reason = "The device cannot do less.",
                                  .expires_at = core.clock.now() + kDay};
        const auto approver = core.user(Role::PolicyAdministrator);
        REQUIRE(core.write(
            [&](db::UnitOfWork& work) { return issuance::grant_waiver(core.core, work, approver, waiver); }));
    }
    core.minute();
    CHECK(core.renewed() == (waived ? 1 : 0));
    CHECK(core.recorded(audit::kPolicyWaived) == (waived ? 1 : 0));
    CHECK(core.recorded(audit::kRenewFailure) == (waived ? 0 : 1));
    CHECK(core.alerts().size() == (waived ? 0 : 1));
}
