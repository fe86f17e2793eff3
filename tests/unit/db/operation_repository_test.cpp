#include "db/repositories/operation_repository.hpp"
#include "db/store.hpp"
#include "tests/support/test_database.hpp"
#include "tests/unit/db/samples.hpp"

#include <catch2/catch.hpp>

#include <mutex>
#include <set>
#include <thread>

using namespace chancery;
using namespace chancery::test;
using chancery::db::JobRepository;
using chancery::db::UnitOfWork;

namespace {

Job sample_job(long long run_at)
{
    Job job;
    job.id = fresh_id();
    job.kind = "order.execute";
    job.subject_id = "order-1";
    job.payload = R"({"n":1})";
    job.run_at = at(run_at);
    job.created_at = at(0);
    return job;
}

Alert sample_alert(const std::string& cause)
{
    Alert alert;
    alert.id = fresh_id();
    alert.kind = "order.failed";
    alert.cause = cause;
    alert.severity = AlertSeverity::Warning;
    alert.title = "title";
    alert.detail = "detail";
    alert.resource_type = "order";
    alert.resource_id = "order-1";
    alert.first_at = at(1);
    alert.last_at = at(1);
    return alert;
}

} // namespace

TEST_CASE("a job is claimed when it is due, once, until its lease is over", "[unit][db]")
{
    TestDatabase database(GENERATE(from_range(test_dialects())));
    const auto early = sample_job(10);
    const auto late = sample_job(20);
    database.store().write_now([&](UnitOfWork& unit) {
        JobRepository jobs(unit);
        CHECK_FALSE(jobs.next_due());
        jobs.insert(late);
        jobs.insert(early);
        CHECK(jobs.count() == 2);
        CHECK(jobs.next_due() == at(10));
        CHECK(jobs.claim("a", at(9), at(40), 10).empty());
        const auto claimed = jobs.claim("a", at(15), at(40), 10);
        REQUIRE(ids_of(claimed) == std::vector<std::string>{early.id});
        CHECK(claimed[0].attempts == 1);
        CHECK(claimed[0].lease_owner == "a");
        CHECK(claimed[0].lease_until == at(40));
        CHECK(claimed[0].payload == early.payload);
        CHECK(jobs.claim("b", at(15), at(40), 10).empty());
        CHECK(jobs.next_due() == at(20));
        // The lease ran out: anyone takes it over, in the order in which jobs were due.
        CHECK(ids_of(jobs.claim("b", at(40), at(80), 10)) == std::vector<std::string>{early.id, late.id});
        CHECK(jobs.find(early.id)->attempts == 2);
        CHECK(jobs.next_due() == at(80));
        jobs.extend(early.id, "a", at(200)); // not the owner any more
        CHECK(jobs.find(early.id)->lease_until == at(80));
        jobs.extend(early.id, "b", at(100));
        CHECK(jobs.find(early.id)->lease_until == at(100));
        jobs.retry_at(late.id, at(300), "no luck");
        CHECK(jobs.find(late.id)->last_error == "no luck");
        CHECK(jobs.find(late.id)->lease_owner.empty());
        CHECK(jobs.claim("c", at(90), at(99), 10).empty());
        CHECK(jobs.release("b") == 1);
        CHECK(ids_of(jobs.claim("c", at(90), at(99), 10)) == std::vector<std::string>{early.id});
        jobs.remove(early.id);
        CHECK(jobs.count() == 1);
    });
}

TEST_CASE("two claimers at once never share a job", "[unit][db]")
{
    TestDatabase database(GENERATE(from_range(test_dialects())));
    auto& store = database.store();
    constexpr int kJobs = 200;
    store.write_now([&](UnitOfWork& unit) {
        for (int i = 0; i < kJobs; ++i) {
            JobRepository(unit).insert(sample_job(1));
        }
    });
    std::mutex mutex;
    std::multiset<std::string> claimed;
    const auto work = [&](const std::string& owner) {
        for (;;) {
            const auto jobs =
                store.write_now([&](UnitOfWork& unit) { return JobRepository(unit).claim(owner, at(5), at(500), 7); });
            const std::lock_guard lock(mutex);
            for (const auto& job : jobs) {
                claimed.insert(job.id);
            }
            if (claimed.size() >= kJobs) {
                return;
            }
        }
    };
    std::vector<std::thread> workers;
    for (const auto* const owner : {"a", "b", "c", "d"}) {
        workers.emplace_back(work, owner);
    }
    for (auto& worker : workers) {
        worker.join();
    }
    CHECK(claimed.size() == kJobs);
    CHECK(std::set(claimed.begin(), claimed.end()).size() == kJobs);
}

TEST_CASE("an alert that is raised again counts, and one that was resolved is open again", "[unit][db]")
{
    TestDatabase database(GENERATE(from_range(test_dialects())));
    database.store().write_now([&](UnitOfWork& unit) {
        db::AlertRepository alerts(unit);
        const auto first = sample_alert("cause-1");
        alerts.raise(first);
        CHECK(alerts.set_state(first.id, AlertState::Acknowledged, 1));
        CHECK_FALSE(alerts.set_state(first.id, AlertState::Resolved, 1));
        auto again = sample_alert("cause-1");
        again.last_at = at(5);
        again.detail = "worse";
        again.severity = AlertSeverity::Critical;
        alerts.raise(again);
        auto stored = alerts.find(first.id).value();
        CHECK(stored.count == 2);
        CHECK(stored.first_at == at(1));
        CHECK(stored.last_at == at(5));
        CHECK(stored.detail == "worse");
        CHECK(stored.severity == AlertSeverity::Critical);
        CHECK(stored.state == AlertState::Acknowledged);
        CHECK(alerts.set_state(first.id, AlertState::Resolved, stored.revision));
        alerts.raise(again);
        CHECK(alerts.find(first.id)->state == AlertState::Open);

        auto second = sample_alert("cause-2");
        second.kind = "policy.soft_fail";
        second.last_at = at(9);
        alerts.raise(second);
        using Ids = std::vector<std::string>;
        CHECK(ids_of(alerts.list({}, {.descending = true})) == Ids{second.id, first.id});
        CHECK(ids_of(alerts.list({.kind = "order.failed"}, {})) == Ids{first.id});
        CHECK(ids_of(alerts.list({.severities = {AlertSeverity::Critical}}, {})) == Ids{first.id});
        CHECK(alerts.list({.states = {AlertState::Resolved}}, {}).empty());
        CHECK(alerts.list({.states = {AlertState::Resolved, AlertState::Open}}, {}).size() == 2);
        CHECK(alerts.count({}) == 2);
        const db::Position after{.value = std::to_string(to_millis(at(9))), .id = second.id};
        CHECK(ids_of(alerts.list({}, {.descending = true, .after = after})) == Ids{first.id});
    });
}

TEST_CASE("an idempotency key is taken once for a caller", "[unit][db]")
{
    TestDatabase database(GENERATE(from_range(test_dialects())));
    database.store().write_now([&](UnitOfWork& unit) {
        db::IdempotencyRepository keys(unit);
        db::IdempotencyRecord record{
            .caller_id = "user-1", .key = "k", .request_hash = "h", .status = 201, .body = "{}", .created_at = at(1)};
        CHECK(keys.insert(record));
        CHECK_FALSE(keys.insert(record));
        CHECK(keys.find("user-1", "k")->status == 201);
        CHECK(keys.find("user-1", "k")->request_hash == "h");
        CHECK_FALSE(keys.find("user-2", "k"));
        CHECK(keys.remove_older_than(at(1)) == 0);
        CHECK(keys.remove_older_than(at(2)) == 1);
        CHECK_FALSE(keys.find("user-1", "k"));
    });
}

TEST_CASE("a revocation code replaces the one before, counts tries and is used once", "[unit][db]")
{
    TestDatabase database(GENERATE(from_range(test_dialects())));
    database.store().write_now([&](UnitOfWork& unit) {
        db::RevocationChallengeRepository challenges(unit);
        challenges.insert({.id = "c-1",
                           .certificate_id = "cert",
                           .caller_id = "user-1",
                           .code_mac = "m1",
                           .expires_at = at(10),
                           .used_at = {}});
        CHECK(challenges.count_attempt("c-1") == 1);
        CHECK(challenges.count_attempt("c-1") == 2);
        challenges.insert({.id = "c-2",
                           .certificate_id = "cert",
                           .caller_id = "user-1",
                           .code_mac = "m2",
                           .expires_at = at(20),
                           .used_at = {}});
        const auto stored = challenges.find("cert", "user-1").value();
        CHECK(stored.id == "c-2");
        CHECK(stored.code_mac == "m2");
        CHECK(stored.attempts == 0);
        CHECK_FALSE(challenges.find("cert", "user-2"));
        CHECK_FALSE(challenges.use("c-1", at(5)));
        CHECK(challenges.use("c-2", at(5)));
        CHECK_FALSE(challenges.use("c-2", at(6)));
        CHECK(challenges.remove_expired(at(20)) == 0);
        CHECK(challenges.remove_expired(at(21)) == 1);
    });
}
