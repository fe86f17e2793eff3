#pragma once

#include "issuance/policy/expression/syntax.hpp"

namespace chancery::issuance::policy::expression {

/// The most steps that an evaluation can take, with every list and text as long as they may be. Evaluation counts the
/// steps that it does take in the same units.
long long most_steps(const Node& node);

/// Steps of one operator over a text of so many octets.
inline long long text_steps(Op op, std::size_t octets)
{
    return 1 + static_cast<long long>(octets) / (op == Op::Matches ? 8 : 64);
}

} // namespace chancery::issuance::policy::expression
