#pragma once

#include "issuance/policy/expression/syntax.hpp"

namespace chancery::issuance::policy::expression {

/// A mistake at the node unless it is of that type.
Parsed<void> want(const Node& node, const Type& type);

/// Calls of size, duration, timestamp, startsWith, endsWith and matches whose arguments were visited: their form and
/// types are checked, what is literal in them is read, and the node becomes what it does.
Parsed<void> check_function(Node& node);

} // namespace chancery::issuance::policy::expression
