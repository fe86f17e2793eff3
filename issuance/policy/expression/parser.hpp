#pragma once

#include "issuance/policy/expression/syntax.hpp"

#include <string_view>

namespace chancery::issuance::policy::expression {

/// The tree of an expression by CEL's grammar and precedence, as far as the subset goes; names are not looked at yet.
Parsed<Node> parse(std::string_view text);

} // namespace chancery::issuance::policy::expression
