#include "issuance/inventory/statistics.hpp"

#include <chrono>

namespace chancery::issuance::inventory {
namespace {

using Field = CertificateField;
using Op = FilterOperator;
using std::chrono::days;

FilterNode not_revoked()
{
    return FilterNode::compare(Field::RevokedAt, Op::Exists, 0LL);
}

/// The span [from, to) of a moment; open where there is none.
FilterNode span_of(Field moment, const std::optional<Time>& from, const std::optional<Time>& to)
{
    std::vector<FilterNode> nodes;
    if (from) {
        nodes.push_back(FilterNode::compare(moment, Op::GreaterOrEqual, to_millis(*from)));
    }
    if (to) {
        nodes.push_back(FilterNode::compare(moment, Op::Less, to_millis(*to)));
    }
    return FilterNode::all(std::move(nodes));
}

db::CertificateFilter narrowed(db::CertificateFilter filter, FilterNode node)
{
    filter.where.push_back(std::move(node));
    return filter;
}

Time from_days(std::chrono::sys_days day)
{
    return std::chrono::time_point_cast<Time::duration>(day);
}

/// Where the interval begins that lies `back` intervals before the one of `now`.
Time begin_of(Time now, Interval interval, int back)
{
    const auto today = std::chrono::floor<days>(now);
    switch (interval) {
        case Interval::Day:
            return from_days(today - days(back));
        case Interval::Week: {
            const auto monday = today - (std::chrono::weekday(today) - std::chrono::Monday);
            return from_days(monday - days(7 * back));
        }
        case Interval::Month:
            break;
    }
    const std::chrono::year_month_day date(today);
    const auto month = date.year() / date.month() - std::chrono::months(back);
    return from_days(month / 1);
}

} // namespace

std::vector<Bucket> expiry_statistics(db::Session& session, const db::CertificateFilter& filter)
{
    constexpr std::pair<std::string_view, int> kSpans[] = {{"expired", 0},           {"within_7_days", 7},
                                                           {"within_30_days", 30},   {"within_90_days", 90},
                                                           {"within_180_days", 180}, {"within_365_days", 365}};
    std::vector<Time> bounds;
    for (const auto& [name, length] : kSpans) {
        bounds.push_back(filter.now + days(length));
    }
    const auto counts =
        db::CertificateRepository(session).count_between(narrowed(filter, not_revoked()), Field::ValidTo, bounds);
    std::vector<Bucket> buckets;
    for (std::size_t i = 0; i < counts.size(); ++i) {
        Bucket bucket{.name = std::string(i < bounds.size() ? kSpans[i].first : "later"), .count = counts[i]};
        if (i > 0) {
            bucket.from = bounds[i - 1];
        }
        if (i < bounds.size()) {
            bucket.to = bounds[i];
        }
        bucket.filter = FilterNode::all({not_revoked(), span_of(Field::ValidTo, bucket.from, bucket.to)});
        buckets.push_back(std::move(bucket));
    }
    return buckets;
}

std::vector<Bucket> issuance_statistics(db::Session& session, const db::CertificateFilter& filter, Interval interval,
                                        int count)
{
    std::vector<Time> bounds;
    for (int back = count - 1; back >= -1; --back) {
        bounds.push_back(begin_of(filter.now, interval, back));
    }
    const auto whole = narrowed(filter, span_of(Field::CreatedAt, bounds.front(), bounds.back()));
    const auto counts = db::CertificateRepository(session).count_between(whole, Field::CreatedAt, bounds);
    std::vector<Bucket> buckets;
    for (std::size_t i = 0; i + 1 < bounds.size(); ++i) {
        buckets.push_back({.name = to_rfc3339(bounds[i], true).substr(0, interval == Interval::Month ? 7 : 10),
                           .from = bounds[i],
                           .to = bounds[i + 1],
                           .count = counts[i + 1],
                           .filter = span_of(Field::CreatedAt, bounds[i], bounds[i + 1])});
    }
    return buckets;
}

std::vector<Bucket> status_statistics(db::Session& session, const db::CertificateFilter& filter)
{
    db::CertificateRepository certificates(session);
    const auto revoked = FilterNode::compare(Field::RevokedAt, Op::Exists, 1LL);
    const auto counts = certificates.count_between(narrowed(filter, not_revoked()), Field::ValidTo, {filter.now});
    const auto before = span_of(Field::ValidTo, {}, filter.now);
    const auto after = span_of(Field::ValidTo, filter.now, {});
    return {{.name = "active", .count = counts.at(1), .filter = FilterNode::all({not_revoked(), after})},
            {.name = "expired", .count = counts.at(0), .filter = FilterNode::all({not_revoked(), before})},
            {.name = "revoked", .count = certificates.count(narrowed(filter, revoked)), .filter = revoked}};
}

std::vector<Bucket> crypto_statistics(db::Session& session, const db::CertificateFilter& filter)
{
    std::vector<Bucket> buckets;
    for (const auto& one : db::CertificateRepository(session).count_by_crypto(filter)) {
        const std::string digest(name_of(one.digest));
        auto both = FilterNode::all({FilterNode::compare(Field::Algorithm, Op::Equal, one.algorithm),
                                     FilterNode::compare(Field::Digest, Op::Equal, digest)});
        buckets.push_back({.name = one.algorithm + '/' + digest, .count = one.certificates, .filter = std::move(both)});
    }
    return buckets;
}

} // namespace chancery::issuance::inventory
