#pragma once

#include "issuance/policy/expression/syntax.hpp"

#include <vector>

namespace chancery::issuance::policy::expression {

/// A tree whose names and types are known.
struct Checked {
    Node root{};
    long long cost = 0;                ///< the most steps that an evaluation can take
    std::vector<std::size_t> fields{}; ///< those it reads, ascending: indexes into the table
};

/// The most steps that an expression may take; a step is about a nanosecond's or ten's work.
inline constexpr long long kMaxCost = 100'000;

/// Resolves names, checks types, compiles patterns and literals, and estimates what an evaluation costs at most. An
/// expression is of type bool. A member that not every request has may only be read where its absence makes the whole
/// expression not hold: not under a negation, unless has() has asked for it before.
Parsed<Checked> check(Node tree);

} // namespace chancery::issuance::policy::expression
