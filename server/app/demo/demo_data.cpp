#include "server/app/demo/demo_data.hpp"

#include "db/repositories/authority_repository.hpp"
#include "db/repositories/certificate_repository.hpp"
#include "db/repositories/identity_repository.hpp"
#include "db/repositories/operation_repository.hpp"
#include "db/repositories/order_repository.hpp"
#include "issuance/audit.hpp"
#include "issuance/renewal/automatic.hpp"
#include "issuance/revocation_status/crls.hpp"
#include "server/app/demo/incidents.hpp"
#include "server/app/demo/rules.hpp"
#include "server/app/first_start.hpp"

#include <algorithm>

namespace chancery::app::demo {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

constexpr days kYear{365};
constexpr minutes kBeforeNow{5}; // the played clock must not come near the real one

/// A year of an installation.
class Year {
public:
    Year(Stage& stage, const Cast& cast, Time end, int certificates)
        : stage_(stage), cast_(cast), estate_(stage, cast, certificates), begin_(stage.clock.now()), end_(end),
          wanted_(certificates)
    {
    }

    void play();

    long long refused() const { return estate_.refused(); }

private:
    void plan_days();
    void begin_day(Time day);
    void keep_house();
    long long issued();
    long long wanted_by(Time day) const;
    Time working_hour(Time day);

    Stage& stage_;
    const Cast& cast_;
    Estate estate_;
    const Time begin_;
    const Time end_;
    const int wanted_;
    double due_revocations_ = 0;
};

void Year::play()
{
    const auto first_day = std::chrono::time_point_cast<Time::duration>(std::chrono::floor<days>(begin_));
    plan_days();
    plan_rules(stage_, cast_, first_day);
    plan_authorities(stage_, cast_, first_day);
    plan_providers(stage_, cast_, first_day, end_);
    plan_mishaps(stage_, cast_, estate_, first_day);
    plan_alert_duty(stage_, cast_, first_day, end_);
    stage_.agenda.play(stage_.clock, end_);
}

void Year::plan_days()
{
    constexpr hours kRound{3};
    for (auto at = begin_ + hours(1); at < end_; at += kRound) {
        stage_.agenda.at(at, [this] { keep_house(); });
    }
    const auto tomorrow = std::chrono::floor<days>(begin_) + days(1);
    for (Time day = tomorrow; day < end_; day += days(1)) {
        stage_.agenda.at(day + minutes(5), [this, day] { begin_day(day); });
    }
}

/// What the server does every minute, less often.
void Year::keep_house()
{
    stage_.jobs.run_due();
    stage_.run(issuance::run_renewals(stage_.core));
    stage_.run(issuance::schedule_crls(stage_.core));
    stage_.jobs.run_due();
}

long long Year::issued()
{
    return stage_.read([](db::Session& session) { return db::CertificateRepository(session).count({}); });
}

/// Business grows: the second half of the year has more than the first.
long long Year::wanted_by(Time day) const
{
    const auto share = std::min(1.0, std::chrono::duration<double>(day + days(1) - begin_) / (end_ - begin_));
    return static_cast<long long>(wanted_ * (0.7 * share + 0.3 * share * share));
}

Time Year::working_hour(Time day)
{
    return day + hours(7) + minutes(stage_.chance.between(0, 11 * 60));
}

void Year::begin_day(Time day)
{
    constexpr double kRevokedShare = 0.03;
    constexpr double kWeekendShare = 0.3;
    const std::chrono::weekday weekday(std::chrono::floor<days>(day));
    const bool weekend = weekday == std::chrono::Saturday || weekday == std::chrono::Sunday;
    const auto missing = static_cast<double>(std::max(0LL, wanted_by(day) - issued()));
    const auto orders = std::llround(weekend ? missing * kWeekendShare : missing);
    for (long long i = 0; i < orders; ++i) {
        stage_.agenda.at(working_hour(day), [this] { estate_.add_host(); });
    }
    due_revocations_ += kRevokedShare * wanted_ / static_cast<double>(kYear.count());
    for (; due_revocations_ >= 1; due_revocations_ -= 1) {
        stage_.agenda.at(working_hour(day), [this] { estate_.revoke_some(); });
    }
}

void refuse_unless_empty(Stage& stage)
{
    if (stage.services.store.applied_migrations().empty()) {
        return;
    }
    const bool empty = stage.read([](db::Session& session) {
        return db::AuthorityRepository(session).list().empty() && db::UserRepository(session).count() == 0 &&
               db::OrderRepository(session).count({}) == 0;
    });
    if (!empty) {
        throw std::runtime_error(
            "this installation is set up already, and its audit log begins when that was done: "
            "demonstration data, which begin a year ago, need an empty data directory and database");
    }
}

void count_orders(db::Session& session, Summary& summary)
{
    db::OrderRepository orders(session);
    summary.complete = orders.count({.statuses = {OrderStatus::Complete}});
    summary.failed = orders.count({.statuses = {OrderStatus::Failed}});
    summary.waiting = orders.count({}) - summary.complete - summary.failed;
}

void count_all(db::Session& session, Time now, Summary& summary)
{
    db::CertificateRepository certificates(session);
    const auto with = [&](CertificateStatus status) { return certificates.count({.statuses = {status}, .now = now}); };
    summary.active = with(CertificateStatus::Active);
    summary.expired = with(CertificateStatus::Expired);
    summary.revoked = with(CertificateStatus::Revoked);
    summary.ending = certificates.count(
        {.statuses = {CertificateStatus::Active}, .expires_before = now + days(90), .superseded = false, .now = now});
    count_orders(session, summary);
    summary.open_alerts = db::AlertRepository(session).count({.states = {AlertState::Open}});
    const auto verified = issuance::audit::verify(session);
    if (verified.broken_at) {
        throw std::logic_error("the audit log of the demonstration is broken: " + verified.reason);
    }
    summary.audit_records = verified.checked;
}

} // namespace

Summary make_demo_data(const Config& config, int certificates)
{
    const auto now = SystemClock().now();
    const auto begin = Time(std::chrono::floor<days>(now)) - kYear + hours(8);
    Stage stage(config, begin);
    refuse_unless_empty(stage);
    stage.services.store.migrate();
    const auto made = set_up_installation(stage.core, config);
    Summary summary{.administrator = made.admin_email, .password = made.admin_password, .token = made.admin_token};
    const auto cast = make_cast(stage, made.admin_email);
    make_policies(stage, cast);
    make_inventory_settings(stage, cast);
    Year year(stage, cast, now - kBeforeNow, certificates);
    year.play();
    summary.refused = year.refused();
    stage.read([&](db::Session& session) { return count_all(session, now, summary), true; });
    return summary;
}

} // namespace chancery::app::demo
