#include "issuance/policies/document.hpp"

#include "core/json.hpp"

#include <stdexcept>

namespace chancery::issuance {
namespace {

template <class E> E stored(const std::string& name)
{
    const auto value = from_name<E>(name);
    if (!value) {
        throw std::runtime_error("a stored policy has a name that this version does not know");
    }
    return *value;
}

} // namespace

std::string policy_document(const Policy& policy)
{
    json::Writer out;
    out.begin_object()
        .member("name", policy.name)
        .member("description", policy.description)
        .member("enabled", policy.enabled)
        .member("version", policy.version)
        .member("patterns", policy.patterns);
    out.begin_array("actions");
    for (const auto action : policy.actions) {
        out.value(name_of(action));
    }
    out.end_array().begin_array("rules");
    for (const auto& rule : policy.rules) {
        out.begin_object()
            .member("action", rule.action)
            .member("fail", name_of(rule.fail))
            .raw_member("values", rule.values)
            .end_object();
    }
    return out.end_array().end_object().take();
}

Policy policy_of_document(std::string_view document)
{
    json::Reader in(document);
    Policy policy{.name = in.string("name"),
                  .description = in.string("description"),
                  .enabled = in.boolean("enabled"),
                  .patterns = in.strings("patterns"),
                  .version = in.integer("version")};
    for (const auto& action : in.strings("actions")) {
        policy.actions.push_back(stored<PolicyAction>(action));
    }
    for (auto& rule : in.objects("rules")) {
        policy.rules.push_back({.action = rule.string("action"),
                                .fail = stored<Severity>(rule.string("fail")),
                                .values = rule.raw("values").value_or("{}")});
    }
    if (!in.finish()) {
        throw std::runtime_error("a stored policy is not readable");
    }
    return policy;
}

} // namespace chancery::issuance
