#include "api/certificate_filter.hpp"

#include "issuance/inventory/filters.hpp"
#include "issuance/inventory/visibility.hpp"

#include <algorithm>

namespace chancery::api::certificates {
namespace {

namespace inventory = issuance::inventory;
using inventory::Field;
using Op = FilterOperator;

/// A member of the query that stands for a comparison.
struct Member {
    std::string name{};
    const Field* field = nullptr;
    Op op{};
};

/// Words that are shorter than a field with its operator.
struct Alias {
    std::string_view name;
    std::string_view field;
    Op op;
};

constexpr Alias kAliases[] = {{"domain", "name", Op::Under},
                              {"q", "text", Op::Contains},
                              {"expires_before", "valid_to", Op::Less},
                              {"expires_after", "valid_to", Op::Greater},
                              {"expires_within", "valid_to", Op::Within}};

constexpr Op kOrdered[] = {Op::Less, Op::LessOrEqual, Op::Greater, Op::GreaterOrEqual, Op::Within};

void add_members(std::vector<Member>& members, const Field& field, std::string_view name)
{
    if (field.takes(Op::In) || field.takes(Op::Equal)) {
        members.push_back({std::string(name), &field, field.takes(Op::In) ? Op::In : Op::Equal});
    }
    for (const auto op : kOrdered) {
        if (field.takes(op)) {
            members.push_back({std::string(name) + '[' + std::string(name_of(op)) + ']', &field, op});
        }
    }
}

/// "custom.team" is `custom[team]` in a query.
std::string query_name(const Field& field)
{
    const auto prefix = inventory::kCustomPrefix;
    return field.field == CertificateField::Custom ? "custom[" + field.name.substr(prefix.size()) + ']' : field.name;
}

std::vector<Member> members_of(std::span<const Field> fields)
{
    std::vector<Member> members;
    for (const auto& field : fields) {
        if (field.field == CertificateField::Custom) {
            members.push_back({query_name(field), &field, Op::Equal});
            continue;
        }
        add_members(members, field, field.name);
        if (!field.query_member.empty()) {
            add_members(members, field, field.query_member);
        }
    }
    for (const auto& alias : kAliases) {
        const auto field = std::ranges::find(fields, alias.field, &Field::name);
        members.push_back({std::string(alias.name), &*field, alias.op});
    }
    return members;
}

/// Names and tags have commas nowhere but in URIs, which the structured search finds.
std::vector<std::string> values_of(QueryReader& query, const Member& member)
{
    if (member.op == Op::In && member.field->type != inventory::FieldType::Text) {
        return query.texts(member.name);
    }
    const auto text = query.text(member.name);
    return text ? std::vector{*text} : std::vector<std::string>();
}

} // namespace

std::vector<std::string> filter_names()
{
    std::vector<std::string> names;
    for (auto& member : members_of(inventory::Catalogue::built_in())) {
        names.push_back(std::move(member.name));
    }
    names.emplace_back("custom");
    return names;
}

db::CertificateFilter visible_filter(const Call& call, db::Session& session)
{
    return {.where = inventory::visible_to(call.core(), session, call.caller), .now = call.now};
}

std::vector<FilterNode> read_members(const Call& call, db::Session& session, QueryReader& query,
                                     std::span<const std::string_view> only)
{
    std::vector<FilterNode> nodes;
    const inventory::Catalogue catalogue(session);
    for (const auto& member : members_of(catalogue.fields())) {
        if (!only.empty() && std::ranges::find(only, member.name) == only.end()) {
            continue;
        }
        const auto values = values_of(query, member);
        if (values.empty()) {
            continue;
        }
        auto node = inventory::comparison(*member.field, member.op, values, call.now);
        if (node) {
            nodes.push_back(*std::move(node));
        } else {
            query.reject(member.name, node.error().code, node.error().detail);
        }
    }
    return nodes;
}

db::CertificateFilter read_filter(const Call& call, db::Session& session, QueryReader& query)
{
    auto filter = visible_filter(call, session);
    for (auto& node : read_members(call, session, query, {})) {
        filter.where.push_back(std::move(node));
    }
    return filter;
}

} // namespace chancery::api::certificates
