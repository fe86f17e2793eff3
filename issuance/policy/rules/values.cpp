#include "issuance/policy/rule_values.hpp"
#include "issuance/policy/rules/rules.hpp"
#include "issuance/policy/wording.hpp"

#include <algorithm>

namespace chancery::issuance::policy::rules {
namespace {

struct SubjectField {
    std::string_view name;
    std::string Subject::* member;
    std::size_t most; ///< characters, RFC 5280 appendix A.1 (ub-organization-name and the others)
};

/// In this order values are filled in.
constexpr SubjectField kFields[] = {{"organization", &Subject::organization, 64},
                                    {"organizational_unit", &Subject::organizational_unit, 64},
                                    {"country", &Subject::country, 2},
                                    {"state", &Subject::state, 128},
                                    {"locality", &Subject::locality, 128}};

bool is_country(std::string_view text)
{
    return text.size() == 2 && std::all_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

bool has_control_character(std::string_view text)
{
    return std::any_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

void check_value(json::Reader& in, const SubjectField& field, const std::string& value)
{
    if (field.member == &Subject::country && !is_country(value)) {
        in.reject(field.name, "value", "must be two upper-case letters");
    } else if (value.empty() || character_count(value) > field.most) {
        in.reject(field.name, "length", "must have 1 to " + std::to_string(field.most) + " characters");
    } else if (has_control_character(value)) {
        in.reject(field.name, "value", "must not contain control characters");
    }
}

std::string assignment(std::string_view field, const std::string& value)
{
    return std::string(field) + ' ' + (value.empty() ? "not given" : quoted(value));
}

Verdict judge_values(const std::vector<SubjectValue>& values, const Facts& facts)
{
    std::vector<std::string> input;
    std::vector<std::string> required;
    std::vector<std::string> wrong;
    for (const auto& value : values) {
        const auto& given = facts.subject.*value.member;
        input.push_back(assignment(value.field, given));
        required.push_back(assignment(value.field, value.value));
        if (given != value.value) {
            wrong.push_back(std::string(value.field) + " must be " + quoted(value.value) + " and is " +
                            (given.empty() ? "not given" : quoted(given)));
        }
    }
    if (wrong.empty()) {
        return pass(list_of(input), list_of(required));
    }
    return fail(list_of(input), list_of(required), "the subject's " + list_of(wrong));
}

CompiledRule parse_values(json::Reader& in, const RuleContext&)
{
    std::vector<SubjectValue> values;
    bool any = false;
    for (const auto& field : kFields) {
        any = any || is_given(in, field.name);
        if (auto value = in.optional_string(field.name)) {
            check_value(in, field, *value);
            values.push_back({.field = field.name, .member = field.member, .value = std::move(*value)});
        }
    }
    if (!any) {
        in.reject("", "required", "needs organization, organizational_unit, country, state or locality");
    }
    return {.judge = [values](const Facts& facts) { return judge_values(values, facts); }, .fills = values};
}

} // namespace

constinit const RuleKind kEnforceValues{
    .name = "enforce_values",
    .description = "Fills the named attributes of the subject where the request leaves them empty, and demands exactly "
                   "these values where it does not.",
    .values_schema = R"json({
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "additionalProperties": false,
  "minProperties": 1,
  "properties": {
    "organization": {"type": "string", "minLength": 1, "maxLength": 64, "pattern": "^[^\\u0000-\\u001f\\u007f]*$",
      "description": "O"},
    "organizational_unit": {"type": "string", "minLength": 1, "maxLength": 64, "pattern": "^[^\\u0000-\\u001f\\u007f]*$",
      "description": "OU"},
    "country": {"type": "string", "pattern": "^[A-Z]{2}$", "description": "C, two upper-case letters"},
    "state": {"type": "string", "minLength": 1, "maxLength": 128, "pattern": "^[^\\u0000-\\u001f\\u007f]*$",
      "description": "ST"},
    "locality": {"type": "string", "minLength": 1, "maxLength": 128, "pattern": "^[^\\u0000-\\u001f\\u007f]*$",
      "description": "L"}
  }
})json",
    .parse = parse_values};

} // namespace chancery::issuance::policy::rules
