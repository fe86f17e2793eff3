#include "core/text.hpp"
#include "issuance/policy/requested_names.hpp"
#include "issuance/policy/rule_values.hpp"
#include "issuance/policy/rules/rules.hpp"
#include "issuance/policy/wording.hpp"

#include <algorithm>

namespace chancery::issuance::policy::rules {
namespace {

Verdict judge_absence(const Facts& facts, NameType type, const std::string& what)
{
    const auto found = names_of_type(facts, type);
    if (found.empty()) {
        return pass(list_of(found), "no " + what);
    }
    return fail(list_of(found), "no " + what, "the certificate may not have an " + what + ": " + list_of(found));
}

CompiledRule parse_block_ip(json::Reader&, const RuleContext&)
{
    return {.judge = [](const Facts& facts) { return judge_absence(facts, NameType::Ip, "IP address"); }};
}

CompiledRule parse_block_email(json::Reader&, const RuleContext&)
{
    return {.judge = [](const Facts& facts) { return judge_absence(facts, NameType::Email, "e-mail address"); }};
}

std::string count_of_names(const Facts& facts)
{
    return counted(static_cast<long long>(facts.names.size()), "name");
}

CompiledRule parse_require_san(json::Reader&, const RuleContext&)
{
    const auto judge = [](const Facts& facts) {
        if (!facts.names.empty()) {
            return pass(count_of_names(facts), "at least 1 name");
        }
        return fail(count_of_names(facts), "at least 1 name", "the certificate has no subject alternative name");
    };
    return {.judge = judge};
}

CompiledRule parse_max_san_count(json::Reader& in, const RuleContext&)
{
    const auto most = read_number(in, "max_count", 1, 10'000);
    const auto judge = [most](const Facts& facts) {
        const auto input = count_of_names(facts);
        const auto required = "at most " + counted(most, "name");
        if (static_cast<long long>(facts.names.size()) <= most) {
            return pass(input, required);
        }
        return fail(input, required,
                    "the certificate would have " + input + " as subject alternative names; allowed: " + required);
    };
    return {.judge = judge};
}

CompiledRule parse_common_name_in_san(json::Reader&, const RuleContext&)
{
    const auto judge = [](const Facts& facts) {
        const auto& common_name = facts.subject.common_name;
        const std::string required = "the common name among the subject alternative names";
        if (common_name.empty()) {
            return pass("no common name", required);
        }
        const bool found = std::any_of(facts.names.begin(), facts.names.end(),
                                       [&](const Name& name) { return equal_ignoring_case(name.value, common_name); });
        if (found) {
            return pass(common_name, required);
        }
        return fail(common_name, required,
                    "the common name " + quoted(common_name) + " is not among the subject alternative names");
    };
    return {.judge = judge};
}

constexpr std::string_view kNoValues = R"json({
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "additionalProperties": false
})json";

} // namespace

constinit const RuleKind kBlockIpInSan{.name = "block_ip_in_san",
                                       .description = "No IP address among the subject alternative names.",
                                       .values_schema = kNoValues,
                                       .parse = parse_block_ip};

constinit const RuleKind kBlockEmailInSan{.name = "block_email_in_san",
                                          .description = "No e-mail address among the subject alternative names.",
                                          .values_schema = kNoValues,
                                          .parse = parse_block_email};

constinit const RuleKind kRequireSan{.name = "require_san",
                                     .description = "The certificate must have a subject alternative name.",
                                     .values_schema = kNoValues,
                                     .parse = parse_require_san};

constinit const RuleKind kEnforceMaxSanCount{.name = "enforce_max_san_count",
                                             .description =
                                                 "At most this many subject alternative names, of all types together.",
                                             .values_schema = R"json({
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "additionalProperties": false,
  "required": ["max_count"],
  "properties": {
    "max_count": {
      "type": ["integer", "string"], "minimum": 1, "maximum": 10000,
      "pattern": "^0*([1-9][0-9]{0,3}|10000)$"
    }
  }
})json",
                                             .parse = parse_max_san_count};

constinit const RuleKind kEnforceCommonNameInSan{
    .name = "enforce_common_name_in_san",
    .description = "The common name, where there is one, must be among the subject alternative names.",
    .values_schema = kNoValues,
    .parse = parse_common_name_in_san};

} // namespace chancery::issuance::policy::rules
