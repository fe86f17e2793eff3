#include "db/repositories/certificate_conditions.hpp"

#include "core/model/order.hpp"
#include "core/text.hpp"
#include "db/repositories/certificate_comparisons.hpp"

#include <algorithm>

namespace chancery::db {
namespace {

using Field = CertificateField;
using Op = FilterOperator;
using Kind = FilterNode::Kind;

constexpr long long kDay = 24LL * 60 * 60 * 1000;

FilterNode time_range(Op op, long long moment)
{
    return FilterNode::compare(Field::ValidTo, op, moment);
}

FilterNode status_node(CertificateStatus status, long long now)
{
    const auto revoked = [](bool yes) { return FilterNode::compare(Field::RevokedAt, Op::Exists, yes ? 1LL : 0LL); };
    switch (status) {
        case CertificateStatus::Active:
            return FilterNode::all({time_range(Op::GreaterOrEqual, now), revoked(false)});
        case CertificateStatus::Expired:
            return FilterNode::all({time_range(Op::Less, now), revoked(false)});
        case CertificateStatus::Revoked:
            break;
    }
    return revoked(true);
}

/// `days_until_expiry` is whole days, rounded down: less than n of them is before the n-th day from now begins.
FilterNode days_node(Op op, long long days, long long now)
{
    const auto begin = now + days * kDay;
    switch (op) {
        case Op::Less:
        case Op::GreaterOrEqual:
            return time_range(op, begin);
        case Op::LessOrEqual:
            return time_range(Op::Less, begin + kDay);
        case Op::Greater:
            return time_range(Op::GreaterOrEqual, begin + kDay);
        default:
            return FilterNode::all({time_range(Op::GreaterOrEqual, begin), time_range(Op::Less, begin + kDay)});
    }
}

/// By the plan of the renewals here, or by the client that asked for it.
FilterNode itself_node(bool yes)
{
    const std::string client(name_of(ActorType::AcmeClient));
    std::vector<FilterNode> either = {FilterNode::compare(Field::RequesterType, Op::Equal, client),
                                      FilterNode::compare(Field::RenewalDueAt, Op::Exists, 1LL)};
    return yes ? FilterNode::any(std::move(either)) : FilterNode::none(std::move(either));
}

void unfold(const FilterNode& node, std::vector<FilterNode>& out)
{
    if (node.kind == Kind::All) {
        for (const auto& child : node.children) {
            unfold(child, out);
        }
    } else {
        out.push_back(node);
    }
}

/// The conditions on one moment as one "all".
std::vector<FilterNode> merge_ranges(std::vector<FilterNode> nodes)
{
    std::vector<FilterNode> merged;
    for (auto& node : nodes) {
        const auto same = std::ranges::find_if(merged, [&](const FilterNode& known) {
            return is_moment(node) && known.kind == Kind::All &&
                   known.children.front().comparison.field == node.comparison.field;
        });
        if (same != merged.end()) {
            same->children.push_back(std::move(node));
        } else if (is_moment(node)) {
            merged.push_back(FilterNode::all({std::move(node)}));
        } else {
            merged.push_back(std::move(node));
        }
    }
    return merged;
}

/// The members of the filter that are no tree.
std::vector<FilterNode> nodes_of(const CertificateFilter& filter)
{
    std::vector<FilterNode> nodes;
    const auto add_text = [&](Field field, Op op, const std::string& text) {
        if (!text.empty()) {
            nodes.push_back(FilterNode::compare(field, op, text));
        }
    };
    const auto add_names = [&](Field field, const auto& values) {
        if (!values.empty()) {
            nodes.push_back(FilterNode::among(field, {values.begin(), values.end()}));
        }
    };
    const auto add_time = [&](Op op, const std::optional<Time>& time) {
        if (time) {
            nodes.push_back(FilterNode::compare(Field::ValidTo, op, to_millis(*time)));
        }
    };
    std::vector<std::string> statuses;
    for (const auto status : filter.statuses) {
        statuses.emplace_back(name_of(status));
    }
    add_names(Field::Status, statuses);
    add_names(Field::Algorithm, filter.algorithms);
    add_text(Field::Source, Op::Equal, filter.source ? std::string(name_of(*filter.source)) : "");
    add_text(Field::ProviderId, Op::Equal, filter.provider_id);
    add_text(Field::AuthorityId, Op::Equal, filter.authority_id);
    add_text(Field::Issuer, Op::Equal, filter.issuer);
    add_text(Field::RequesterId, Op::Equal, filter.requester_id);
    add_text(Field::Name, Op::Equal, to_lower(filter.name_exact));
    add_text(Field::Name, Op::Under, to_lower(filter.name_suffix));
    add_text(Field::Name, Op::Contains, to_lower(filter.name_substring));
    add_text(Field::Tag, Op::Equal, filter.tag);
    add_text(Field::SerialNumber, Op::Equal, filter.serial_number);
    add_text(Field::FingerprintSha256, Op::Equal, filter.fingerprint_sha256);
    add_time(Op::Less, filter.expires_before);
    add_time(Op::Greater, filter.expires_after);
    if (filter.superseded) {
        nodes.push_back(FilterNode::compare(Field::Superseded, Op::Equal, *filter.superseded ? 1LL : 0LL));
    }
    return nodes;
}

} // namespace

FilterNode stored_form(const FilterNode& node, Time now)
{
    if (node.kind != Kind::Compare) {
        FilterNode copy{.kind = node.kind};
        for (const auto& child : node.children) {
            copy.children.push_back(stored_form(child, now));
        }
        return copy;
    }
    const auto& comparison = node.comparison;
    if (comparison.field == Field::RenewsByItself) {
        return itself_node(truth_of(comparison));
    }
    const bool status = comparison.field == Field::Status;
    if (!status && comparison.field != Field::DaysUntilExpiry) {
        return node;
    }
    std::vector<FilterNode> any;
    for (const auto& value : comparison.values) {
        any.push_back(status ? status_node(from_name<CertificateStatus>(text_of(value)).value(), to_millis(now))
                             : days_node(comparison.op, std::get<long long>(value), to_millis(now)));
    }
    return any.size() == 1 ? any.front() : FilterNode::any(std::move(any));
}

std::vector<FilterNode> conditions_of(const CertificateFilter& filter)
{
    auto nodes = nodes_of(filter);
    nodes.insert(nodes.end(), filter.where.begin(), filter.where.end());
    std::vector<FilterNode> flat;
    for (const auto& node : nodes) {
        unfold(stored_form(node, filter.now), flat);
    }
    return merge_ranges(std::move(flat));
}

} // namespace chancery::db
