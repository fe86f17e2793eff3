#include "api/statistics.hpp"

#include "api/answers.hpp"
#include "api/certificate_filter.hpp"
#include "issuance/figures.hpp"
#include "issuance/inventory/filters.hpp"
#include "issuance/inventory/statistics.hpp"
#include "issuance/inventory/visibility.hpp"

#include <chrono>

namespace chancery::api::statistics {
namespace {

namespace inventory = issuance::inventory;

constexpr int kMaxPeriods = 120;
constexpr int kMaxMonths = 36;
constexpr int kMaxDays = 366;

/// What was asked with, and that together with what the caller may see.
struct Question {
    std::vector<FilterNode> asked{};
    db::CertificateFilter filter{};
};

Question read_question(const Call& call, db::Session& session, QueryReader& query)
{
    constexpr std::string_view kMembers[] = {"domain", "source", "provider_id", "authority_id",
                                             "tag",    "owner",  "requester_id"};
    Question question{.asked = certificates::read_members(call, session, query, kMembers),
                      .filter = certificates::visible_filter(call, session)};
    question.filter.where.insert(question.filter.where.end(), question.asked.begin(), question.asked.end());
    return question;
}

/// Which periods are asked for.
struct Periods {
    issuance::Interval interval{};
    int count = 0;
};

Periods read_periods(QueryReader& query, issuance::Interval interval, int count)
{
    return {.interval = query.choice<issuance::Interval>("interval").value_or(interval),
            .count = static_cast<int>(query.integer("periods", 1, kMaxPeriods).value_or(count))};
}

void write_filter(json::Writer& out, const FilterNode& node, const std::vector<FilterNode>& asked)
{
    auto all = asked;
    all.push_back(node);
    inventory::write_filter(out.key("filter"), FilterNode::all(std::move(all)));
}

void write_bucket(json::Writer& out, const inventory::Bucket& bucket, const std::vector<FilterNode>& asked)
{
    out.begin_object().member("name", bucket.name);
    write_time(out, "from", bucket.from);
    write_time(out, "to", bucket.to);
    out.member("count", bucket.count);
    write_filter(out, bucket.filter, asked);
    if (!bucket.parts.empty()) {
        out.begin_array("parts");
        for (const auto& part : bucket.parts) {
            out.begin_object().member("name", part.name).member("count", part.count);
            write_filter(out, part.filter, asked);
            out.end_object();
        }
        out.end_array();
    }
    out.end_object();
}

http::Response finished(const Call& call, json::Writer& out, long long total)
{
    out.member("total", total);
    write_time(out, "generated_at", call.now);
    return http::json_response(200, out.end_object().take());
}

http::Response answer_of(const Call& call, const Question& question, const std::vector<inventory::Bucket>& buckets)
{
    long long total = 0;
    json::Writer out;
    out.begin_object().begin_array("buckets");
    for (const auto& bucket : buckets) {
        write_bucket(out, bucket, question.asked);
        total += bucket.count;
    }
    out.end_array();
    return finished(call, out, total);
}

struct OrderPart {
    std::string_view name;
    std::vector<OrderStatus> statuses;
    long long count;
};

/// Members of the query of /orders. That lists what was submitted after a moment, which does not come twice a
/// millisecond.
void write_order_query(json::Writer& out, const issuance::Period& period, const std::vector<OrderStatus>& statuses)
{
    out.key("query").begin_object();
    if (!statuses.empty()) {
        out.begin_array("status");
        for (const auto status : statuses) {
            out.value(name_of(status));
        }
        out.end_array();
    }
    write_time(out, "submitted_after", period.from - Time::duration(1));
    write_time(out, "submitted_before", period.to);
    out.end_object();
}

void write_period(json::Writer& out, const issuance::Period& period)
{
    out.member("name", period.name);
    write_time(out, "from", period.from);
    write_time(out, "to", period.to);
}

/// One bucket; how many orders it has.
long long write_orders(json::Writer& out, const issuance::OrderPeriod& one)
{
    using enum OrderStatus;
    const OrderPart parts[] = {{"complete", {Complete}, one.orders.complete},
                               {"failed", {Failed}, one.orders.failed},
                               {"open", {Pending, Processing, Issued, Deploying}, one.orders.open}};
    const auto count = one.orders.complete + one.orders.failed + one.orders.open;
    out.begin_object();
    write_period(out, one.period);
    out.member("count", count);
    write_order_query(out, one.period, {});
    out.begin_array("parts");
    for (const auto& part : parts) {
        out.begin_object().member("name", part.name).member("count", part.count);
        write_order_query(out, one.period, part.statuses);
        out.end_object();
    }
    out.end_array().end_object();
    return count;
}

/// One bucket; the sum of its figures.
long long write_outcomes(json::Writer& out, const issuance::OutcomePeriod& one)
{
    long long total = 0;
    out.begin_object();
    write_period(out, one.period);
    out.begin_array("rules");
    for (const auto& rule : one.rules) {
        out.begin_object()
            .member("rule", rule.rule)
            .member("refused", rule.refused)
            .member("warned", rule.warned)
            .member("waived", rule.waived)
            .end_object();
        total += rule.refused + rule.warned + rule.waived;
    }
    out.end_array().end_object();
    return total;
}

/// One bucket for each of the last periods: `figures` counts them, `write_one` writes one and returns the sum of its
/// figures.
template <class Figure>
Result<Answer> by_period(const Call& call, db::Session& session,
                         std::vector<Figure> (*figures)(issuance::Core&, db::Session&, const issuance::Caller&, Time,
                                                        issuance::Interval, int),
                         long long (*write_one)(json::Writer&, const Figure&))
{
    QueryReader query(call.request);
    const auto periods = read_periods(query, issuance::Interval::Week, 12);
    CHANCERY_CHECK(query.finish());
    long long total = 0;
    json::Writer out;
    out.begin_object().begin_array("buckets");
    for (const auto& one : figures(call.core(), session, call.caller, call.now, periods.interval, periods.count)) {
        total += write_one(out, one);
    }
    out.end_array();
    return finished(call, out, total);
}

} // namespace

Result<Answer> expiry(const Call& call, db::Session& session)
{
    QueryReader query(call.request);
    const auto question = read_question(call, session, query);
    CHANCERY_CHECK(query.finish());
    return answer_of(call, question, inventory::expiry_statistics(session, question.filter));
}

Result<Answer> issuance(const Call& call, db::Session& session)
{
    QueryReader query(call.request);
    const auto question = read_question(call, session, query);
    const auto periods = read_periods(query, issuance::Interval::Day, 30);
    const auto by = query.choice<inventory::Divided>("by");
    CHANCERY_CHECK(query.finish());
    return answer_of(call, question,
                     inventory::issuance_statistics(session, question.filter, periods.interval, periods.count, by));
}

Result<Answer> status(const Call& call, db::Session& session)
{
    QueryReader query(call.request);
    const auto question = read_question(call, session, query);
    CHANCERY_CHECK(query.finish());
    return answer_of(call, question, inventory::status_statistics(session, question.filter));
}

Result<Answer> crypto(const Call& call, db::Session& session)
{
    QueryReader query(call.request);
    const auto question = read_question(call, session, query);
    CHANCERY_CHECK(query.finish());
    return answer_of(call, question, inventory::crypto_statistics(session, question.filter));
}

Result<Answer> succession(const Call& call, db::Session& session)
{
    QueryReader query(call.request);
    const auto question = read_question(call, session, query);
    const auto months = static_cast<int>(query.integer("months", 1, kMaxMonths).value_or(12));
    CHANCERY_CHECK(query.finish());
    return answer_of(call, question, inventory::succession_statistics(session, question.filter, months));
}

Result<Answer> orders(const Call& call, db::Session& session)
{
    return by_period(call, session, issuance::order_figures, write_orders);
}

Result<Answer> order_durations(const Call& call, db::Session& session)
{
    QueryReader query(call.request);
    const auto days = query.integer("days", 1, kMaxDays).value_or(90);
    CHANCERY_CHECK(query.finish());
    const auto since = call.now - std::chrono::days(days);
    long long total = 0;
    json::Writer out;
    out.begin_object().begin_array("providers");
    for (const auto& one : issuance::order_durations(call.core(), session, call.caller, since)) {
        out.begin_object()
            .member("provider_id", one.provider_id)
            .member("orders", one.orders)
            .member("p50_ms", one.p50_ms)
            .member("p95_ms", one.p95_ms)
            .member("p99_ms", one.p99_ms)
            .end_object();
        total += one.orders;
    }
    out.end_array();
    write_time(out, "from", since);
    return finished(call, out, total);
}

Result<Answer> policy_outcomes(const Call& call, db::Session& session)
{
    return by_period(call, session, issuance::outcome_figures, write_outcomes);
}

} // namespace chancery::api::statistics
