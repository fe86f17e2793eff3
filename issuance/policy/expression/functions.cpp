#include "issuance/policy/expression/functions.hpp"

#include "issuance/policy/expression/literals.hpp"
#include "issuance/policy/regular_expression.hpp"

#include <algorithm>

namespace chancery::issuance::policy::expression {
namespace {

constexpr Type kString{.kind = Kind::String};

using Outcome = Parsed<void>;

Outcome size(Node& node)
{
    if (node.children.size() != 1) {
        return mistake(node.at, "this is written size(x) or x.size()");
    }
    const auto& of = node.children[0];
    if (of.type.kind != Kind::List && of.type != kString) {
        return mistake(of.at, "a list or a string has a size, not a " + to_text(of.type));
    }
    node.op = Op::Size;
    node.type = {.kind = Kind::Int};
    return {};
}

Outcome time_literal(Node& node)
{
    const bool literal =
        node.children.size() == 1 && node.children[0].op == Op::Literal && node.children[0].type == kString;
    if (node.has_target || !literal) {
        return mistake(node.at, "this is written duration('720h') or timestamp('2027-01-31T00:00:00Z')");
    }
    const auto text = node.children[0].text;
    const bool duration = node.text == "duration";
    const auto number = duration ? read_duration(text) : read_timestamp(text);
    if (!number) {
        return mistake(node.children[0].at, duration ? "a duration is numbers with the units h, m, s or ms: 1h30m"
                                                     : "a timestamp is an RFC 3339 time: 2027-01-31T00:00:00Z");
    }
    node = Node{.op = Op::Literal,
                .at = node.at,
                .number = *number,
                .type = {.kind = duration ? Kind::Duration : Kind::Timestamp}};
    return {};
}

Outcome pattern(Node& node)
{
    const auto& text = node.children[1];
    if (text.op != Op::Literal) {
        return mistake(text.at, "a pattern is a literal");
    }
    auto compiled = compile_regular_expression(text.text);
    if (!compiled) {
        return mistake(text.at, "the pattern " + compiled.error());
    }
    node.pattern = std::move(*compiled);
    node.children.pop_back();
    return {};
}

Outcome string_test(Node& node, Op op)
{
    if (!node.has_target || node.children.size() != 2) {
        return mistake(node.at, "this is written text." + node.text + "('…')");
    }
    for (const auto& operand : node.children) {
        if (auto fits = want(operand, kString); !fits) {
            return fits;
        }
    }
    node.op = op;
    node.type = {.kind = Kind::Bool};
    return op == Op::Matches ? pattern(node) : Outcome{};
}

} // namespace

std::string to_text(const Type& type)
{
    constexpr std::string_view kNames[] = {"bool",      "int",  "string",    "duration",
                                           "timestamp", "name", "requester", "subject"};
    if (type.kind == Kind::List) {
        return "list of " + std::string(kNames[static_cast<std::size_t>(type.element)]) + "s";
    }
    return std::string(kNames[static_cast<std::size_t>(type.kind)]);
}

Parsed<void> want(const Node& node, const Type& type)
{
    if (node.type == type) {
        return {};
    }
    return mistake(node.at, "this is of type " + to_text(node.type) + " where " + to_text(type) + " should be");
}

Parsed<void> check_function(Node& node)
{
    if (node.text == "size") {
        return size(node);
    }
    if (node.text == "duration" || node.text == "timestamp") {
        return time_literal(node);
    }
    constexpr std::pair<std::string_view, Op> kTests[] = {
        {"startsWith", Op::StartsWith}, {"endsWith", Op::EndsWith}, {"matches", Op::Matches}};
    for (const auto& [name, op] : kTests) {
        if (node.text == name) {
            return string_test(node, op);
        }
    }
    return mistake(node.at,
                   "there is no function '" + node.text +
                       "'; there are all, exists, has, size, startsWith, endsWith, matches, duration, timestamp");
}

} // namespace chancery::issuance::policy::expression
