#include "issuance/inventory/statistics.hpp"

#include "core/model/order.hpp"

#include <chrono>
#include <initializer_list>
#include <numeric>

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

/// The bucket's certificates of which these hold, too.
Part part_of(const Bucket& bucket, std::string_view name, FilterNode node, long long count)
{
    return {.name = std::string(name), .count = count, .filter = FilterNode::all({bucket.filter, std::move(node)})};
}

struct Division {
    std::string_view name;
    FilterNode node;
};

/// No certificate is in two, and each is in one.
using Divisions = std::vector<Division>;

Divisions divided_by_succession()
{
    const auto superseded = [](bool yes) { return FilterNode::compare(Field::Superseded, Op::Equal, yes ? 1LL : 0LL); };
    const auto itself = [](bool yes) { return FilterNode::compare(Field::RenewsByItself, Op::Equal, yes ? 1LL : 0LL); };
    return {{"superseded", superseded(true)},
            {"automatic", FilterNode::all({superseded(false), itself(true)})},
            {"unattended", FilterNode::all({superseded(false), itself(false)})}};
}

Divisions divided_by_path()
{
    const auto source = [](CertificateSource one) {
        return FilterNode::compare(Field::Source, Op::Equal, std::string(name_of(one)));
    };
    const auto asked_by = [&](std::initializer_list<ActorType> types) {
        std::vector<FilterValue> names;
        for (const auto type : types) {
            names.emplace_back(std::string(name_of(type)));
        }
        return FilterNode::all(
            {source(CertificateSource::Managed), FilterNode::among(Field::RequesterType, std::move(names))});
    };
    return {{"console_and_api", asked_by({ActorType::User, ActorType::ServiceAccount, ActorType::Courier})},
            {"acme", asked_by({ActorType::AcmeClient})},
            {"schedule", asked_by({ActorType::System})},
            {"discovered", source(CertificateSource::Discovered)}};
}

std::vector<FilterNode> nodes_of(const Divisions& divisions)
{
    std::vector<FilterNode> nodes;
    for (const auto& division : divisions) {
        nodes.push_back(division.node);
    }
    return nodes;
}

/// Buckets between the bounds, in parts if there are divisions.
std::vector<Bucket> buckets_between(db::Session& session, const db::CertificateFilter& filter, Field moment,
                                    const std::vector<Time>& bounds, const Divisions& divisions)
{
    const auto whole = narrowed(filter, span_of(moment, bounds.front(), bounds.back()));
    const auto counts = db::CertificateRepository(session).count_parts(whole, moment, bounds, nodes_of(divisions));
    std::vector<Bucket> buckets;
    for (std::size_t i = 0; i + 1 < bounds.size(); ++i) {
        const auto& parts = counts[i + 1];
        Bucket bucket{.from = bounds[i],
                      .to = bounds[i + 1],
                      .count = std::accumulate(parts.begin(), parts.end(), 0LL),
                      .filter = span_of(moment, bounds[i], bounds[i + 1])};
        for (std::size_t part = 0; part < divisions.size(); ++part) {
            bucket.parts.push_back(part_of(bucket, divisions[part].name, divisions[part].node, parts[part]));
        }
        buckets.push_back(std::move(bucket));
    }
    return buckets;
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

std::vector<Bucket> succession_statistics(db::Session& session, const db::CertificateFilter& filter, int months)
{
    auto buckets = buckets_between(session, narrowed(filter, not_revoked()), Field::ValidTo,
                                   coming_months(filter.now, months), divided_by_succession());
    for (auto& bucket : buckets) {
        bucket.name = name_of_period(*bucket.from, Interval::Month);
        bucket.filter = FilterNode::all({not_revoked(), bucket.filter});
        for (auto& part : bucket.parts) {
            part.filter.children.insert(part.filter.children.begin(), not_revoked());
        }
    }
    return buckets;
}

std::vector<Bucket> issuance_statistics(db::Session& session, const db::CertificateFilter& filter, Interval interval,
                                        int count, std::optional<Divided> by)
{
    auto buckets = buckets_between(session, filter, Field::CreatedAt, recent_periods(filter.now, interval, count),
                                   by ? divided_by_path() : Divisions{});
    for (auto& bucket : buckets) {
        bucket.name = name_of_period(*bucket.from, interval);
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
