#include "core/text.hpp"
#include "issuance/policy/regular_expression.hpp"
#include "issuance/policy/requested_names.hpp"
#include "issuance/policy/rule_values.hpp"
#include "issuance/policy/rules/rules.hpp"
#include "issuance/policy/wording.hpp"

#include <algorithm>

namespace chancery::issuance::policy::rules {
namespace {

using Suffixes = std::vector<std::string>;

/// Judges every requested DNS name by itself; the rule is met when each is.
template <class IsAllowed>
Verdict judge_names(const Facts& facts, const std::string& required, std::string_view complaint, IsAllowed is_allowed)
{
    const auto names = requested_dns_names(facts);
    std::vector<std::string> refused;
    std::copy_if(names.begin(), names.end(), std::back_inserter(refused),
                 [&](const std::string& name) { return !is_allowed(name); });
    if (refused.empty()) {
        return pass(list_of(names), required);
    }
    return fail(list_of(refused), required, std::string(complaint) + ": " + list_of(refused));
}

bool is_under_any(std::string_view name, const Suffixes& suffixes)
{
    return std::any_of(suffixes.begin(), suffixes.end(),
                       [&](const std::string& suffix) { return is_within_domain(name, suffix); });
}

constexpr std::string_view kOptionalSuffixes = R"json({
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "suffixes": {
      "type": "array", "minItems": 1, "maxItems": 1000, "uniqueItems": true,
      "items": {
        "type": "string", "maxLength": 200,
        "pattern": "^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?[.])*(?![0-9]+$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"
      },
      "description": "lower-case DNS names; default: the domains of the policy's patterns"
    }
  }
})json";

/// `suffixes`, or where they are left out the domains that the policy itself is about.
Suffixes suffixes_or_domains(json::Reader& in, const RuleContext& context)
{
    auto suffixes = read_domains(in, "suffixes");
    if (is_given(in, "suffixes")) {
        return suffixes;
    }
    if (context.domains.empty()) {
        in.reject("suffixes", "required", "is required in a policy whose patterns name no domain");
    }
    return context.domains;
}

// -------------------------------------------------------------------------------------------------- disable_wildcard

CompiledRule parse_disable_wildcard(json::Reader&, const RuleContext&)
{
    const auto judge = [](const Facts& facts) {
        return judge_names(facts, "no wildcard name", "wildcard names are not allowed",
                           [](const std::string& name) { return !name.contains('*'); });
    };
    return {.judge = judge};
}

// -------------------------------------------------------------------------------------------------- block_subdomains

CompiledRule parse_block_subdomains(json::Reader& in, const RuleContext& context)
{
    const auto domains = suffixes_or_domains(in, context);
    const auto judge = [domains, required = "no name below " + list_of(domains)](const Facts& facts) {
        return judge_names(facts, required, "names below these domains are not allowed", [&](const std::string& name) {
            return std::find(domains.begin(), domains.end(), name) != domains.end() || !is_under_any(name, domains);
        });
    };
    return {.judge = judge};
}

// ------------------------------------------------------------------------ block_other_domains, enforce_domain_suffix

CompiledRule only_under(const Suffixes& suffixes)
{
    const auto judge = [suffixes, required = "every name in or below " + list_of(suffixes)](const Facts& facts) {
        return judge_names(facts, required, "these names are outside the allowed domains",
                           [&](const std::string& name) { return is_under_any(name, suffixes); });
    };
    return {.judge = judge};
}

CompiledRule parse_block_other_domains(json::Reader& in, const RuleContext& context)
{
    return only_under(suffixes_or_domains(in, context));
}

CompiledRule parse_domain_suffix(json::Reader& in, const RuleContext&)
{
    require_member(in, "suffixes");
    return only_under(read_domains(in, "suffixes"));
}

// ---------------------------------------------------------------------------------------------- enforce_name_pattern

CompiledRule parse_name_pattern(json::Reader& in, const RuleContext&)
{
    const auto text = in.string("pattern");
    if (!in.is_string("pattern")) {
        return {};
    }
    const auto compiled = compile_regular_expression(text);
    if (!compiled) {
        in.reject("pattern", "value", compiled.error());
        return {};
    }
    const auto expression = *compiled;
    const auto judge = [expression, required = "every name like " + text](const Facts& facts) {
        return judge_names(facts, required, "these names do not have the required form",
                           [&](const std::string& name) { return RE2::FullMatch(name, *expression); });
    };
    return {.judge = judge};
}

} // namespace

constinit const RuleKind kDisableWildcard{.name = "disable_wildcard",
                                          .description = "No wildcard names (*.example.com).",
                                          .values_schema = R"json({
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "additionalProperties": false
})json",
                                          .parse = parse_disable_wildcard};

constinit const RuleKind kBlockSubdomains{
    .name = "block_subdomains",
    .description = "No DNS name below the listed domains, only these themselves. Without a list: below the domains of "
                   "the policy's patterns. Names elsewhere are not affected.",
    .values_schema = kOptionalSuffixes,
    .parse = parse_block_subdomains};

constinit const RuleKind kBlockOtherDomains{
    .name = "block_other_domains",
    .description = "No DNS name outside the listed domains. Without a list: outside the domains of the policy's "
                   "patterns, so that a name which the policy covers cannot bring along one that it does not.",
    .values_schema = kOptionalSuffixes,
    .parse = parse_block_other_domains};

constinit const RuleKind kEnforceDomainSuffix{
    .name = "enforce_domain_suffix",
    .description = "Every DNS name must be one of the listed domains or lie below one, on label boundaries.",
    .values_schema = R"json({
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "additionalProperties": false,
  "required": ["suffixes"],
  "properties": {
    "suffixes": {
      "type": "array", "minItems": 1, "maxItems": 1000, "uniqueItems": true,
      "items": {
        "type": "string", "maxLength": 200,
        "pattern": "^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?[.])*(?![0-9]+$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"
      },
      "description": "lower-case DNS names"
    }
  }
})json",
    .parse = parse_domain_suffix};

constinit const RuleKind kEnforceNamePattern{
    .name = "enforce_name_pattern",
    .description = "Every DNS name must match a regular expression (RE2 syntax) from its first character to its last. "
                   "Names are compared in lower case, a wildcard name with its \"*.\".",
    .values_schema = R"json({
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "additionalProperties": false,
  "required": ["pattern"],
  "properties": {
    "pattern": {"type": "string", "minLength": 1, "maxLength": 512, "description": "RE2, anchored at both ends"}
  }
})json",
    .parse = parse_name_pattern};

} // namespace chancery::issuance::policy::rules
