#include "db/repositories/policy_decision_repository.hpp"

#include "db/list_query.hpp"
#include "db/repositories/figures.hpp"
#include "db/repositories/visible_requests.hpp"
#include "db/sql_text.hpp"

#include <algorithm>

namespace chancery::db {
namespace {

constexpr SqlText kColumns = "id, decided_at, order_id, action, pathway, requester_type, requester_id, requester_name, "
                             "common_name, names, name_count, document";
constexpr std::string_view kInsert = kInsertInto<"policy_decisions", kColumns>;
constexpr SqlText kFindDecision = kSql<"SELECT ", kColumns, " FROM policy_decisions d WHERE id = :id">;
constexpr std::string_view kFind = kSql<kFindDecision>;

constexpr SqlText kListed = R"sql(
    SELECT d.id, d.decided_at, COALESCE((SELECT o.id FROM orders o WHERE o.id = d.order_id), ''), d.action, d.pathway,
           d.requester_type, d.requester_id, d.requester_name, d.common_name, d.names, d.name_count, '')sql";
constexpr SqlText kDecisions = " FROM policy_decisions d";
constexpr SqlText kOfOutcome = " FROM policy_outcomes f JOIN policy_decisions d ON d.id = f.decision_id";
constexpr std::string_view kList = kSql<kListed, kDecisions>;
constexpr std::string_view kListOfOutcome = kSql<kListed, kOfOutcome>;
constexpr std::string_view kCount = kSql<"SELECT count(*)", kDecisions>;
constexpr std::string_view kCountOfOutcome = kSql<"SELECT count(*)", kOfOutcome>;

constexpr SqlText kOutcomeColumns = "decision_id, rule, outcome, decided_at, requester_type, requester_id";
constexpr std::string_view kInsertOutcome = kInsertInto<"policy_outcomes", kOutcomeColumns>;
constexpr std::string_view kOutcomes = "SELECT decision_id, rule, outcome FROM policy_outcomes";

template <class R> auto columns(R& r)
{
    return pack(r.id, r.decided_at, r.order_id, r.action, r.pathway, r.requested_by.type, r.requested_by.id,
                r.requested_by.name, r.common_name, r.names, r.name_count, r.document);
}

PolicyDecisionRecord read_record(Row& row)
{
    PolicyDecisionRecord record;
    row.read_all(columns(record));
    return record;
}

bool own_only(const PolicyDecisionFilter& filter)
{
    return filter.visible && filter.visible->domains.empty();
}

/// Whether an index of the outcomes has the rows in their order: not where only few are the caller's own.
bool by_outcome(const PolicyDecisionFilter& filter)
{
    return (!filter.rule.empty() || filter.outcome) && !own_only(filter);
}

/// The rows of outcomes, one for each decision: it may have found several rules not to be met with the same outcome, or
/// one rule with several.
void add_outcomes(Conditions& where, const PolicyDecisionFilter& filter)
{
    const std::string no_other = "NOT EXISTS (SELECT 1 FROM policy_outcomes o WHERE o.decision_id = f.decision_id AND ";
    if (filter.rule.empty()) {
        where.add("f.outcome = ?", *filter.outcome).add(no_other + "o.rule < f.rule AND o.outcome = f.outcome)");
    } else if (filter.outcome) {
        where.add("f.rule = ? AND f.outcome = ?", filter.rule, *filter.outcome);
    } else {
        where.add("f.rule = ?", filter.rule).add(no_other + "o.rule = f.rule AND o.outcome < f.outcome)");
    }
}

void add_requester(Conditions& where, const Actor& requester)
{
    where.add("requester_id = ?", requester.id).add("requester_type = ?", requester.type);
}

void add_outcome(Conditions& where, const PolicyDecisionFilter& filter)
{
    const std::string any = "EXISTS (SELECT 1 FROM policy_outcomes f WHERE f.decision_id = d.id";
    if (!filter.rule.empty() && filter.outcome) {
        where.add(any + " AND f.rule = ? AND f.outcome = ?)", filter.rule, *filter.outcome);
    } else if (!filter.rule.empty()) {
        where.add(any + " AND f.rule = ?)", filter.rule);
    } else if (filter.outcome) {
        where.add(any + " AND f.outcome = ?)", *filter.outcome);
    }
}

Conditions conditions(const PolicyDecisionFilter& filter)
{
    Conditions where;
    const bool outcomes = by_outcome(filter);
    if (outcomes) {
        add_outcomes(where, filter);
    } else {
        if (own_only(filter)) {
            add_requester(where, filter.visible->own);
        }
        add_outcome(where, filter);
    }
    const std::string decided = outcomes ? "f.decided_at" : "d.decided_at";
    if (filter.since) {
        where.add(decided + " >= ?", *filter.since);
    }
    if (filter.until) {
        where.add(decided + " < ?", *filter.until);
    }
    return where;
}

/// Of what is visible by the filter.
Conditions narrowed(Session& session, const PolicyDecisionFilter& filter)
{
    auto where = conditions(filter);
    if (filter.visible && !own_only(filter)) {
        prefer_indexes(session);
        const auto visible = visible_decisions(session, *filter.visible);
        where.add_values(visible.sql, visible.values);
    }
    return where;
}

struct Outcome {
    std::string decision_id{};
    UnmetRule unmet{};
};

struct Counted {
    long long bucket = 0;
    UnmetRule unmet{};
    long long decisions = 0;
};

long long& figure_of(RuleOutcomes& rule, PolicyOutcome outcome)
{
    switch (outcome) {
        case PolicyOutcome::Refused:
            return rule.refused;
        case PolicyOutcome::Warned:
            return rule.warned;
        case PolicyOutcome::Waived:
            break;
    }
    return rule.waived;
}

} // namespace

void PolicyDecisionRepository::insert(const PolicyDecisionRecord& record)
{
    Query(session_, kInsert).bind_all(columns(record)).run();
    for (const auto& [rule, outcome] : record.outcomes) {
        Query(session_, kInsertOutcome)
            .bind(record.id, rule, outcome, record.decided_at, record.requested_by.type, record.requested_by.id)
            .run();
    }
}

std::optional<PolicyDecisionRecord> PolicyDecisionRepository::find(const std::string& id)
{
    return Query(session_, kFind).bind(id).one(read_record);
}

std::optional<PolicyDecisionRecord> PolicyDecisionRepository::find(const std::string& id,
                                                                   const std::optional<VisibleRequests>& visible)
{
    if (!visible) {
        return find(id);
    }
    const auto check = check_decision(*visible);
    Query query(session_, numbered(std::string(kFindDecision) + " AND " + check.sql));
    return bind_all(query.bind(id), check).one(read_record);
}

std::vector<PolicyDecisionRecord> PolicyDecisionRepository::list(const PolicyDecisionFilter& filter,
                                                                 const PageRequest& page)
{
    const bool outcomes = by_outcome(filter);
    auto where = narrowed(session_, filter);
    where.page(outcomes ? "f.decided_at" : "d.decided_at", Conditions::Key::Number, page,
               outcomes ? "f.decision_id" : "d.id");
    Query query(session_, std::string(outcomes ? kListOfOutcome : kList) + where.sql());
    return where.bind_to(query).all(read_record);
}

long long PolicyDecisionRepository::count(const PolicyDecisionFilter& filter)
{
    const auto where = narrowed(session_, filter);
    Query query(session_, std::string(by_outcome(filter) ? kCountOfOutcome : kCount) + where.sql());
    return where.bind_to(query).value<long long>().value_or(0);
}

void PolicyDecisionRepository::read_outcomes(std::vector<PolicyDecisionRecord>& records)
{
    if (records.empty()) {
        return;
    }
    std::vector<std::string> ids;
    for (const auto& record : records) {
        ids.push_back(record.id);
    }
    Conditions where;
    where.add_in("decision_id", ids);
    Query query(session_, std::string(kOutcomes) + where.sql() + " ORDER BY decision_id, rule, outcome");
    for (auto& one : where.bind_to(query).all([](Row& row) {
             Outcome outcome;
             row.read(outcome.decision_id, outcome.unmet.rule, outcome.unmet.outcome);
             return outcome;
         })) {
        std::ranges::find(records, one.decision_id, &PolicyDecisionRecord::id)
            ->outcomes.push_back(std::move(one.unmet));
    }
}

std::vector<std::vector<RuleOutcomes>>
PolicyDecisionRepository::count_between(const std::optional<VisibleRequests>& visible, const std::vector<Time>& bounds)
{
    Conditions where;
    where.add("decided_at >= ?", bounds.front()).add("decided_at < ?", bounds.back());
    if (visible && visible->domains.empty()) {
        add_requester(where, visible->own);
    } else if (visible) {
        const auto decision = visible_decisions(session_, *visible);
        where.add_values("(SELECT 1 FROM policy_decisions d WHERE d.id = policy_outcomes.decision_id AND " +
                             decision.sql + " LIMIT 1) IS NOT NULL",
                         decision.values);
    }
    Query query(session_,
                numbered("SELECT bucket, rule, outcome, count(*) FROM (SELECT " + span_of("decided_at", bounds.size()) +
                         " AS bucket, rule, outcome FROM policy_outcomes") +
                    where.sql() + ") AS bucketed GROUP BY bucket, rule, outcome ORDER BY bucket, rule, outcome");
    for (const auto& bound : bounds) {
        query.bind(bound);
    }
    std::vector<std::vector<RuleOutcomes>> buckets(bounds.size() - 1);
    for (const auto& one : where.bind_to(query).all([](Row& row) {
             Counted counted;
             row.read(counted.bucket, counted.unmet.rule, counted.unmet.outcome, counted.decisions);
             return counted;
         })) {
        auto& rules = buckets.at(static_cast<std::size_t>(one.bucket) - 1);
        if (rules.empty() || rules.back().rule != one.unmet.rule) {
            rules.push_back({.rule = one.unmet.rule});
        }
        figure_of(rules.back(), one.unmet.outcome) = one.decisions;
    }
    return buckets;
}

} // namespace chancery::db
