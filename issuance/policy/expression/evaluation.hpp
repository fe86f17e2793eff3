#pragma once

#include "issuance/policy/expression/value.hpp"

namespace chancery::issuance::policy::expression {

/// Whether the checked tree holds for the facts. Throws std::runtime_error after `most_steps`; the engine makes of that
/// what it makes of every error: a hard failure.
bool holds(const Node& root, const Environment& environment, long long most_steps);

} // namespace chancery::issuance::policy::expression
