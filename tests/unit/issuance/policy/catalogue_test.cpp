#include "core/json.hpp"
#include "issuance/policy/rule_registry.hpp"
#include "tests/unit/issuance/policy/samples.hpp"

#include <catch2/catch.hpp>

#include <map>
#include <set>

using namespace chancery;
using namespace chancery::issuance::policy;
using namespace chancery::issuance::policy::samples;

namespace {

/// The least values that each rule accepts.
const std::map<std::string, std::string>& least_values()
{
    static const std::map<std::string, std::string> values = {
        {"enforce_values", R"({"country":"DE"})"},
        {"enforce_key_usage", R"({"key_usage":["digitalSignature"]})"},
        {"enforce_certificate_purpose", R"({"purpose":"server"})"},
        {"enforce_algorithm", R"({"algorithms":["rsa"]})"},
        {"enforce_minimum_key_size", R"({"minimum_bits":2048})"},
        {"enforce_digest", R"({"digests":["sha256"]})"},
        {"enforce_max_validity", R"({"max_days":90})"},
        {"enforce_min_validity", R"({"min_days":1})"},
        {"disable_wildcard", "{}"},
        {"block_subdomains", "{}"},
        {"block_other_domains", "{}"},
        {"enforce_domain_suffix", R"({"suffixes":["example.com"]})"},
        {"block_ip_in_san", "{}"},
        {"block_email_in_san", "{}"},
        {"require_san", "{}"},
        {"enforce_max_san_count", R"({"max_count":5})"},
        {"block_ca_flag", "{}"},
        {"enforce_common_name_in_san", "{}"},
        {"enforce_name_pattern", R"({"pattern":".*"})"},
        {"block_key_reuse", "{}"},
        {"enforce_renewal_window", R"({"max_days_before_expiry":30})"},
        {"restrict_requesters", R"({"roles":["user"]})"},
        {"restrict_providers", R"({"provider_ids":["local"]})"},
        {"limit_active_certificates", R"({"max_certificates":1})"},
        {"expression", R"({"expression":"true"})"}};
    return values;
}

template <class E> void check_names_in(const std::string& schema)
{
    for (const auto& [value, name] : EnumNames<E>::table) {
        INFO(name);
        CHECK(schema.find('"' + std::string(name) + '"') != std::string::npos);
    }
}

const std::string& schema_of(std::string_view name)
{
    for (const auto& entry : rule_catalogue()) {
        if (entry.name == name) {
            return entry.values_schema;
        }
    }
    throw std::runtime_error("no such rule");
}

} // namespace

TEST_CASE("the catalogue has every rule of the product once", "[unit][policy]")
{
    std::set<std::string> names;
    for (const auto& entry : rule_catalogue()) {
        CHECK(names.insert(entry.name).second);
        CHECK(least_values().contains(entry.name));
    }
    CHECK(names.size() == least_values().size());
    CHECK(rule_kinds().size() == least_values().size());
}

TEST_CASE("every rule is described and its values have a closed JSON Schema", "[unit][policy]")
{
    for (const auto& entry : rule_catalogue()) {
        DYNAMIC_SECTION(entry.name)
        {
            CHECK(entry.description.size() > 20);
            REQUIRE(json::is_valid(entry.values_schema));
            json::Reader schema(entry.values_schema);
            CHECK(schema.string("$schema") == "https://json-schema.org/draft/2020-12/schema");
            CHECK(schema.string("type") == "object");
            CHECK_FALSE(schema.boolean("additionalProperties"));
            auto properties = schema.optional_object("properties");
            for (const auto& required : schema.optional_strings("required").value_or(std::vector<std::string>{})) {
                REQUIRE(properties.has_value());
                CHECK(properties->is_object(required));
            }
        }
    }
}

TEST_CASE("every rule accepts exactly the members that its schema declares", "[unit][policy]")
{
    for (const auto& entry : rule_catalogue()) {
        DYNAMIC_SECTION(entry.name)
        {
            CHECK(validate(policy("p", {rule(entry.name, least_values().at(entry.name))})).has_value());
            // A member of the wrong type is a mistake other than "unknown" exactly when the rule knows the member.
            json::Reader schema(entry.values_schema);
            auto properties = schema.optional_object("properties");
            for (const auto& member : properties ? properties->member_names() : std::vector<std::string>{}) {
                const auto checked = validate(policy("p", {rule(entry.name, "{\"" + member + "\":{}}")}));
                REQUIRE_FALSE(checked.has_value());
                for (const auto& error : checked.error().errors) {
                    INFO(member);
                    CHECK(error.code != "unknown");
                }
            }
            const auto checked = validate(policy("p", {rule(entry.name, R"({"no_such_member":1})")}));
            REQUIRE_FALSE(checked.has_value());
            CHECK(checked.error().errors.back().code == "unknown");
        }
    }
}

TEST_CASE("the schemas list every name that the rules accept", "[unit][policy]")
{
    check_names_in<KeyUsage>(schema_of("enforce_key_usage"));
    check_names_in<ExtendedKeyUsage>(schema_of("enforce_key_usage"));
    check_names_in<KeyFamily>(schema_of("enforce_algorithm"));
    check_names_in<Role>(schema_of("restrict_requesters"));
}

TEST_CASE("all rules together judge one ordinary request", "[unit][policy]")
{
    std::vector<PolicyRule> all;
    for (const auto& [name, values] : least_values()) {
        all.push_back(rule(name, values));
    }
    const auto decision = decide({policy("p", all)}, for_names({"example.com"}));
    CHECK(decision.findings.size() == all.size());
    // A P-256 key where RSA is demanded: the one failure.
    int failed = 0;
    for (const auto& finding : decision.findings) {
        failed += finding.outcome == RuleOutcome::Pass ? 0 : 1;
    }
    CHECK(failed == 1);
}
