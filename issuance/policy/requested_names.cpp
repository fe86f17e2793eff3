#include "issuance/policy/requested_names.hpp"

#include "core/text.hpp"

#include <algorithm>

namespace chancery::issuance::policy {
namespace {

std::string canonical(std::string_view text)
{
    auto name = to_lower(text);
    if (name.ends_with('.')) {
        name.pop_back();
    }
    return name;
}

/// Whether a SAN that is not a DNS name says the same.
bool is_otherwise_named(const Facts& facts, std::string_view common_name)
{
    return std::any_of(facts.names.begin(), facts.names.end(), [&](const Name& name) {
        return name.type != NameType::Dns && equal_ignoring_case(name.value, common_name);
    });
}

} // namespace

std::vector<std::string> names_of_type(const Facts& facts, NameType type)
{
    std::vector<std::string> values;
    for (const auto& name : facts.names) {
        if (name.type == type) {
            values.push_back(name.value);
        }
    }
    return values;
}

std::vector<std::string> requested_dns_names(const Facts& facts)
{
    auto names = names_of_type(facts, NameType::Dns);
    std::transform(names.begin(), names.end(), names.begin(), canonical);
    const auto& common_name = facts.subject.common_name;
    if (common_name.empty() || common_name.contains(' ') || is_otherwise_named(facts, common_name)) {
        return names;
    }
    auto name = canonical(common_name);
    if (std::find(names.begin(), names.end(), name) == names.end()) {
        names.insert(names.begin(), std::move(name));
    }
    return names;
}

} // namespace chancery::issuance::policy
