#include "issuance/policy/expression/evaluation.hpp"

#include "issuance/policy/expression/cost.hpp"
#include "issuance/policy/expression/fields.hpp"
#include "issuance/policy/wording.hpp"

#include <algorithm>
#include <compare>
#include <stdexcept>

namespace chancery::issuance::policy::expression {
namespace {

bool is_absent(const Value& value)
{
    return std::holds_alternative<Absent>(value.held);
}

/// Nothing when one of them is absent; both are of one type otherwise.
std::optional<std::strong_ordering> compare(const Value& left, const Value& right)
{
    if (is_absent(left) || is_absent(right)) {
        return std::nullopt;
    }
    return std::visit(
        [&](const auto& value) -> std::optional<std::strong_ordering> {
            using Held = std::decay_t<decltype(value)>;
            if constexpr (std::is_pointer_v<Held> || std::is_same_v<Held, Absent>) {
                throw std::logic_error("an expression compares what has no order");
            } else {
                return value <=> std::get<Held>(right.held);
            }
        },
        left.held);
}

class Evaluation {
public:
    Evaluation(const Environment& environment, long long most_steps) : environment_(environment), left_(most_steps) {}

    bool truth(const Node& node)
    {
        const auto value = visit(node);
        const auto* const known = std::get_if<bool>(&value.held);
        return known != nullptr && *known;
    }

private:
    void spend(long long steps)
    {
        left_ -= steps;
        if (left_ < 0) {
            throw std::runtime_error("the expression takes more steps than it may");
        }
    }

    Value visit(const Node& node)
    {
        spend(1);
        switch (node.op) {
            case Op::Literal:
                return literal(node);
            case Op::Field:
                return fields()[node.index].read(environment_);
            case Op::Member:
                return members()[node.index].read(environment_, visit(node.children[0]));
            case Op::Variable:
                return bound_.at(node.index);
            case Op::Has:
                return {!is_absent(visit(node.children[0]))};
            case Op::Not:
                return {!truth(node.children[0])};
            case Op::And:
                return {
                    std::all_of(node.children.begin(), node.children.end(), [&](const Node& n) { return truth(n); })};
            case Op::Or:
                return {
                    std::any_of(node.children.begin(), node.children.end(), [&](const Node& n) { return truth(n); })};
            case Op::All:
            case Op::Exists:
                return {quantified(node)};
            case Op::In:
                return {contained(node)};
            case Op::Add:
            case Op::Subtract:
                return sum(node);
            case Op::Size:
                return size(node);
            case Op::StartsWith:
            case Op::EndsWith:
            case Op::Matches:
                return {string_test(node)};
            default:
                return {related(node)};
        }
    }

    static Value literal(const Node& node)
    {
        switch (node.type.kind) {
            case Kind::Bool:
                return {node.number != 0};
            case Kind::Int:
                return {node.number};
            case Kind::String:
                return {std::string_view(node.text)};
            case Kind::Duration:
                return {std::chrono::milliseconds(node.number)};
            case Kind::Timestamp:
                return {from_millis(node.number)};
            default:
                throw std::logic_error("an expression has a literal of no such type");
        }
    }

    bool quantified(const Node& node)
    {
        const bool all = node.op == Op::All;
        const auto holds_for = [&](const Value& element) {
            bound_.push_back(element);
            const bool holds = truth(node.children[1]);
            bound_.pop_back();
            return holds;
        };
        const auto each = [&](const auto& elements, const auto& value_of) {
            for (const auto& element : elements) {
                if (holds_for(value_of(element)) != all) {
                    return !all;
                }
            }
            return all;
        };
        const auto& list = node.children[0];
        if (list.op == Op::List) {
            return each(list.children, [](const Node& element) { return literal(element); });
        }
        return each(*std::get<const List*>(visit(list).held), [](const Value& element) { return element; });
    }

    bool contained(const Node& node)
    {
        const auto wanted = visit(node.children[0]);
        const auto is_wanted = [&](const Value& element) {
            spend(1);
            const auto order = compare(wanted, element);
            return order && *order == 0;
        };
        const auto& list = node.children[1];
        if (list.op == Op::List) {
            return std::any_of(list.children.begin(), list.children.end(),
                               [&](const Node& element) { return is_wanted(literal(element)); });
        }
        const auto& elements = *std::get<const List*>(visit(list).held);
        return std::any_of(elements.begin(), elements.end(), is_wanted);
    }

    bool related(const Node& node)
    {
        const auto order = compare(visit(node.children[0]), visit(node.children[1]));
        if (!order) {
            return false;
        }
        switch (node.op) {
            case Op::Equal:
                return *order == 0;
            case Op::NotEqual:
                return *order != 0;
            case Op::Less:
                return *order < 0;
            case Op::LessEqual:
                return *order <= 0;
            case Op::Greater:
                return *order > 0;
            case Op::GreaterEqual:
                return *order >= 0;
            default:
                throw std::logic_error("an expression has an operator of no such kind");
        }
    }

    Value sum(const Node& node)
    {
        using std::chrono::milliseconds;
        const auto left = visit(node.children[0]);
        const auto right = visit(node.children[1]);
        const int sign = node.op == Op::Subtract ? -1 : 1;
        if (const auto* const moment = std::get_if<Time>(&left.held)) {
            if (const auto* const other = std::get_if<Time>(&right.held)) {
                return {*moment - *other};
            }
            return {*moment + sign * std::get<milliseconds>(right.held)};
        }
        const auto duration = std::get<milliseconds>(left.held);
        if (const auto* const moment = std::get_if<Time>(&right.held)) {
            return {*moment + duration};
        }
        return {duration + sign * std::get<milliseconds>(right.held)};
    }

    Value size(const Node& node)
    {
        const auto& of = node.children[0];
        if (of.op == Op::List) {
            return {static_cast<long long>(of.children.size())};
        }
        const auto value = visit(of);
        if (const auto* const list = std::get_if<const List*>(&value.held)) {
            return {static_cast<long long>((*list)->size())};
        }
        const auto* const text = std::get_if<std::string_view>(&value.held);
        return text != nullptr ? Value{static_cast<long long>(character_count(*text))} : Value{Absent{}};
    }

    bool string_test(const Node& node)
    {
        const auto value = visit(node.children[0]);
        const auto* const text = std::get_if<std::string_view>(&value.held);
        if (text == nullptr) {
            return false;
        }
        spend(text_steps(node.op, text->size()));
        if (node.op == Op::Matches) {
            return RE2::FullMatch(*text, *node.pattern);
        }
        const auto other = visit(node.children[1]);
        const auto* const part = std::get_if<std::string_view>(&other.held);
        if (part == nullptr) {
            return false;
        }
        return node.op == Op::StartsWith ? text->starts_with(*part) : text->ends_with(*part);
    }

    const Environment& environment_;
    long long left_;
    std::vector<Value> bound_{};
};

} // namespace

bool holds(const Node& root, const Environment& environment, long long most_steps)
{
    return Evaluation(environment, most_steps).truth(root);
}

} // namespace chancery::issuance::policy::expression
