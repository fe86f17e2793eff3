#include "issuance/policy/expression/absence.hpp"

#include "issuance/policy/expression/fields.hpp"

#include <algorithm>

namespace chancery::issuance::policy::expression {
namespace {

/// Members, by index, that has() has asked for.
using Known = std::vector<std::size_t>;

bool is_negated_has(const Node& node)
{
    return node.op == Op::Not && node.children[0].op == Op::Has;
}

/// What is there whenever `operand` holds (of &&) or whenever it does not (of ||).
void learn(const Node& operand, Op chain, Known& known)
{
    if (chain == Op::And && operand.op == Op::Has) {
        known.push_back(operand.children[0].index);
    } else if (chain == Op::Or && is_negated_has(operand)) {
        known.push_back(operand.children[0].children[0].index);
    } else if (operand.op == chain) {
        for (const auto& inner : operand.children) {
            learn(inner, chain, known);
        }
    }
}

class Walk {
public:
    /// `negated`: whether the node's falsehood could make the expression hold.
    Parsed<void> visit(const Node& node, bool negated, const Known& known) const
    {
        if (node.op == Op::Has) {
            return {};
        }
        if (node.op == Op::Member && members()[node.index].optional && negated && !contains(known, node.index)) {
            const std::string name(members()[node.index].name);
            return mistake(node.at, "not every request has '" + name +
                                        "': a negated test of it needs has() before it, as in has(x." + name +
                                        ") && x." + name + " != '…'");
        }
        if (node.op == Op::And || node.op == Op::Or) {
            return chain(node, negated, known);
        }
        const bool turns = node.op == Op::Not || node.op == Op::NotEqual ||
                           (node.op == Op::Equal && node.children[0].type.kind == Kind::Bool);
        for (const auto& child : node.children) {
            if (auto visited = visit(child, negated || turns, known); !visited) {
                return visited;
            }
        }
        return {};
    }

private:
    static bool contains(const Known& known, std::size_t member)
    {
        return std::find(known.begin(), known.end(), member) != known.end();
    }

    Parsed<void> chain(const Node& node, bool negated, Known known) const
    {
        for (const auto& operand : node.children) {
            if (auto visited = visit(operand, negated, known); !visited) {
                return visited;
            }
            learn(operand, node.op, known);
        }
        return {};
    }
};

} // namespace

Parsed<void> check_absence(const Node& root)
{
    return Walk().visit(root, false, {});
}

} // namespace chancery::issuance::policy::expression
