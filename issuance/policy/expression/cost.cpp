#include "issuance/policy/expression/cost.hpp"

#include "issuance/policy/expression/fields.hpp"

#include <algorithm>

namespace chancery::issuance::policy::expression {
namespace {

constexpr long long kEnough = 1'000'000'000'000; ///< sums and products stay far from overflowing

long long most_elements(const Node& list)
{
    if (list.op == Op::Field) {
        return static_cast<long long>(fields()[list.index].most);
    }
    return static_cast<long long>(list.children.size());
}

long long capped(long long a, long long b)
{
    return a > kEnough / std::max(1LL, b) ? kEnough : a * b;
}

} // namespace

long long most_steps(const Node& node)
{
    if (node.op == Op::All || node.op == Op::Exists) {
        return 1 + most_steps(node.children[0]) +
               capped(most_elements(node.children[0]), 1 + most_steps(node.children[1]));
    }
    if (node.op == Op::List) {
        return 1;
    }
    long long steps = 1;
    for (const auto& child : node.children) {
        steps = std::min(kEnough, steps + most_steps(child));
    }
    switch (node.op) {
        case Op::In:
            return steps + most_elements(node.children[1]);
        case Op::StartsWith:
        case Op::EndsWith:
        case Op::Matches:
            return steps + text_steps(node.op, kMostCharacters);
        default:
            return steps;
    }
}

} // namespace chancery::issuance::policy::expression
