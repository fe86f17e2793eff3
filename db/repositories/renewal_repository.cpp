#include "db/repositories/renewal_repository.hpp"

#include "db/sql_text.hpp"
#include "db/statement.hpp"

namespace chancery::db {
namespace {

constexpr std::string_view kSettings = R"sql(
    SELECT automatic, threshold_days, lifetime_percent, plan, updated_at, revision FROM renewal_settings WHERE id = 1)sql";
constexpr std::string_view kUpdateSettings = R"sql(
    UPDATE renewal_settings
       SET automatic = :automatic, threshold_days = :threshold_days, lifetime_percent = :lifetime_percent,
           updated_at = :updated_at, plan = plan + 1, revision = revision + 1
     WHERE id = 1 AND revision = :revision)sql";
constexpr std::string_view kStartNewPlan = "UPDATE renewal_settings SET plan = plan + 1 WHERE id = 1";

constexpr SqlText kColumns = "certificate_id, automatic, threshold_days, lifetime_percent, due_at, attempts, "
                             "last_error, plan, revision, suggested_from, suggested_until, ask_ca_at";
constexpr std::string_view kInsert = kSql<kInsertInto<"planned_renewals", kColumns>, " ON CONFLICT DO NOTHING">;
constexpr std::string_view kFind =
    kSql<"SELECT ", kColumns, " FROM planned_renewals WHERE certificate_id = :certificate_id">;
constexpr std::string_view kRemove = "DELETE FROM planned_renewals WHERE certificate_id = :certificate_id";
constexpr std::string_view kUpdateOwn = R"sql(
    UPDATE planned_renewals
       SET automatic = :automatic, threshold_days = :threshold_days, lifetime_percent = :lifetime_percent,
           due_at = :due_at, plan = :plan, revision = revision + 1
     WHERE certificate_id = :certificate_id AND revision = :revision)sql";
constexpr std::string_view kSetDue =
    "UPDATE planned_renewals SET due_at = :due_at, plan = :plan WHERE certificate_id = :certificate_id";
constexpr std::string_view kNoteAttempt = R"sql(
    UPDATE planned_renewals SET attempts = attempts + 1, due_at = :due_at, last_error = :error
     WHERE certificate_id = :certificate_id)sql";
constexpr std::string_view kSuggest = R"sql(
    UPDATE planned_renewals
       SET suggested_from = :suggested_from, suggested_until = :suggested_until, ask_ca_at = :ask_ca_at
     WHERE certificate_id = :certificate_id)sql";
constexpr std::string_view kToAsk = R"sql(
    SELECT certificate_id FROM planned_renewals
     WHERE ask_ca_at IS NOT NULL AND ask_ca_at <= :now ORDER BY ask_ca_at, certificate_id LIMIT :most)sql";
constexpr std::string_view kNextQuestion = "SELECT min(ask_ca_at) FROM planned_renewals WHERE ask_ca_at IS NOT NULL";
constexpr std::string_view kDue = R"sql(
    SELECT certificate_id FROM planned_renewals
     WHERE due_at IS NOT NULL AND due_at <= :now ORDER BY due_at, certificate_id LIMIT :most)sql";
constexpr std::string_view kNextDue = "SELECT min(due_at) FROM planned_renewals WHERE due_at IS NOT NULL";
constexpr std::string_view kStale =
    "SELECT certificate_id FROM planned_renewals WHERE plan < :plan ORDER BY plan, certificate_id LIMIT :most";

/// The row of a planned renewal: its window lies in two columns that are both there or both not.
struct StoredPlan {
    PlannedRenewal planned{};
    std::optional<Time> from{};
    std::optional<Time> until{};
};

template <class S> auto columns(S& s)
{
    auto& p = s.planned;
    return pack(p.certificate_id, p.own.automatic, p.own.threshold_days, p.own.lifetime_percent, p.due_at, p.attempts,
                p.last_error, p.plan, p.revision, s.from, s.until, p.ask_ca_at);
}

StoredPlan stored(const PlannedRenewal& planned)
{
    StoredPlan row{.planned = planned};
    if (planned.suggested) {
        row.from = planned.suggested->from;
        row.until = planned.suggested->until;
    }
    return row;
}

} // namespace

RenewalSettings RenewalRepository::settings()
{
    const auto found = Query(session_, kSettings).one([](Row& row) {
        RenewalSettings settings;
        auto& threshold = settings.threshold;
        row.read(threshold.automatic, threshold.days, threshold.percent, settings.plan, settings.updated_at,
                 settings.revision);
        return settings;
    });
    if (!found) {
        throw std::runtime_error("the settings of renewals are not there");
    }
    return *found;
}

bool RenewalRepository::update_settings(const RenewalSettings& settings)
{
    const auto& threshold = settings.threshold;
    return Query(session_, kUpdateSettings)
               .bind(threshold.automatic, threshold.days, threshold.percent, settings.updated_at, settings.revision)
               .run() == 1;
}

void RenewalRepository::start_new_plan()
{
    Query(session_, kStartNewPlan).run();
}

void RenewalRepository::insert(const PlannedRenewal& planned)
{
    const auto row = stored(planned);
    Query(session_, kInsert).bind_all(columns(row)).run();
}

std::optional<PlannedRenewal> RenewalRepository::find(const std::string& certificate_id)
{
    return Query(session_, kFind).bind(certificate_id).one([](Row& row) {
        StoredPlan found;
        row.read_all(columns(found));
        if (found.from && found.until) {
            found.planned.suggested = {.from = *found.from, .until = *found.until};
        }
        return found.planned;
    });
}

void RenewalRepository::remove(const std::string& certificate_id)
{
    Query(session_, kRemove).bind(certificate_id).run();
}

bool RenewalRepository::update_own(const PlannedRenewal& planned)
{
    return Query(session_, kUpdateOwn)
               .bind(planned.own.automatic, planned.own.threshold_days, planned.own.lifetime_percent, planned.due_at,
                     planned.plan, planned.certificate_id, planned.revision)
               .run() == 1;
}

void RenewalRepository::set_due(const std::string& certificate_id, std::optional<Time> due_at, long long plan)
{
    Query(session_, kSetDue).bind(due_at, plan, certificate_id).run();
}

void RenewalRepository::note_attempt(const std::string& certificate_id, Time due_at, const std::string& error)
{
    Query(session_, kNoteAttempt).bind(due_at, error, certificate_id).run();
}

void RenewalRepository::suggest(const PlannedRenewal& planned)
{
    const auto row = stored(planned);
    Query(session_, kSuggest).bind(row.from, row.until, planned.ask_ca_at, planned.certificate_id).run();
}

std::vector<std::string> RenewalRepository::to_ask(Time now, int limit)
{
    return Query(session_, kToAsk).bind(now, limit).values<std::string>();
}

std::optional<Time> RenewalRepository::next_question()
{
    return Query(session_, kNextQuestion).value<std::optional<Time>>().value_or(std::nullopt);
}

std::vector<std::string> RenewalRepository::due(Time now, int limit)
{
    return Query(session_, kDue).bind(now, limit).values<std::string>();
}

std::optional<Time> RenewalRepository::next_due()
{
    return Query(session_, kNextDue).value<std::optional<Time>>().value_or(std::nullopt);
}

std::vector<std::string> RenewalRepository::stale(long long plan, int limit)
{
    return Query(session_, kStale).bind(plan, limit).values<std::string>();
}

} // namespace chancery::db
