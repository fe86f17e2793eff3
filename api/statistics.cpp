#include "api/statistics.hpp"

#include "api/answers.hpp"
#include "api/certificate_filter.hpp"
#include "issuance/inventory/filters.hpp"
#include "issuance/inventory/statistics.hpp"
#include "issuance/inventory/visibility.hpp"

#include <algorithm>

namespace chancery::api::statistics {
namespace {

namespace inventory = issuance::inventory;

constexpr int kDefaultPeriods = 30;
constexpr int kMaxPeriods = 120;

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

void write_bucket(json::Writer& out, const inventory::Bucket& bucket, const std::vector<FilterNode>& asked)
{
    out.begin_object().member("name", bucket.name);
    write_time(out, "from", bucket.from);
    write_time(out, "to", bucket.to);
    out.member("count", bucket.count).key("filter");
    auto all = asked;
    all.push_back(bucket.filter);
    inventory::write_filter(out, FilterNode::all(std::move(all)));
    out.end_object();
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
    out.end_array().member("total", total);
    write_time(out, "generated_at", call.now);
    return http::json_response(200, out.end_object().take());
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
    const auto interval = query.choice<inventory::Interval>("interval").value_or(inventory::Interval::Day);
    const auto periods = query.integer("periods", 1, kMaxPeriods).value_or(kDefaultPeriods);
    CHANCERY_CHECK(query.finish());
    return answer_of(call, question,
                     inventory::issuance_statistics(session, question.filter, interval, static_cast<int>(periods)));
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

} // namespace chancery::api::statistics
