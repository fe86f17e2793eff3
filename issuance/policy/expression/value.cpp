#include "issuance/policy/expression/value.hpp"

namespace chancery::issuance::policy::expression {
namespace {

template <class E> List names_of_all(const std::vector<E>& values)
{
    List list;
    for (const auto value : values) {
        list.push_back({std::string_view(name_of(value))});
    }
    return list;
}

} // namespace

Environment::Environment(const Facts& facts)
    : facts_(facts), algorithm_(facts.key ? facts.key->name() : ""), key_usage_(names_of_all(facts.key_usage)),
      extended_key_usage_(names_of_all(facts.extended_key_usage))
{
    for (const auto& name : facts.names) {
        names_.push_back({&name});
    }
    for (const auto& tag : facts.tags) {
        tags_.push_back({std::string_view(tag)});
    }
}

std::string_view Environment::common_name() const
{
    if (!facts_.subject.common_name.empty() || facts_.names.empty()) {
        return facts_.subject.common_name;
    }
    return facts_.names.front().value;
}

} // namespace chancery::issuance::policy::expression
