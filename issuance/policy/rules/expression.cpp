#include "issuance/policy/expression/expression.hpp"

#include "issuance/policy/rule_values.hpp"
#include "issuance/policy/rules/rules.hpp"
#include "issuance/policy/wording.hpp"

namespace chancery::issuance::policy::rules {
namespace {

constexpr std::size_t kMostOfMessage = 300;

std::string read_message(json::Reader& in)
{
    auto message = in.optional_string("message");
    if (message && (message->empty() || character_count(*message) > kMostOfMessage)) {
        in.reject("message", "length", "must have 1 to " + std::to_string(kMostOfMessage) + " characters");
    }
    return message.value_or("");
}

CompiledRule parse_expression(json::Reader& in, const RuleContext&)
{
    const auto text = in.string("expression");
    const auto message = read_message(in);
    if (!in.is_string("expression")) {
        return {};
    }
    const auto compiled = expression::Expression::compile(text);
    if (!compiled) {
        in.reject("expression", "expression", compiled.error().text());
        return {};
    }
    const auto judge = [text, message, expression = *compiled](const Facts& facts) {
        const auto input = expression.input_of(facts);
        if (expression.holds(facts)) {
            return pass(input, text);
        }
        return fail(input, text, message.empty() ? "the request does not satisfy " + text : message);
    };
    return {.judge = judge};
}

} // namespace

constinit const RuleKind kExpression{
    .name = "expression",
    .description = "The request must satisfy an expression: a small, typed subset of CEL over the fields that "
                   "certificates have in the inventory. `message` is what a requester is told who does not.",
    .values_schema = R"json({
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "additionalProperties": false,
  "required": ["expression"],
  "properties": {
    "expression": {"type": "string", "minLength": 1, "maxLength": 2000, "description": "docs/policies.md, Expressions"},
    "message": {"type": "string", "minLength": 1, "maxLength": 300}
  }
})json",
    .parse = parse_expression};

} // namespace chancery::issuance::policy::rules
