#include "issuance/policy/expression/checker.hpp"

#include "issuance/policy/expression/absence.hpp"
#include "issuance/policy/expression/cost.hpp"
#include "issuance/policy/expression/fields.hpp"
#include "issuance/policy/expression/functions.hpp"

#include <algorithm>

namespace chancery::issuance::policy::expression {
namespace {

constexpr Type kBool{.kind = Kind::Bool};
constexpr Type kInt{.kind = Kind::Int};
constexpr Type kString{.kind = Kind::String};
constexpr Type kDuration{.kind = Kind::Duration};
constexpr Type kTimestamp{.kind = Kind::Timestamp};

using Outcome = Parsed<void>;

std::string names_of_fields()
{
    std::string text;
    for (const auto& field : fields()) {
        text += (text.empty() ? "" : ", ") + std::string(field.name);
    }
    return text;
}

/// One walk over the tree, from the leaves up.
class Checker {
public:
    Outcome visit(Node& node)
    {
        switch (node.op) {
            case Op::Literal:
                return {};
            case Op::List:
                return list(node);
            case Op::Identifier:
                return identifier(node);
            case Op::Select:
                return select(node);
            case Op::Call:
                return call(node);
            case Op::Not:
            case Op::And:
            case Op::Or:
                return logic(node);
            case Op::Add:
            case Op::Subtract:
                return sum(node);
            default:
                return relation(node);
        }
    }

private:
    struct Bound {
        std::string name;
        Type type;
    };

    Outcome visit_children(Node& node)
    {
        for (auto& child : node.children) {
            if (auto visited = visit(child); !visited) {
                return visited;
            }
        }
        return {};
    }

    Outcome list(Node& node)
    {
        if (node.children.empty()) {
            return mistake(node.at, "a list has at least one element");
        }
        for (auto& element : node.children) {
            if (element.op != Op::Literal) {
                return mistake(element.at, "the elements of a list are literals");
            }
            if (auto fits = want(element, node.children.front().type); !fits) {
                return fits;
            }
        }
        node.type = {Kind::List, node.children.front().type.kind};
        return {};
    }

    Outcome identifier(Node& node)
    {
        const auto bound =
            std::find_if(scope_.begin(), scope_.end(), [&](const Bound& b) { return b.name == node.text; });
        if (bound != scope_.end()) {
            node.op = Op::Variable;
            node.index = static_cast<std::size_t>(bound - scope_.begin());
            node.type = bound->type;
            return {};
        }
        const auto field =
            std::find_if(fields().begin(), fields().end(), [&](const Field& f) { return f.name == node.text; });
        if (field == fields().end()) {
            return mistake(node.at, "there is no field '" + node.text + "'; there are " + names_of_fields());
        }
        node.op = Op::Field;
        node.index = static_cast<std::size_t>(field - fields().begin());
        node.type = field->type;
        return {};
    }

    Outcome select(Node& node)
    {
        if (auto visited = visit_children(node); !visited) {
            return visited;
        }
        const auto of = node.children.front().type.kind;
        std::string known;
        for (std::size_t i = 0; i < members().size(); ++i) {
            const auto& member = members()[i];
            if (member.of != of) {
                continue;
            }
            if (member.name == node.text) {
                node.op = Op::Member;
                node.index = i;
                node.type = member.type;
                return {};
            }
            known += (known.empty() ? "" : ", ") + std::string(member.name);
        }
        const auto owner = "a " + to_text(node.children.front().type);
        return mistake(node.at, known.empty() ? owner + " has no members"
                                              : owner + " has no member '" + node.text + "'; it has " + known);
    }

    Outcome logic(Node& node)
    {
        if (auto visited = visit_children(node); !visited) {
            return visited;
        }
        for (const auto& operand : node.children) {
            if (auto fits = want(operand, kBool); !fits) {
                return fits;
            }
        }
        node.type = kBool;
        return {};
    }

    Outcome sum(Node& node)
    {
        if (auto visited = visit_children(node); !visited) {
            return visited;
        }
        const auto& left = node.children[0].type;
        const auto& right = node.children[1].type;
        const bool minus = node.op == Op::Subtract;
        if (minus && left == kTimestamp && right == kTimestamp) {
            node.type = kDuration;
        } else if (right == kDuration && (left == kTimestamp || left == kDuration)) {
            node.type = left;
        } else if (!minus && left == kDuration && right == kTimestamp) {
            node.type = kTimestamp;
        } else {
            return mistake(node.at, "only times and durations are added and subtracted; here are a " + to_text(left) +
                                        " and a " + to_text(right));
        }
        return {};
    }

    Outcome relation(Node& node)
    {
        if (auto visited = visit_children(node); !visited) {
            return visited;
        }
        const auto& left = node.children[0];
        const auto& right = node.children[1];
        node.type = kBool;
        if (node.op == Op::In) {
            if (right.type.kind != Kind::List) {
                return mistake(right.at, "'in' stands before a list, and this is a " + to_text(right.type));
            }
            return want(left, {.kind = right.type.element});
        }
        const bool ordered =
            left.type == kInt || left.type == kString || left.type == kDuration || left.type == kTimestamp;
        const bool for_equality = node.op == Op::Equal || node.op == Op::NotEqual;
        if (!ordered && !(for_equality && left.type == kBool)) {
            return mistake(node.at, "a " + to_text(left.type) + " is not compared like this");
        }
        return want(right, left.type);
    }

    Outcome call(Node& node)
    {
        if (node.text == "all" || node.text == "exists") {
            return quantifier(node);
        }
        if (node.text == "has") {
            return has(node);
        }
        if (auto visited = visit_children(node); !visited) {
            return visited;
        }
        return check_function(node);
    }

    Outcome quantifier(Node& node)
    {
        if (!node.has_target || node.children.size() != 3 || node.children[1].op != Op::Identifier) {
            return mistake(node.at, "this is written list." + node.text + "(x, a test of x)");
        }
        auto& list = node.children[0];
        if (auto visited = visit(list); !visited) {
            return visited;
        }
        if (list.type.kind != Kind::List) {
            return mistake(list.at, "a list should be here, and this is a " + to_text(list.type));
        }
        const auto name = node.children[1].text;
        if (auto free = is_free(node.children[1]); !free) {
            return free;
        }
        scope_.push_back({.name = name, .type = {.kind = list.type.element}});
        auto visited = visit(node.children[2]);
        scope_.pop_back();
        if (!visited) {
            return visited;
        }
        node.op = node.text == "all" ? Op::All : Op::Exists;
        node.type = kBool;
        node.children.erase(node.children.begin() + 1);
        return want(node.children[1], kBool);
    }

    Outcome is_free(const Node& name) const
    {
        const bool field =
            std::any_of(fields().begin(), fields().end(), [&](const Field& f) { return f.name == name.text; });
        const bool bound =
            std::any_of(scope_.begin(), scope_.end(), [&](const Bound& b) { return b.name == name.text; });
        if (field || bound) {
            return mistake(name.at, "'" + name.text + "' means something else already");
        }
        return {};
    }

    Outcome has(Node& node)
    {
        if (node.has_target || node.children.size() != 1 || node.children[0].op != Op::Select) {
            return mistake(node.at, "this is written has(subject.organization)");
        }
        auto visited = visit(node.children[0]);
        node.op = Op::Has;
        node.type = kBool;
        return visited;
    }

    std::vector<Bound> scope_;
};

void collect_fields(const Node& node, std::vector<std::size_t>& found)
{
    if (node.op == Op::Field) {
        found.push_back(node.index);
    }
    for (const auto& child : node.children) {
        collect_fields(child, found);
    }
}

} // namespace

Parsed<Checked> check(Node tree)
{
    Checked checked{.root = std::move(tree)};
    if (auto visited = Checker().visit(checked.root); !visited) {
        return std::unexpected(std::move(visited).error());
    }
    if (checked.root.type != kBool) {
        return mistake(checked.root.at,
                       "the whole is a " + to_text(checked.root.type) + " and should be true or false");
    }
    if (auto present = check_absence(checked.root); !present) {
        return std::unexpected(std::move(present).error());
    }
    checked.cost = most_steps(checked.root);
    if (checked.cost > kMaxCost) {
        return mistake({}, "an evaluation could take " + std::to_string(checked.cost) + " steps; at most " +
                               std::to_string(kMaxCost) + " are allowed");
    }
    collect_fields(checked.root, checked.fields);
    std::sort(checked.fields.begin(), checked.fields.end());
    checked.fields.erase(std::unique(checked.fields.begin(), checked.fields.end()), checked.fields.end());
    return checked;
}

} // namespace chancery::issuance::policy::expression
