#include "db/repositories/configuration_repository.hpp"
#include "db/sql_text.hpp"
#include "db/statement.hpp"

namespace chancery::db {
namespace {

constexpr SqlText kContent = "name, description, enabled, patterns, actions, rules, version, created_at, updated_at";
constexpr SqlText kColumns = kSql<"id, ", kContent>;
constexpr SqlText kVersionColumns = kSql<"policy_id, ", kContent>;

constexpr std::string_view kInsert = kSql<kInsertInto<"policies", kColumns>, " ON CONFLICT DO NOTHING">;
constexpr std::string_view kInsertVersion = kInsertInto<"policy_versions", kVersionColumns>;
constexpr std::string_view kFind = kSql<"SELECT ", kColumns, " FROM policies WHERE id = :id AND retired_at IS NULL">;
constexpr std::string_view kList =
    kSql<"SELECT ", kColumns, " FROM policies WHERE retired_at IS NULL ORDER BY created_at, id">;
constexpr std::string_view kVersions =
    kSql<"SELECT ", kVersionColumns, " FROM policy_versions WHERE policy_id = :id ORDER BY version">;
constexpr std::string_view kUpdate = R"sql(
    UPDATE policies
       SET name = :name, description = :description, enabled = :enabled, patterns = :patterns, actions = :actions,
           rules = :rules, updated_at = :updated_at, version = version + 1
     WHERE id = :id AND version = :version AND retired_at IS NULL)sql";
constexpr std::string_view kRetire =
    "UPDATE policies SET retired_at = :at WHERE id = :id AND version = :version AND retired_at IS NULL";

std::string to_text(const std::vector<PolicyRule>& rules)
{
    json::Writer out;
    out.begin_array();
    for (const auto& rule : rules) {
        out.begin_object();
        out.member("action", rule.action);
        out.member("fail", name_of(rule.fail));
        out.raw_member("values", rule.values);
        out.end_object();
    }
    return out.end_array().take();
}

std::vector<PolicyRule> to_rules(const std::string& text)
{
    std::vector<PolicyRule> rules;
    for (const auto& element : json::parse_array(text)) {
        json::Reader in(element);
        PolicyRule rule;
        rule.action = in.string("action");
        rule.fail = detail::to_enum<Severity>(in.string("fail"));
        rule.values = in.raw("values").value_or("{}");
        if (!in.finish()) {
            throw std::runtime_error("a stored policy rule is not readable");
        }
        rules.push_back(std::move(rule));
    }
    return rules;
}

/// The columns with the rules as `rules`, their stored text.
template <class P, class Text> auto columns(P& p, Text& rules)
{
    return pack(p.id, p.name, p.description, p.enabled, p.patterns, p.actions, rules, p.version, p.created_at,
                p.updated_at);
}

Policy read_policy(Row& row)
{
    Policy policy;
    std::string rules = "[]";
    row.read_all(columns(policy, rules));
    policy.rules = to_rules(rules);
    return policy;
}

} // namespace

bool PolicyRepository::insert(const Policy& policy)
{
    const auto rules = to_text(policy.rules);
    if (Query(session_, kInsert).bind_all(columns(policy, rules)).run() == 0) {
        return false;
    }
    Query(session_, kInsertVersion).bind_all(columns(policy, rules)).run();
    return true;
}

std::optional<Policy> PolicyRepository::find(const std::string& id)
{
    return Query(session_, kFind).bind(id).one(read_policy);
}

std::vector<Policy> PolicyRepository::list()
{
    return Query(session_, kList).all(read_policy);
}

bool PolicyRepository::update(const Policy& policy)
{
    const auto rules = to_text(policy.rules);
    const auto changed = Query(session_, kUpdate)
                             .bind(policy.name, policy.description, policy.enabled, policy.patterns, policy.actions,
                                   rules, policy.updated_at, policy.id, policy.version)
                             .run();
    if (changed == 0) {
        return false;
    }
    auto next = policy;
    ++next.version;
    Query(session_, kInsertVersion).bind_all(columns(next, rules)).run();
    return true;
}

bool PolicyRepository::retire(const std::string& id, long long version, Time at)
{
    return Query(session_, kRetire).bind(at, id, version).run() == 1;
}

std::vector<Policy> PolicyRepository::versions(const std::string& id)
{
    return Query(session_, kVersions).bind(id).all(read_policy);
}

} // namespace chancery::db
