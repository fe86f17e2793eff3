#include "issuance/policy/expression/expression.hpp"

#include "issuance/policy/expression/evaluation.hpp"
#include "issuance/policy/expression/fields.hpp"
#include "issuance/policy/expression/parser.hpp"
#include "issuance/policy/wording.hpp"

namespace chancery::issuance::policy::expression {
namespace {

constexpr std::size_t kMostOfExpression = 2000;

std::string shown(const Value& value, const Environment& environment);

/// The members of a requester or a subject that are there: "organization 'Example Ltd', country 'DE'".
std::string shown_members(Kind of, const Value& value, const Environment& environment)
{
    std::vector<std::string> texts;
    for (const auto& member : members()) {
        if (member.of != of) {
            continue;
        }
        if (const auto held = member.read(environment, value); !std::holds_alternative<Absent>(held.held)) {
            texts.push_back(std::string(member.name) + ' ' + shown(held, environment));
        }
    }
    return list_of(texts);
}

std::string shown(const Value& value, const Environment& environment)
{
    if (const auto* const text = std::get_if<std::string_view>(&value.held)) {
        return quoted(*text);
    }
    if (const auto* const time = std::get_if<Time>(&value.held)) {
        return to_rfc3339(*time);
    }
    if (const auto* const name = std::get_if<const Name*>(&value.held)) {
        return quoted((*name)->value);
    }
    if (std::holds_alternative<const Facts*>(value.held)) {
        return shown_members(Kind::Requester, value, environment);
    }
    if (std::holds_alternative<const Subject*>(value.held)) {
        return shown_members(Kind::Subject, value, environment);
    }
    std::vector<std::string> texts;
    if (const auto* const list = std::get_if<const List*>(&value.held)) {
        for (const auto& element : **list) {
            texts.push_back(shown(element, environment));
        }
    }
    return list_of(texts);
}

} // namespace

Parsed<Expression> Expression::compile(std::string_view text)
{
    if (character_count(text) > kMostOfExpression) {
        return mistake({}, "an expression has at most " + std::to_string(kMostOfExpression) + " characters");
    }
    auto tree = parse(text);
    if (!tree) {
        return std::unexpected(std::move(tree).error());
    }
    auto checked = check(std::move(*tree));
    if (!checked) {
        return std::unexpected(std::move(checked).error());
    }
    return Expression(std::move(*checked));
}

bool Expression::holds(const Facts& facts) const
{
    const Environment environment(facts);
    return expression::holds(checked_->root, environment, kMaxCost);
}

std::string Expression::input_of(const Facts& facts) const
{
    const Environment environment(facts);
    std::string text;
    for (const auto index : checked_->fields) {
        const auto& field = fields()[index];
        text +=
            (text.empty() ? "" : "; ") + std::string(field.name) + ' ' + shown(field.read(environment), environment);
    }
    return text.empty() ? "nothing of the request" : text;
}

} // namespace chancery::issuance::policy::expression
